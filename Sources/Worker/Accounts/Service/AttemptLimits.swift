// How often a client may try a password, sign up, or change an account. AttemptPolicy sets the limits;
// the counts are in the store, so that they hold for all workers and nodes. An attempt is counted before
// its outcome is known, so that a thousand at once count as a thousand.
//
// To count is to write, and a flood must not be able to make the store write for ever. So a refusal is
// remembered in this process, and repeated attempts do not get as far as the store.

import LinuxIO
import Settings

struct AttemptLimits {
    let store: any AccountStore
    let refused: RefusedAttempts

    /// Counts an attempt with a password. Errors: `.tooManyAttempts`, `.unavailable`.
    func admit(_ policy: AttemptPolicy) throws(AccountError) {
        if let ms = refused.retryAfterMs(policy) { throw .tooManyAttempts(retryAfterMs: ms) }
        var limits = policy.limits
        if let pardonable = policy.pardonable, let ms = refused.retryAfterMs(pardonable.key) {
            guard try isPardoned(policy) else { throw .tooManyAttempts(retryAfterMs: ms) }
            limits.removeAll { $0 == pardonable }
        }
        guard let refusal = try count(limits) else { return }
        if refusal.limit == policy.pardonable {
            if try isPardoned(policy) { return }
            // Others have used up this limit, which must not be held against this attempt.
            try change(policy.onWithdrawal)
        }
        throw .tooManyAttempts(retryAfterMs: refusal.retryAfterMs)
    }

    func succeeded(_ policy: AttemptPolicy) throws(AccountError) {
        let counts = try change(policy.onSuccess)
        // The last count is the one that exceeds its limit.
        guard let limit = policy.successes, let count = counts.last, count.count >= limit.count
        else { return }
        refused.remember(limit.key, forMs: count.leftMs(of: limit, nowMs: WallClock.nowMs()))
    }

    /// An attempt that failed for lack of time, before its password was looked at.
    func withdraw(_ policy: AttemptPolicy) throws(AccountError) {
        try change(policy.onWithdrawal)
    }

    /// Counts an attempt to sign up. A success is not given back: successful sign-ups are what is
    /// limited. Errors: `.tooManySignUps`, `.unavailable`.
    func countSignUp(from origin: ClientOrigin) throws(AccountError) {
        guard let limit = AttemptPolicy.signUp(from: origin) else { return }
        if let ms = refused.retryAfterMs(limit.key) { throw .tooManySignUps(retryAfterMs: ms) }
        if let refusal = try count([limit]) {
            throw .tooManySignUps(retryAfterMs: refusal.retryAfterMs)
        }
    }

    /// A sign-up that failed for lack of time, before it was looked at.
    func withdrawSignUp(from origin: ClientOrigin) throws(AccountError) {
        guard let limit = AttemptPolicy.signUp(from: origin) else { return }
        try change([.discount(limit.key)])
    }

    /// Counts a change of an account. Errors: `.tooManyChanges`, `.unavailable`.
    func countChange(_ limit: AttemptLimit) throws(AccountError) {
        if let ms = refused.retryAfterMs(limit.key) { throw .tooManyChanges(retryAfterMs: ms) }
        if let refusal = try count([limit]) {
            throw .tooManyChanges(retryAfterMs: refusal.retryAfterMs)
        }
    }

    // MARK: Counting

    /// Counts each key, up to the first that exceeds its limit, which is remembered and returned.
    private func count(
        _ limits: [AttemptLimit]
    ) throws(AccountError) -> (limit: AttemptLimit, retryAfterMs: UInt64)? {
        let nowMs = WallClock.nowMs()
        let counts = try change(limits.map(AttemptChange.count))
        for (limit, count) in zip(limits, counts) where count.count > limit.count {
            let leftMs = count.leftMs(of: limit, nowMs: nowMs)
            refused.remember(limit.key, forMs: leftMs)
            return (limit, leftMs)
        }
        return nil
    }

    /// Whether that account has been signed in to from that network before.
    private func isPardoned(_ policy: AttemptPolicy) throws(AccountError) -> Bool {
        guard let pardon = policy.pardon else { return false }
        do throws(StoreError) {
            return try store.attempts(pardon.key, nowMs: WallClock.nowMs()) > 0
        } catch { throw AccountError(error) }
    }

    @discardableResult
    private func change(
        _ changes: [AttemptChange]
    ) throws(AccountError) -> [AttemptCount] {
        guard !changes.isEmpty else { return [] }
        do throws(StoreError) {
            return try store.change(attempts: changes, nowMs: WallClock.nowMs())
        } catch { throw AccountError(error) }
    }
}

extension AttemptCount {
    /// How long its window still lasts: at most the length of a window, even if the clock was changed
    /// since it began.
    fileprivate func leftMs(of limit: AttemptLimit, nowMs: UInt64) -> UInt64 {
        min(max(windowEndsAtMs, nowMs) - nowMs, limit.windowMs)
    }
}
