// How much of the windows of one HTTP/2 connection its live responses may take. When the peer does not
// open a window again, because a player is paused, it is lost to everything else on the connection. So
// live responses leave a reserve for short answers, and a response whose peer takes nothing leaves more.
//
//   the connection's window, as far as it has ever been open
//   |------------- all live responses -------------|-- those that move --|-- events --|-- answers --|
//   full                                        scarce                reserve    half of it        0
//
// The bounds are below what a peer that reads may leave unopened: half of a window, and what is on its
// way. Pure: bytes and clock in, a verdict out. Sizes in bytes, milliseconds of one monotonic clock. See
// docs/architecture.md.

import Settings

/// The window of a connection, judged by its largest size.
struct ConnectionWindow {
    /// What every connection begins with (RFC 9113, section 6.9.2).
    private static let firstBytes = 65_535

    /// The most that it has ever been open.
    private(set) var largest = firstBytes

    mutating func opened(to bytes: Int) {
        largest = max(largest, bytes)
    }

    /// The part that live media never takes.
    var reserve: Int { min(largest / Limits.windowReservePart, Limits.windowReserveMostBytes) }

    /// At or below this, responses whose peer takes nothing get nothing.
    var scarce: Int { min(largest / 2, Limits.windowScarceMostBytes) }
}

/// One response without an end, and the window of its stream.
struct LiveFlow {
    enum Verdict: Equatable {
        /// This many bytes may go.
        case allowed(Int)
        /// The peer takes nothing of this response, and others need the rest of the window.
        case heldByStream
        /// The rest of the connection's window is for others.
        case heldByConnection
    }

    /// A response waits rather than send less than this.
    private static let smallestPieceBytes = 1_024
    /// A window with less than this left does not let a whole frame through.
    private static let closedBytes = 16 * 1024

    /// The last verdict, if it was to wait.
    private(set) var held: Verdict?
    /// The most that the stream's window has ever been open.
    private var largest = 0
    private var sentSinceOpened = 0
    private var sentMs: UInt64

    init(nowMs: UInt64) {
        sentMs = nowMs
    }

    /// Whether a piece of up to `length` bytes, no more than either window has, may go.
    /// `remaining`: the room in the connection's window. `stream`: the room in the stream's.
    mutating func judge(
        length: Int, isMedia: Bool, stream: Int, connection: ConnectionWindow, remaining: Int
    ) -> Verdict {
        largest = max(largest, stream)
        let verdict = verdict(length, isMedia, connection, remaining)
        if case .allowed = verdict { held = nil } else { held = verdict }
        return verdict
    }

    private func verdict(
        _ length: Int, _ isMedia: Bool, _ connection: ConnectionWindow, _ remaining: Int
    ) -> Verdict {
        if isMedia, remaining <= connection.scarce, sentSinceOpened >= patienceBytes {
            return .heldByStream
        }
        let room = remaining - (isMedia ? connection.reserve : connection.reserve / 2)
        guard room >= min(length, Self.smallestPieceBytes) else { return .heldByConnection }
        return .allowed(min(length, room))
    }

    /// Up to this, the peer has no reason to open the window: many peers do so only when half of it is
    /// used, and a part is on its way.
    private var patienceBytes: Int {
        let range = Limits.windowPatienceBytes
        return min(max(largest / 2 + largest / 16, range.lowerBound), range.upperBound)
    }

    @inline(__always)
    mutating func sent(_ bytes: Int, nowMs: UInt64) {
        sentSinceOpened += bytes
        sentMs = nowMs
    }

    /// The peer has opened the stream's window by `bytes`, to `stream`. True: it had been shut for so
    /// long that the data waiting behind it is old.
    mutating func opened(by bytes: Int, to stream: Int, nowMs: UInt64) -> Bool {
        let wasShut = held == .heldByStream || stream - bytes < Self.closedBytes
        sentSinceOpened = 0
        largest = max(largest, stream)
        return wasShut && nowMs >= sentMs + Limits.windowStillMs
    }

    /// The response is asked again.
    @inline(__always)
    mutating func resumed() { held = nil }
}
