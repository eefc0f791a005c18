// How often somebody may try to sign in: per name, which protects one account from many addresses, and
// per address, which protects many accounts from one. The counts are in the store, so that they hold
// for all workers and nodes. An attempt is counted before it is known how it ends; one that succeeds
// clears its name and is taken off its address again.

import LinuxIO
import Settings

struct AttemptLimits {
    let store: any AccountStore
    let refused: RefusedAddresses

    /// Errors: `.tooManyAttempts`, `.unavailable`.
    func count(name: StreamName?, address: String) throws(AccountError) {
        let key = Self.key(address: address)
        if let ms = refused.retryAfterMs(key) { throw .tooManyAttempts(retryAfterMs: ms) }
        do throws(AccountError) {
            try count(key, limit: Limits.attemptsPerAddress)
        } catch {
            if case .tooManyAttempts(let ms) = error {
                refused.remember(key, untilMs: WallClock.nowMs() + ms)
            }
            throw error
        }
        if let name { try count(Self.key(name: name), limit: Limits.attemptsPerName) }
    }

    func succeeded(name: StreamName, address: String) throws(AccountError) {
        do throws(StoreError) {
            try Self.forget(name: name, in: store)
            try store.discountAttempt(Self.key(address: address))
        } catch { throw AccountError(error) }
    }

    static func forget(name: StreamName, in store: any AccountStore) throws(StoreError) {
        try store.forgetAttempts(key(name: name))
    }

    private func count(_ key: String, limit: Int) throws(AccountError) {
        let nowMs = WallClock.nowMs()
        let attempts: AttemptCount
        do throws(StoreError) {
            attempts = try store.countAttempt(key, nowMs: nowMs, windowMs: Limits.attemptWindowMs)
        } catch { throw AccountError(error) }
        guard attempts.count > limit else { return }
        let endsAtMs = max(attempts.windowEndsAtMs, nowMs)
        throw .tooManyAttempts(retryAfterMs: endsAtMs - nowMs)
    }

    private static func key(name: StreamName) -> String { "name \(name)" }

    /// Whoever has one IPv6 address has its whole /64 (RFC 6177), so that counts as one.
    static func key(address: String) -> String {
        "address \(NetworkPrefix.text(of: address))"
    }
}
