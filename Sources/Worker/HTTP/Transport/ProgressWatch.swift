// Whether a peer moves what it keeps waiting at a rate worth waiting for. One byte now and then would
// keep a response, its memory and its ring for ever.
//
// Only time during which the peer holds something back counts, checked at intervals; a check costs the
// same however much has moved. Pure: bytes and clock in, a verdict out. Milliseconds come from one
// monotonic clock.

/// How many bytes have to move in how many milliseconds.
struct ProgressRule {
    let bytes: Int
    let windowMs: UInt64
}

/// Watches one thing that has to move: a response, a body, a socket.
struct ProgressWatch {
    enum Verdict: Equatable {
        /// Nothing is held back.
        case free
        /// Something is held back; the next check is due after this many milliseconds.
        case held(lookAfterMs: UInt64)
        /// Less has moved than should have, and something is still held back.
        case tooSlow
    }

    /// When the present window began; nil while nothing is held back.
    private var sinceMs: UInt64?
    /// How many bytes had moved by then.
    private var startBytes = 0

    /// Nothing is held back yet.
    init() {}

    /// Something is held back from `nowMs` on, and nothing has moved.
    init(heldSinceMs nowMs: UInt64) {
        sinceMs = nowMs
    }

    /// Something is held back from now on, if it was not already.
    mutating func begin(movedBytes: Int, nowMs: UInt64) {
        guard sinceMs == nil else { return }
        sinceMs = nowMs
        startBytes = movedBytes
    }

    /// Everything there was has moved.
    mutating func stop() {
        sinceMs = nil
    }

    /// A check. `movedBytes`: all bytes that have ever moved.
    mutating func look(
        isHeld: Bool, movedBytes: Int, nowMs: UInt64, _ rule: ProgressRule
    ) -> Verdict {
        guard isHeld else {
            stop()
            return .free
        }
        begin(movedBytes: movedBytes, nowMs: nowMs)
        let startMs = sinceMs ?? nowMs
        let elapsedMs = nowMs > startMs ? nowMs - startMs : 0
        if elapsedMs < rule.windowMs { return .held(lookAfterMs: rule.windowMs - elapsedMs) }
        guard movedBytes - startBytes >= rule.bytes else { return .tooSlow }
        sinceMs = nowMs
        startBytes = movedBytes
        return .held(lookAfterMs: rule.windowMs)
    }
}
