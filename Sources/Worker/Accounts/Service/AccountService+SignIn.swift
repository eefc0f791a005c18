// Signing up and in. Each has two steps: the first counts, and says whether the second may hash a
// password. So a refused attempt takes no place among those that wait to be hashed.

import LinuxIO
import Settings
import StreamState

/// Permission to try a password: the attempt has been counted.
package struct AdmittedAttempt: Sendable {
    let policy: AttemptPolicy
    let origin: ClientOrigin
}

/// Permission to sign up.
package struct AdmittedSignUp: Sendable {
    let name: StreamName
    let password: String
    let origin: ClientOrigin
}

extension AccountService {
    // MARK: Signing up

    /// Errors: those of names and passwords, `.nameTaken`, `.tooManySignUps`.
    package func admitSignUp(
        name: String, password: String, from origin: ClientOrigin
    ) throws(AccountError) -> AdmittedSignUp {
        guard allowsSignUp else { throw .signUpClosed }
        let name = try checkedName(name, password: password)
        // Counted before the name is looked up: a client that may not sign up is not told who has the
        // name either.
        try attemptLimits().countSignUp(from: origin)
        try refuseTaken(name)
        return AdmittedSignUp(name: name, password: password, origin: origin)
    }

    /// Makes an account, and a session. Hashes. A failure of the store between the two is not an error:
    /// a person who were told to try again would find their own name taken.
    package func signUp(_ admitted: AdmittedSignUp) throws(AccountError) -> SignedUp {
        let user = try insertUser(admitted.name, password: admitted.password)
        let token: Result<String, AccountError>
        do throws(AccountError) {
            token = .success(try beginSession(of: user, from: admitted.origin).text)
        } catch { token = .failure(error) }
        return SignedUp(
            account: Account(user), sessionToken: token, deviceToken: deviceToken(for: user))
    }

    /// A sign-up that failed for lack of time does not count.
    package func withdraw(_ admitted: AdmittedSignUp) throws(AccountError) {
        try attemptLimits().withdrawSignUp(from: admitted.origin)
    }

    // MARK: Signing in

    /// How long such an attempt is refused without any look into the store, in milliseconds; nil when it
    /// is not. Does not block.
    package func refusesLogInForMs(
        name: String, device: String?, from origin: ClientOrigin
    ) -> UInt64? {
        let name = try? StreamName(name)
        var source = AttemptPolicy.Source.stranger
        if let name, let device {
            // It is not known yet whether the token is one of ours.
            guard let key = deviceKeyIfKnown else { return nil }
            if let token = DeviceToken(presented: device, for: name, key: key) {
                source = .device(token.nonce)
            }
        }
        return refusesForMs(AttemptPolicy(name: name, source: source, origin: origin))
    }

    /// Counts an attempt.
    /// - Parameter device: the token of a browser that has signed in before, if it shows one.
    package func admitLogIn(
        name: String, device: String?, from origin: ClientOrigin
    ) throws(AccountError) -> AdmittedAttempt {
        let limits = try attemptLimits()
        let name = try? StreamName(name)
        var source = AttemptPolicy.Source.stranger
        if let name, let device, let nonce = try knownDevice(device, of: name, from: origin) {
            source = .device(nonce)
        }
        let policy = AttemptPolicy(name: name, source: source, origin: origin)
        try limits.admit(policy)
        return AdmittedAttempt(policy: policy, origin: origin)
    }

    /// The browser's identity, if it has signed in before and the password is still the same.
    private func knownDevice(
        _ presented: String, of name: StreamName, from origin: ClientOrigin
    ) throws(AccountError) -> String? {
        let key = try deviceKey()
        guard let token = DeviceToken(presented: presented, for: name, key: key) else { return nil }
        let policy = AttemptPolicy(name: name, source: .device(token.nonce), origin: origin)
        // A browser that has used up its attempts does not get as far as the store.
        if let ms = refusesForMs(policy) { throw .tooManyAttempts(retryAfterMs: ms) }
        let user = try ask { store throws(StoreError) in try store.user(named: name) }
        guard let user, token.fits(name, passwordHash: user.password, key: key) else { return nil }
        return token.nonce
    }

    /// Hashes, even for unknown names: so the time that it takes reveals nothing.
    package func logIn(
        _ attempt: AdmittedAttempt, password: String
    ) throws(AccountError) -> SignedIn {
        var found: UserRecord?
        if let name = attempt.policy.name {
            found = try ask { store throws(StoreError) in try store.user(named: name) }
        }
        guard let user = try verified(found, password: password) else { throw .wrongCredentials }
        try attemptLimits().succeeded(attempt.policy)
        if user.isDisabled { throw .disabled }
        let token = try beginSession(of: user, from: attempt.origin)
        let now = try withdraw(token, of: user, unlessStillRight: password)
        return SignedIn(
            account: Account(user), sessionToken: token.text, deviceToken: deviceToken(for: now))
    }

    /// An attempt that failed for lack of time, before its password was looked at, does not count.
    package func withdraw(_ attempt: AdmittedAttempt) throws(AccountError) {
        try attemptLimits().withdraw(attempt.policy)
    }

    /// For a browser whose user has just shown the password. Nil when the store does not answer: then
    /// the browser remains a stranger.
    func deviceToken(for user: UserRecord) -> String? {
        guard let key = try? deviceKey() else { return nil }
        return DeviceToken(for: user.name, passwordHash: user.password, key: key).text
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

    /// Takes back a session that was begun while the password was replaced, or the account disabled: the
    /// change has ended only the sessions that existed before this one. Returns the user as it is now.
    private func withdraw(
        _ token: SecretToken, of user: UserRecord, unlessStillRight password: String
    ) throws(AccountError) -> UserRecord {
        let now = try ask { store throws(StoreError) in try store.user(named: user.name) }
        var refusal: AccountError = .wrongCredentials
        if let now, now.id == user.id {
            if now.isDisabled {
                refusal = .disabled
            } else if now.password == user.password {
                return now
            } else if case .matches = try PasswordHash.verify(password, against: now.password) {
                // Another sign-in has renewed the hash, of the same password.
                return now
            }
        }
        let id = token.digest
        _ = try ask { store throws(StoreError) in try store.remove(session: id, of: user.id) }
        throw refusal
    }
}

extension ClientOrigin {
    /// The part of it that is kept: printable, and not too long.
    fileprivate var shownUserAgent: String {
        String(
            decoding: userAgent.utf8.prefix(Limits.userAgentBytes).map {
                (0x20..<0x7F).contains($0) ? $0 : UInt8(ascii: "?")
            }, as: UTF8.self)
    }
}
