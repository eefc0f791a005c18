// What one connection gives its socket: how much in a turn, which bytes the socket has refused, and
// whether the peer takes them fast enough.
//
// The share of a turn follows what the socket takes: it doubles while everything goes, and halves when
// something is refused, so that a slow peer's remainder stays small. Pure except for the remainder's
// memory: bytes and clock in. Sizes in bytes, milliseconds of the loop.

struct SocketOutput {
    /// How many bytes a connection may send in its first turn.
    private static let firstShareBytes = 64 * 1024
    /// The least per turn: one full TLS record.
    private static let smallestShareBytes = 16 * 1024

    /// How many bytes it may send in one turn.
    private(set) var shareBytes = Self.firstShareBytes
    /// Nil when there is none.
    private var remainder: Remainder?
    /// All bytes that the socket has ever taken.
    private var takenBytes = 0
    private var watch = ProgressWatch()

    /// The socket holds something back.
    var isBlocked: Bool { remainder != nil }

    var remainderBytes: Int { remainder?.count ?? 0 }

    /// The socket took this many bytes.
    @inline(__always)
    mutating func took(_ bytes: Int) {
        takenBytes += bytes
    }

    /// The socket took none of these.
    mutating func refused(_ bytes: UnsafeRawPointer, count: Int, nowMs: UInt64) {
        shareBytes = max(shareBytes / 2, Self.smallestShareBytes)
        unsafe wait(bytes, count: count)
        watch.begin(movedBytes: takenBytes, nowMs: nowMs)
    }

    /// These bytes have to wait behind the ones that the socket has refused.
    mutating func wait(_ bytes: UnsafeRawPointer, count: Int) {
        let waiting = remainder ?? Remainder()
        unsafe waiting.append(bytes, count: count)
        remainder = waiting
    }

    /// Hands out the refused bytes; `body` returns how many of them the socket took.
    mutating func retry(_ body: (UnsafeRawBufferPointer) -> Int) {
        guard let waiting = remainder else { return }
        unsafe waiting.consume(body)
        if waiting.isEmpty { remainder = nil }
    }

    /// The socket took a whole share, and there is more.
    @inline(__always)
    mutating func tookShare(mostBytes: Int) {
        shareBytes = min(shareBytes * 2, mostBytes)
    }

    /// The socket took all there was.
    @inline(__always)
    mutating func tookEverything() {
        watch.stop()
    }

    /// Whether the peer takes the bytes fast enough.
    @inline(__always)
    mutating func look(nowMs: UInt64, _ rule: ProgressRule) -> ProgressWatch.Verdict {
        watch.look(isHeld: isBlocked, movedBytes: takenBytes, nowMs: nowMs, rule)
    }
}
