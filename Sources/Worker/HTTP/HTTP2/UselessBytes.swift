// What an HTTP/2 peer sends beyond what its requests need: frames of unknown types, frames for streams
// that are closed, padding, single bytes in frames of their own. Most of it never reaches a callback of
// the library, so it cannot be counted as it comes. But it is known: it is what remains when all useful
// bytes are subtracted from all bytes that came.
//
// Useless bytes are paid from an allowance that refills with time. Useful bytes pay for themselves, and
// those of bodies for as many again, so that framing in small pieces is not held against the peer. Bytes
// count as they come out of TLS. Pure: the clock is a parameter.

/// The allowance of one connection. Milliseconds come from one monotonic clock.
struct UselessBytes {
    /// The size of two window updates (RFC 9113, section 6.9), for the stream and for the connection.
    private static let updatesForDataFrame = 2 * 13
    /// What comes with a request besides its header section: an empty frame that ends its body, a reset,
    /// a change of its priority.
    private static let bytesAroundRequest = 64

    private let mostBytes: Int
    private let bytesPerSecond: Int
    private let bytesForReset: Int
    /// How many useless bytes may still come. Below 0, the allowance is used up.
    private var allowance: Int
    private var refilledMs: UInt64

    init(limits: HTTPLimits, nowMs: UInt64) {
        mostBytes = limits.uselessBytes
        bytesPerSecond = limits.uselessBytesPerSecond
        bytesForReset = limits.lateBytesPerReset
        allowance = mostBytes
        refilledMs = nowMs
    }

    // MARK: Useful bytes

    /// A header section of this many bytes of frames became a request.
    mutating func didTakeHeaders(_ bytes: Int) {
        earn(bytes + Self.bytesAroundRequest)
    }

    /// Bytes of a body, whether or not they are still wanted.
    mutating func didTakeBody(_ bytes: Int) {
        earn(2 * bytes)
    }

    /// We sent a DATA frame: the peer may open the windows that it used.
    mutating func didSendData() {
        earn(Self.updatesForDataFrame)
    }

    /// We ended a stream before the peer did: bytes that it had sent already are forgiven.
    mutating func didCutOffBody() {
        earn(bytesForReset)
    }

    /// May exceed the greatest allowance, until the bytes that have earned it are counted.
    private mutating func earn(_ bytes: Int) {
        allowance += bytes
    }

    // MARK: The verdict

    /// Counts bytes that came in one piece, after all of them were looked at; false when too many were
    /// useless.
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
