// Whether a peer moves what it keeps waiting at a rate that is worth the waiting. One byte now and then
// would keep a response, its memory and its ring for ever.
//
// Only time during which the peer holds something back counts, looked at now and then; a look costs
// the same however much has moved. Pure: bytes and clock in, a verdict out. Milliseconds come from one
// monotonic clock.

/// How much has to move in how long.
struct ProgressRule {
    let bytes: Int
    let windowMs: UInt64
}

/// The watch over one thing that has to move: a response, a body, a socket.
struct ProgressWatch {
    enum Verdict: Equatable {
        /// Nothing is held back.
        case free
        /// It is held back; the next look is due after so many milliseconds.
        case held(lookAfterMs: UInt64)
        /// Less has moved than should have, and it is still held back.
        case tooSlow
    }

    /// When the present window began; nil while nothing is held back.
    private var sinceMs: UInt64?
    /// What had moved by then.
    private var startBytes = 0

    /// Nothing is held back yet.
    init() {}

    /// Held back from `nowMs` on, when nothing has moved.
    init(heldSinceMs nowMs: UInt64) {
        sinceMs = nowMs
    }

    /// Held back from now on, unless it is already.
    mutating func begin(movedBytes: Int, nowMs: UInt64) {
        guard sinceMs == nil else { return }
        sinceMs = nowMs
        startBytes = movedBytes
    }

    /// Everything there was has moved.
    mutating func stop() {
        sinceMs = nil
    }

    /// A look. `movedBytes`: all that has ever moved.
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
