// Everything that can be done with accounts, in terms of a store: the rules stand here, and neither in
// the stores nor in the routes. Knows no HTTP.
//
// Threads: every method blocks, so none is called on the loop's thread. Methods that hash a password
// take tens of milliseconds of processor time; they are marked.

import LinuxIO
import Settings
import Synchronization

package final class AccountService: Sendable {
    private let store: any AccountStore
    private let allowsSignUp: Bool
    private let isPrepared = Atomic<Bool>(false)
    private let refused = RefusedAddresses()

    /// - Parameter allowsSignUp: whether strangers may make themselves an account.
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

    /// Asks the store, and says what went wrong in the words of accounts.
    func ask<Answer>(
        _ question: (any AccountStore) throws(StoreError) -> Answer
    ) throws(AccountError) -> Answer {
        let store = try prepared()
        do throws(StoreError) { return try question(store) } catch { throw AccountError(error) }
    }

    /// Connects and migrates, if that has not been done, and asks the store for a sign of life.
    /// Returns what is wrong, in words for people who run the server; nil when all is well.
    package func fault() -> String? {
        do throws(AccountError) {
            try ask { store throws(StoreError) in try store.check() }
            return nil
        } catch {
            if case .unavailable(let reason) = error { return reason }
            return "\(error)"
        }
    }

    // MARK: Signing in

    /// Makes an account, and a session. Hashes. A store that fails between the two does not make it an
    /// error: whoever were told to try again would find the own name taken.
    package func signUp(
        name: String, password: String, from origin: ClientOrigin
    ) throws(AccountError) -> SignedUp {
        guard allowsSignUp else { throw .signUpClosed }
        let user = try insertUser(name: name, password: password) { store throws(AccountError) in
            let attempts = AttemptLimits(store: store, refused: refused)
            try attempts.countSignUp(address: origin.address)
        }
        let token: Result<String, AccountError>
        do throws(AccountError) {
            token = .success(try beginSession(of: user, from: origin).text)
        } catch { token = .failure(error) }
        return SignedUp(account: Account(user), sessionToken: token)
    }

    /// How long attempts from there are refused without any look into the store; nil when they are not.
    /// Does not block.
    package func refusesAttemptsForMs(from origin: ClientOrigin) -> UInt64? {
        refused.retryAfterMs(AttemptLimits.key(address: origin.address))
    }

    /// The same for signing up.
    package func refusesSignUpsForMs(from origin: ClientOrigin) -> UInt64? {
        refused.retryAfterMs(AttemptLimits.key(signUpFrom: origin.address))
    }

    /// Hashes, for unknown names as well: the time it takes tells nothing.
    package func logIn(
        name: String, password: String, from origin: ClientOrigin
    ) throws(AccountError) -> SignedIn {
        let attempts = AttemptLimits(store: try prepared(), refused: refused)
        let name = try? StreamName(name)
        // Counted before it is known whether it fails, so that a thousand at once count as a thousand.
        try attempts.count(name: name, address: origin.address)
        var found: UserRecord?
        if let name { found = try ask { store throws(StoreError) in try store.user(named: name) } }
        guard let user = try verified(found, password: password) else { throw .wrongCredentials }
        try attempts.succeeded(name: user.name, address: origin.address)
        if user.isDisabled { throw .disabled }
        let token = try beginSession(of: user, from: origin)
        try withdraw(token, of: user, unlessStillRight: password)
        return SignedIn(account: Account(user), sessionToken: token.text)
    }

    /// The user, when the password is right; with today's hash then.
    private func verified(
        _ found: UserRecord?, password: String
    ) throws(AccountError) -> UserRecord? {
        let encoded = found?.password ?? PasswordHash.ofNobody
        let verification = try PasswordHash.verify(password, against: encoded)
        guard case .matches(let isOutdated) = verification, var user = found else {
            if found != nil, !PasswordHash.isOurs(encoded) {
                _ = try PasswordHash.verify(password, against: PasswordHash.ofNobody)
            }
            return nil
        }
        guard isOutdated else { return user }
        let renewed = try PasswordHash.make(password)
        let id = user.id
        if try ask({ store throws(StoreError) in
            try store.setPassword(renewed, replacing: encoded, of: id)
        }) {
            user.password = renewed
        }
        return user
    }

    private func beginSession(
        of user: UserRecord, from origin: ClientOrigin
    ) throws(AccountError) -> SecretToken {
        let token = SecretToken(.session)
        let nowMs = WallClock.nowMs()
        let session = SessionRecord(
            id: token.digest, user: user.id, createdAtMs: nowMs, lastSeenAtMs: nowMs,
            expiresAtMs: nowMs + Limits.sessionMs, address: origin.address,
            userAgent: origin.shownUserAgent)
        try ask { store throws(StoreError) in
            try store.insert(session, limit: Limits.sessionsPerUser)
        }
        return token
    }

    /// A session must not stay that was begun while the password was replaced, or the account disabled:
    /// whoever did so has ended the sessions that were there before this one.
    private func withdraw(
        _ token: SecretToken, of user: UserRecord, unlessStillRight password: String
    ) throws(AccountError) {
        let now = try ask { store throws(StoreError) in try store.user(named: user.name) }
        var refusal: AccountError = .wrongCredentials
        if let now, now.id == user.id {
            if now.isDisabled {
                refusal = .disabled
            } else if now.password == user.password {
                return
            } else if case .matches = try PasswordHash.verify(password, against: now.password) {
                // Another sign-in has renewed the hash, of the same password.
                return
            }
        }
        let id = token.digest
        _ = try ask { store throws(StoreError) in try store.remove(session: id, of: user.id) }
        throw refusal
    }

    /// Who holds that token; nil when nobody does, or the account is disabled. Prolongs the session
    /// now and then.
    package func holder(ofSession token: String) throws(AccountError) -> SessionHolder? {
        guard let id = SecretToken(.session, presented: token)?.digest else { return nil }
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
            // It was ended in between.
            guard isThere else { return nil }
        } catch {
            // A store that can only be read must not sign anybody out; it is tried again.
            return SessionHolder(account: Account(found.user), session: id, wasProlonged: false)
        }
        return SessionHolder(account: Account(found.user), session: id, wasProlonged: true)
    }

    /// The account with that stream key, a disabled one as well; nil when there is none.
    package func account(withStreamKey key: String) throws(AccountError) -> Account? {
        guard let digest = SecretToken(.streamKey, presented: key)?.digest else { return nil }
        return try ask { store throws(StoreError) in
            try store.user(withStreamKey: digest).map(Account.init)
        }
    }

    /// Idempotent.
    package func logOut(session: SecretDigest, of user: UserID) throws(AccountError) {
        _ = try ask { store throws(StoreError) in try store.remove(session: session, of: user) }
    }

    // MARK: Passwords

    /// - Parameter isAllowed: asked once what was sent may be an account, before it is looked whether
    ///   there is one: who may not sign up is not told either who has.
    func insertUser(
        name raw: String, password: String,
        isAllowed: (any AccountStore) throws(AccountError) -> Void = { _ in }
    ) throws(AccountError) -> UserRecord {
        let name: StreamName
        do throws(StreamName.Invalid) {
            name = try StreamName(raw)
        } catch {
            throw error == .reserved ? .nameReserved : .nameMalformed
        }
        if let fault = PasswordRules.fault(of: password, name: name) {
            throw .passwordRefused(fault)
        }
        try isAllowed(try prepared())
        // A name that is taken does not cost a hash.
        if try ask({ store throws(StoreError) in try store.user(named: name) }) != nil {
            throw .nameTaken
        }
        let user = UserRecord(
            id: .random(), name: name, password: try PasswordHash.make(password),
            isDisabled: false, createdAtMs: WallClock.nowMs(), streamKey: nil)
        try ask { store throws(StoreError) in try store.insert(user) }
        return user
    }

    /// Whoever changes an account must know its password, and may not try for long.
    func confirm(
        _ password: String, of account: Account, from origin: ClientOrigin
    ) throws(AccountError) -> UserRecord {
        let attempts = AttemptLimits(store: try prepared(), refused: refused)
        try attempts.count(name: account.name, address: origin.address)
        let found = try ask { store throws(StoreError) in try store.user(named: account.name) }
        guard let found, found.id == account.id else { throw .notFound }
        guard let user = try verified(found, password: password) else { throw .wrongPassword }
        try attempts.succeeded(name: account.name, address: origin.address)
        return user
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

extension ClientOrigin {
    /// What is kept of it: printable, and not too long.
    fileprivate var shownUserAgent: String {
        String(
            decoding: userAgent.utf8.prefix(Limits.userAgentBytes).map {
                (0x20..<0x7F).contains($0) ? $0 : UInt8(ascii: "?")
            }, as: UTF8.self)
    }
}
