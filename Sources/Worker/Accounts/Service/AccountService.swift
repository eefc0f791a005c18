// Everything that can be done with accounts, in terms of a store. The rules are here, and not in the
// stores or the routes. Knows no HTTP.
//
// Threads: every method blocks, so none is called on the loop's thread. Methods that hash a password
// take tens of milliseconds of processor time; they are marked.

import LinuxIO
import Settings
import Synchronization

package final class AccountService: Sendable {
    private let store: any AccountStore
    let allowsSignUp: Bool
    private let isPrepared = Atomic<Bool>(false)
    private let refused = RefusedAttempts()
    /// Nil until the store has returned it.
    private let knownDeviceKey = Mutex<DeviceKey?>(nil)

    /// - Parameter allowsSignUp: whether strangers may make accounts for themselves.
    package init(store: any AccountStore, allowsSignUp: Bool) {
        self.store = store
        self.allowsSignUp = allowsSignUp
    }

    /// The store, connected and with today's schema.
    private func prepared() throws(AccountError) -> any AccountStore {
        if !isPrepared.load(ordering: .acquiring) {
            // Several threads may do so at once, which a store allows.
            do throws(StoreError) { try store.prepare() } catch { throw AccountError(error) }
            isPrepared.store(true, ordering: .releasing)
        }
        return store
    }

    /// Asks the store, and turns its errors into those of accounts.
    func ask<Answer>(
        _ question: (any AccountStore) throws(StoreError) -> Answer
    ) throws(AccountError) -> Answer {
        let store = try prepared()
        do throws(StoreError) { return try question(store) } catch { throw AccountError(error) }
    }

    /// Connects and migrates, if that has not been done, and asks the store for a sign of life. Returns
    /// what is wrong, in words for operators; nil when all is well.
    package func fault() -> String? {
        do throws(AccountError) {
            try ask { store throws(StoreError) in try store.check() }
            // Repeated at intervals, because another store may have taken the place of the first one.
            try learnDeviceKey()
            return nil
        } catch {
            if case .unavailable(let reason) = error { return reason }
            return "\(error)"
        }
    }

    // MARK: For the rest of the service

    /// Counts of attempts, in the store and in this process.
    func attemptLimits() throws(AccountError) -> AttemptLimits {
        AttemptLimits(store: try prepared(), refused: refused)
    }

    /// How long attempts of that kind are refused without any look into the store, in milliseconds; nil
    /// when they are not. Does not block.
    func refusesForMs(_ policy: AttemptPolicy) -> UInt64? { refused.retryAfterMs(policy) }

    /// The same for signing up.
    package func refusesSignUpsForMs(from origin: ClientOrigin) -> UInt64? {
        AttemptPolicy.signUp(from: origin).flatMap { refused.retryAfterMs($0.key) }
    }

    /// The key that signs device tokens, if it is known yet. Does not block.
    var deviceKeyIfKnown: DeviceKey? { knownDeviceKey.withLock { $0 } }

    func deviceKey() throws(AccountError) -> DeviceKey {
        if let key = deviceKeyIfKnown { return key }
        return try learnDeviceKey()
    }

    @discardableResult
    private func learnDeviceKey() throws(AccountError) -> DeviceKey {
        let bytes = try ask { store throws(StoreError) in
            try store.secret(
                DeviceKey.name, orKeep: SecretToken.randomBytes(DeviceKey.byteCount))
        }
        let key = DeviceKey(bytes: bytes)
        knownDeviceKey.withLock { $0 = key }
        return key
    }

    // MARK: Sessions and keys

    /// The holder of that session; nil when there is none, or the account is disabled. Prolongs the
    /// session at intervals.
    package func holder(ofSession id: SecretDigest) throws(AccountError) -> SessionHolder? {
        let nowMs = WallClock.nowMs()
        guard
            let found = try ask({ store throws(StoreError) in try store.session(id, nowMs: nowMs) }
            ),
            !found.user.isDisabled
        else { return nil }
        let isDue = nowMs > found.session.lastSeenAtMs + Limits.sessionTouchMs
        guard isDue else {
            return SessionHolder(account: Account(found.user), session: id, wasProlonged: false)
        }
        do throws(StoreError) {
            let isThere = try store.touch(
                session: id, lastSeenAtMs: nowMs, expiresAtMs: nowMs + Limits.sessionMs)
            // The session was ended in between.
            guard isThere else { return nil }
        } catch {
            // A store that can only be read must not sign anyone out; it is tried again.
            return SessionHolder(account: Account(found.user), session: id, wasProlonged: false)
        }
        return SessionHolder(account: Account(found.user), session: id, wasProlonged: true)
    }

    /// The account with that stream key, even a disabled one; nil when there is none.
    package func account(withStreamKey key: SecretDigest) throws(AccountError) -> Account? {
        try ask { store throws(StoreError) in
            try store.user(withStreamKey: key).map(Account.init)
        }
    }

    /// False: it had ended before.
    package func logOut(session: SecretDigest, of user: UserID) throws(AccountError) -> Bool {
        try ask { store throws(StoreError) in try store.remove(session: session, of: user) }
    }
}

extension AccountError {
    init(_ error: StoreError) {
        self =
            switch error {
            case .nameTaken: .nameTaken
            case .unavailable(let reason), .unusable(let reason): .unavailable(reason: reason)
            }
    }
}
