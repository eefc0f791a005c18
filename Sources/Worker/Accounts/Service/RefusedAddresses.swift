// Addresses that have used up their attempts, remembered in this process until their window ends: a
// flood from one of them neither asks the store again and again nor takes others' places in a queue.
// Names are not remembered, because a new password, from whatever process, gives them back.
//
// Threads: any.

import LinuxIO
import Settings
import Synchronization

final class RefusedAddresses: Sendable {
    private let endsAtMs = Mutex<[String: UInt64]>([:])

    /// How long it is still refused; nil when it is not.
    func retryAfterMs(_ key: String) -> UInt64? {
        let nowMs = WallClock.nowMs()
        guard let endMs = endsAtMs.withLock({ $0[key] }), endMs > nowMs else { return nil }
        return endMs - nowMs
    }

    func remember(_ key: String, untilMs: UInt64) {
        endsAtMs.withLock { known in
            if known.count >= Limits.refusedAddresses { known = [:] }
            known[key] = untilMs
        }
    }
}
