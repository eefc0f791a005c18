// Whether a publisher was held back just now. Its ring only says for how long in all. Pure: the clock comes in,
// in milliseconds.

struct HeldBackWatch {
    /// What was held back a moment ago matters as long as this.
    private static let momentMs: UInt64 = 10_000

    private var lastMs: UInt64?
    private var grewAtMs: UInt64?

    /// Takes in how long the publisher was held back in all. Call about once a second.
    mutating func look(heldBackMs: UInt64, nowMs: UInt64) {
        if let lastMs, heldBackMs > lastMs { grewAtMs = nowMs }
        lastMs = heldBackMs
    }

    func isHeldBack(nowMs: UInt64) -> Bool {
        grewAtMs.map { nowMs < $0 + Self.momentMs } ?? false
    }
}
