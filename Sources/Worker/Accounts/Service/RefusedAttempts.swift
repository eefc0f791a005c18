// What has been used up, remembered in this process until its window ends: a flood that is refused
// neither asks the store again and again nor takes others' places in a queue. Counts of names are
// remembered for seconds only, because a new password, from whatever process, gives them back.
//
// Windows in the store end by the wall clock, because it is shared by machines and outlives boots; what
// is left of one is measured here by the boot clock, so that setting the wall clock neither frees nor
// locks out anybody.
//
// Threads: any.

import LinuxIO
import Settings
import Synchronization

final class RefusedAttempts: Sendable {
    private struct Entry {
        let windowEndsAtBootMs: UInt64
        /// Until then it is refused without asking.
        let trustedUntilBootMs: UInt64
    }

    private let entries = Mutex<[String: Entry]>([:])

    /// How long an attempt of that kind is still refused for certain; nil when that is to be asked.
    func retryAfterMs(_ policy: AttemptPolicy) -> UInt64? {
        let pardonable = policy.pardonable
        let limits =
            policy.limits.filter { $0 != pardonable } + [policy.successes].compactMap { $0 }
        return limits.compactMap { retryAfterMs($0.key) }.max()
    }

    /// The same of one count.
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
