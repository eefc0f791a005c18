// What an HTTP/2 peer sends beside what its requests need: frames of types that nobody knows, frames
// for streams that are closed, padding, one byte in a frame of its own. Most of it never reaches a
// callback of the library, so it cannot be counted as it comes. It is known all the same: it is what
// remains when everything of use is taken from all bytes that came.
//
// Useless bytes are paid from an allowance that refills with time. What is of use pays for itself,
// and bodies for as much again, so that framing in small pieces is nobody's fault. Bytes count as
// they come out of TLS. Pure: the clock is a parameter.

/// The allowance of one connection. Milliseconds come from one monotonic clock.
struct UselessBytes {
    /// Two window updates (RFC 9113, section 6.9), for the stream and for the connection.
    private static let updatesForDataFrame = 2 * 13
    /// What goes with a request beside its header section: an empty frame that ends its body, a reset,
    /// a change of mind about its priority.
    private static let bytesAroundRequest = 64

    private let mostBytes: Int
    private let bytesPerSecond: Int
    private let bytesForReset: Int
    /// What may still come for nothing. Below 0 it is used up.
    private var allowance: Int
    private var refilledMs: UInt64

    init(limits: HTTPLimits, nowMs: UInt64) {
        mostBytes = limits.uselessBytes
        bytesPerSecond = limits.uselessBytesPerSecond
        bytesForReset = limits.lateBytesPerReset
        allowance = mostBytes
        refilledMs = nowMs
    }

    // MARK: What is of use

    /// A header section that became a request, in so many bytes of frames.
    mutating func didTakeHeaders(_ bytes: Int) {
        earn(bytes + Self.bytesAroundRequest)
    }

    /// Bytes of a body, whether or not anybody wants them any more.
    mutating func didTakeBody(_ bytes: Int) {
        earn(2 * bytes)
    }

    /// We sent a DATA frame: the peer may open the windows that it used.
    mutating func didSendData() {
        earn(Self.updatesForDataFrame)
    }

    /// We ended a stream before the peer did: what it had on its way comes for nothing.
    mutating func didCutOffBody() {
        earn(bytesForReset)
    }

    /// May go over the most there is to have, until the bytes that have earned it are counted.
    private mutating func earn(_ bytes: Int) {
        allowance += bytes
    }

    // MARK: The verdict

    /// Counts what came in one piece, after all of it was looked at; false when too much has led to
    /// nothing.
    mutating func allows(received bytes: Int, nowMs: UInt64) -> Bool {
        if nowMs > refilledMs {
            let elapsedMs = min(nowMs - refilledMs, 1_000_000)
            let refill = bytesPerSecond * Int(elapsedMs) / 1_000
            allowance += max(0, min(refill, mostBytes - allowance))
            refilledMs = nowMs
        }
        allowance = min(allowance, mostBytes + bytes) - bytes
        return allowance >= 0
    }
}
