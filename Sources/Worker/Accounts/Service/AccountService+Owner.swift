// What owners do with their own account, and what operators do with any account.

import LinuxIO
import Settings
import StreamState

extension AccountService {
    // MARK: An owner's account

    package func overview(of account: Account) throws(AccountError) -> AccountOverview {
        let nowMs = WallClock.nowMs()
        return try ask { store throws(StoreError) in
            AccountOverview(
                account: account, sessions: try store.sessions(of: account.id, nowMs: nowMs),
                broadcasts: try store.broadcasts(of: account.id, limit: Limits.broadcastsPerUser))
        }
    }

    /// Counts an attempt by the holder of a session to confirm a change with the password. Strangers'
    /// attempts are counted apart, so they cannot keep the owner out; a thief of a session has only a
    /// few tries.
    package func admitConfirmation(
        by holder: SessionHolder, from origin: ClientOrigin
    ) throws(AccountError) -> AdmittedAttempt {
        let policy = AttemptPolicy(
            name: holder.account.name, source: .session(holder.session), origin: origin)
        try attemptLimits().admit(policy)
        return AdmittedAttempt(policy: policy, origin: origin)
    }

    /// The same before the password is changed. Also throws `.passwordRefused`.
    package func admitPasswordChange(
        to new: String, by holder: SessionHolder, from origin: ClientOrigin
    ) throws(AccountError) -> AdmittedAttempt {
        if let fault = PasswordRules.fault(of: new, name: holder.account.name) {
            throw .passwordRefused(fault)
        }
        return try admitConfirmation(by: holder, from: origin)
    }

    /// All sessions except `kept` end, and no browser is known any more; the returned token is for this
    /// browser. Hashes twice. Errors: `.wrongPassword`.
    package func changePassword(
        _ attempt: AdmittedAttempt, of account: Account, current: String, new: String,
        keeping kept: SecretDigest
    ) throws(AccountError) -> String? {
        var user = try confirm(attempt, current, of: account)
        let encoded = try PasswordHash.make(new)
        let wasSet = try ask { store throws(StoreError) in
            try store.setPassword(encoded, replacing: user.password, of: user.id)
        }
        // Another change was faster, so `current` is no longer the current password.
        guard wasSet else { throw .wrongPassword }
        _ = try endSessions(of: account, except: kept)
        user.password = encoded
        return deviceToken(for: user)
    }

    /// The user, when the password is right. Hashes.
    private func confirm(
        _ attempt: AdmittedAttempt, _ password: String, of account: Account
    ) throws(AccountError) -> UserRecord {
        let found = try ask { store throws(StoreError) in try store.user(named: account.name) }
        guard let found, found.id == account.id else { throw .notFound }
        guard let user = try verified(found, password: password) else { throw .wrongPassword }
        try attemptLimits().succeeded(attempt.policy)
        return user
    }

    /// Makes or replaces the stream key, and returns it: it is shown only this once.
    /// - Parameter isCounted: whether it counts towards the limit of an account's changes.
    package func rotateStreamKey(
        of account: Account, isCounted: Bool = false
    ) throws(AccountError) -> String {
        if isCounted { try attemptLimits().countChange(AttemptPolicy.streamKeys(of: account.name)) }
        let key = SecretToken(.streamKey)
        let record = StreamKeyRecord(digest: key.digest, createdAtMs: WallClock.nowMs())
        try setStreamKey(record, of: account)
        return key.text
    }

    /// False: there was none.
    package func removeStreamKey(of account: Account) throws(AccountError) -> Bool {
        let user = try ask { store throws(StoreError) in try store.user(named: account.name) }
        if let user, user.id == account.id, user.streamKey == nil { return false }
        try setStreamKey(nil, of: account)
        return true
    }

    private func setStreamKey(
        _ key: StreamKeyRecord?, of account: Account
    ) throws(AccountError) {
        let wasSet = try ask { store throws(StoreError) in
            try store.setStreamKey(key, of: account.id)
        }
        guard wasSet else { throw .notFound }
    }

    /// Errors: `.notFound`.
    package func endSession(_ id: SecretDigest, of account: Account) throws(AccountError) {
        let wasThere = try ask { store throws(StoreError) in
            try store.remove(session: id, of: account.id)
        }
        guard wasThere else { throw .notFound }
    }

    /// Returns how many there were.
    package func endSessions(
        of account: Account, except kept: SecretDigest?
    ) throws(AccountError) -> Int {
        try ask { store throws(StoreError) in
            try store.removeSessions(of: account.id, except: kept)
        }
    }

    /// Errors: `.notFound`.
    package func delete(_ account: Account) throws(AccountError) {
        let wasThere = try ask { store throws(StoreError) in try store.remove(user: account.id) }
        guard wasThere else { throw .notFound }
    }

    /// As `delete`, when the password is right. Hashes. Errors: `.wrongPassword`.
    package func delete(
        _ attempt: AdmittedAttempt, _ account: Account, password: String
    ) throws(AccountError) {
        _ = try confirm(attempt, password, of: account)
        try delete(account)
    }

    // MARK: For operators

    package func account(named name: String) throws(AccountError) -> Account? {
        guard let name = try? StreamName(name) else { return nil }
        return try ask { store throws(StoreError) in
            try store.user(named: name).map(Account.init)
        }
    }

    /// In the order of their names, starting after `name`.
    package func accounts(
        after name: StreamName?, limit: Int
    ) throws(AccountError) -> [Account] {
        try ask { store throws(StoreError) in
            try store.users(after: name, limit: limit).map(Account.init)
        }
    }

    /// Like `signUp`, but without a session, and even when sign-up is closed. Hashes.
    package func add(name: String, password: String) throws(AccountError) -> Account {
        let name = try checkedName(name, password: password)
        try refuseTaken(name)
        return Account(try insertUser(name, password: password))
    }

    /// Ends all sessions, and forgets attempts to guess the old password. Hashes.
    package func setPassword(of account: Account, to password: String) throws(AccountError) {
        if let fault = PasswordRules.fault(of: password, name: account.name) {
            throw .passwordRefused(fault)
        }
        let encoded = try PasswordHash.make(password)
        let wasSet = try ask { store throws(StoreError) in
            try store.setPassword(encoded, replacing: nil, of: account.id)
        }
        guard wasSet else { throw .notFound }
        _ = try endSessions(of: account, except: nil)
        try ask { store throws(StoreError) in
            try store.forgetAttempts(beginningWith: AttemptPolicy.prefix(of: account.name))
        }
    }

    /// A disabled account can neither sign in nor publish; its sessions end.
    package func setDisabled(_ isDisabled: Bool, _ account: Account) throws(AccountError) {
        let wasSet = try ask { store throws(StoreError) in
            try store.setDisabled(isDisabled, of: account.id)
        }
        guard wasSet else { throw .notFound }
        if isDisabled { _ = try endSessions(of: account, except: nil) }
    }

    // MARK: Broadcasts

    /// Notes a broadcast that has ended; noting the same id again changes nothing. It is not an error if
    /// the account does not exist.
    package func record(
        _ broadcast: BroadcastRecord, of name: StreamName
    ) throws(AccountError) {
        _ = try ask { store throws(StoreError) in
            try store.record(broadcast, of: name, limit: Limits.broadcastsPerUser)
        }
    }

    /// Removes what has expired. Call at intervals.
    package func removeExpired() throws(AccountError) {
        let nowMs = WallClock.nowMs()
        try ask { store throws(StoreError) in try store.removeExpired(nowMs: nowMs) }
    }
}
