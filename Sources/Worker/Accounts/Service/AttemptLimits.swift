// How often somebody may try a password, sign up, or change an account: what AttemptPolicy says, counted
// in the store, so that it holds for all workers and nodes. An attempt is counted before it is known how
// it ends, so that a thousand at once count as a thousand.
//
// To count is to write, which a flood must not be able to make the store do for ever: what is refused is
// remembered in this process and does not get as far as the store.

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
            // That so many others have tried is not this one's fault.
            try change(policy.onWithdrawal)
        }
        throw .tooManyAttempts(retryAfterMs: refusal.retryAfterMs)
    }

    func succeeded(_ policy: AttemptPolicy) throws(AccountError) {
        let counts = try change(policy.onSuccess)
        // What is over its limit is the last that was counted.
        guard let limit = policy.successes, let count = counts.last, count.count >= limit.count
        else { return }
        refused.remember(limit.key, forMs: count.leftMs(of: limit, nowMs: WallClock.nowMs()))
    }

    /// An attempt whose password nobody has looked at, for want of time.
    func withdraw(_ policy: AttemptPolicy) throws(AccountError) {
        try change(policy.onWithdrawal)
    }

    /// Counts an attempt to sign up, which is not given back: those that succeed are what is limited.
    /// Errors: `.tooManySignUps`, `.unavailable`.
    func countSignUp(from origin: ClientOrigin) throws(AccountError) {
        guard let limit = AttemptPolicy.signUp(from: origin) else { return }
        if let ms = refused.retryAfterMs(limit.key) { throw .tooManySignUps(retryAfterMs: ms) }
        if let refusal = try count([limit]) {
            throw .tooManySignUps(retryAfterMs: refusal.retryAfterMs)
        }
    }

    /// A sign-up that nobody has looked at, for want of time.
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

    /// Counts under each, up to the first that is over its limit, which is remembered and returned.
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

    /// Whether somebody has signed in to that account from that network before.
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
    /// How long its window still lasts: no longer than any does, whatever was done to the clock since it
    /// began.
    fileprivate func leftMs(of limit: AttemptLimit, nowMs: UInt64) -> UInt64 {
        min(max(windowEndsAtMs, nowMs) - nowMs, limit.windowMs)
    }
}
