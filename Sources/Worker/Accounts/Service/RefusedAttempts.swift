// Limits that have been used up, remembered in this process until their windows end. So a flood that is
// refused neither keeps asking the store nor takes others' places in a queue. Counts of names are
// remembered for seconds only, because a new password, set by any process, resets them.
//
// Windows in the store end by the wall clock, because machines share it and it outlives boots. Here, the
// rest of a window is measured by the boot clock, so that setting the wall clock neither frees nor locks
// out anyone.
//
// Threads: any.

import LinuxIO
import Settings
import Synchronization

final class RefusedAttempts: Sendable {
    private struct Entry {
        let windowEndsAtBootMs: UInt64
        /// Until then, attempts are refused without asking the store.
        let trustedUntilBootMs: UInt64
    }

    private let entries = Mutex<[String: Entry]>([:])

    /// How long an attempt of that kind is still certain to be refused, in milliseconds; nil when the
    /// store has to be asked.
    func retryAfterMs(_ policy: AttemptPolicy) -> UInt64? {
        let pardonable = policy.pardonable
        let limits =
            policy.limits.filter { $0 != pardonable } + [policy.successes].compactMap { $0 }
        return limits.compactMap { retryAfterMs($0.key) }.max()
    }

    /// The same for one count.
    func retryAfterMs(_ key: String) -> UInt64? {
        let nowMs = BootClock.nowMs()
        guard let entry = entries.withLock({ $0[key] }), entry.trustedUntilBootMs > nowMs,
            entry.windowEndsAtBootMs > nowMs
        else { return nil }
        return entry.windowEndsAtBootMs - nowMs
    }

    func remember(_ key: String, forMs windowMs: UInt64) {
        let nowMs = BootClock.nowMs()
        let trustedMs = AttemptPolicy.isOfName(key) ? Limits.refusedNameMs : windowMs
        let entry = Entry(
            windowEndsAtBootMs: nowMs + windowMs, trustedUntilBootMs: nowMs + trustedMs)
        entries.withLock { known in
            if known.count >= Limits.refusedAttempts { known = [:] }
            known[key] = entry
        }
    }
}
