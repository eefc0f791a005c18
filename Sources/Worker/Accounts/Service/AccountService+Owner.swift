// What an owner does with the own account, and those who run the server with any.

import LinuxIO
import Settings

extension AccountService {
    // MARK: The own account

    package func overview(of account: Account) throws(AccountError) -> AccountOverview {
        let nowMs = WallClock.nowMs()
        return try ask { store throws(StoreError) in
            AccountOverview(
                account: account, sessions: try store.sessions(of: account.id, nowMs: nowMs),
                broadcasts: try store.broadcasts(of: account.id, limit: Limits.broadcastsPerUser))
        }
    }

    /// All sessions but `kept` end. Hashes twice. Errors: `.wrongPassword`, `.passwordRefused`.
    package func changePassword(
        of account: Account, current: String, new: String, keeping kept: SecretDigest,
        from origin: ClientOrigin
    ) throws(AccountError) {
        if let fault = PasswordRules.fault(of: new, name: account.name) {
            throw .passwordRefused(fault)
        }
        let user = try confirm(current, of: account, from: origin)
        let encoded = try PasswordHash.make(new)
        let wasSet = try ask { store throws(StoreError) in
            try store.setPassword(encoded, replacing: user.password, of: user.id)
        }
        // Somebody else was faster, so it is not the current one any more.
        guard wasSet else { throw .wrongPassword }
        _ = try endSessions(of: account, except: kept)
    }

    /// Makes or replaces the stream key, and returns it: it is shown this once.
    package func rotateStreamKey(of account: Account) throws(AccountError) -> String {
        let key = SecretToken(.streamKey)
        let record = StreamKeyRecord(digest: key.digest, createdAtMs: WallClock.nowMs())
        try setStreamKey(record, of: account)
        return key.text
    }

    package func removeStreamKey(of account: Account) throws(AccountError) {
        try setStreamKey(nil, of: account)
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
        _ account: Account, password: String, from origin: ClientOrigin
    ) throws(AccountError) {
        _ = try confirm(password, of: account, from: origin)
        try delete(account)
    }

    // MARK: For those who run the server

    package func account(named name: String) throws(AccountError) -> Account? {
        guard let name = try? StreamName(name) else { return nil }
        return try ask { store throws(StoreError) in
            try store.user(named: name).map(Account.init)
        }
    }

    /// By name, those behind `name`.
    package func accounts(
        after name: StreamName?, limit: Int
    ) throws(AccountError) -> [Account] {
        try ask { store throws(StoreError) in
            try store.users(after: name, limit: limit).map(Account.init)
        }
    }

    /// As `signUp`, without a session, and also where sign-up is closed. Hashes.
    package func add(name: String, password: String) throws(AccountError) -> Account {
        Account(try insertUser(name: name, password: password))
    }

    /// All sessions end, and attempts to guess the old one do not count any more. Hashes.
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
            try AttemptLimits.forget(name: account.name, in: store)
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

    /// Notes a broadcast that has ended; again with the same id it changes nothing. That there is no
    /// such account is no error.
    package func record(
        _ broadcast: BroadcastRecord, of name: StreamName
    ) throws(AccountError) {
        _ = try ask { store throws(StoreError) in
            try store.record(broadcast, of: name, limit: Limits.broadcastsPerUser)
        }
    }

    /// Removes what has expired. To be called now and then.
    package func keepHouse() throws(AccountError) {
        let nowMs = WallClock.nowMs()
        try ask { store throws(StoreError) in try store.removeExpired(nowMs: nowMs) }
    }
}
