// How often somebody may try to sign in: per name, which protects one account from many addresses, and
// per address, which protects many accounts from one. And how often somebody may sign up, per address.
// The counts are in the store, so that they hold for all workers and nodes. An attempt is counted
// before it is known how it ends; a sign-in that succeeds clears its name and is taken off its address
// again, a sign-up is not: those that succeed are what is limited.

import LinuxIO
import Settings

struct AttemptLimits {
    let store: any AccountStore
    let refused: RefusedAddresses

    /// Counts an attempt to sign in. Errors: `.tooManyAttempts`, `.unavailable`.
    func count(name: StreamName?, address: String) throws(AccountError) {
        if let ms = try refusalMs(ofAddress: Self.key(address: address), Self.perAddress) {
            throw .tooManyAttempts(retryAfterMs: ms)
        }
        guard let name else { return }
        if let ms = try refusalMs(Self.key(name: name), Self.perName) {
            throw .tooManyAttempts(retryAfterMs: ms)
        }
    }

    /// Counts an attempt to sign up. Errors: `.tooManySignUps`, `.unavailable`.
    func countSignUp(address: String) throws(AccountError) {
        if let ms = try refusalMs(ofAddress: Self.key(signUpFrom: address), Self.signUps) {
            throw .tooManySignUps(retryAfterMs: ms)
        }
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

    /// How many are allowed within which time.
    private typealias Allowance = (count: Int, windowMs: UInt64)

    private static let perName: Allowance = (Limits.attemptsPerName, Limits.attemptWindowMs)
    private static let perAddress: Allowance = (Limits.attemptsPerAddress, Limits.attemptWindowMs)
    private static let signUps: Allowance = (Limits.signUpsPerAddress, Limits.signUpWindowMs)

    /// Counts one; how long to wait when that is one too many.
    private func refusalMs(_ key: String, _ allowed: Allowance) throws(AccountError) -> UInt64? {
        let nowMs = WallClock.nowMs()
        let attempts: AttemptCount
        do throws(StoreError) {
            attempts = try store.countAttempt(key, nowMs: nowMs, windowMs: allowed.windowMs)
        } catch { throw AccountError(error) }
        guard attempts.count > allowed.count else { return nil }
        return max(attempts.windowEndsAtMs, nowMs) - nowMs
    }

    /// An address that has used up what it may is remembered.
    private func refusalMs(
        ofAddress key: String, _ allowed: Allowance
    ) throws(AccountError) -> UInt64? {
        if let ms = refused.retryAfterMs(key) { return ms }
        guard let ms = try refusalMs(key, allowed) else { return nil }
        refused.remember(key, untilMs: WallClock.nowMs() + ms)
        return ms
    }

    private static func key(name: StreamName) -> String { "name \(name)" }

    /// Whoever has one IPv6 address has its whole /64 (RFC 6177), so that counts as one.
    static func key(address: String) -> String {
        "address \(NetworkPrefix.text(of: address))"
    }

    static func key(signUpFrom address: String) -> String {
        "sign-up \(NetworkPrefix.text(of: address))"
    }
}
