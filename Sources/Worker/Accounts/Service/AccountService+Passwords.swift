// Names and passwords of accounts: what they must be, and whether a password is right.

import LinuxIO
import Settings
import StreamState

extension AccountService {
    /// Errors: `.nameMalformed`, `.nameReserved`, `.passwordRefused`.
    func checkedName(_ raw: String, password: String) throws(AccountError) -> StreamName {
        let name: StreamName
        do throws(StreamName.Invalid) {
            name = try StreamName(raw)
        } catch {
            throw error == .reserved ? .nameReserved : .nameMalformed
        }
        if let fault = PasswordRules.fault(of: password, name: name) {
            throw .passwordRefused(fault)
        }
        return name
    }

    /// Avoids hashing for a name that is taken.
    func refuseTaken(_ name: StreamName) throws(AccountError) {
        if try ask({ store throws(StoreError) in try store.user(named: name) }) != nil {
            throw .nameTaken
        }
    }

    /// Hashes. Errors: `.nameTaken`; the store decides.
    func insertUser(
        _ name: StreamName, password: String
    ) throws(AccountError) -> UserRecord {
        let user = UserRecord(
            id: .random(), name: name, password: try PasswordHash.make(password),
            isDisabled: false, createdAtMs: WallClock.nowMs(), streamKey: nil)
        try ask { store throws(StoreError) in try store.insert(user) }
        return user
    }

    /// The user, if the password is right; then with a hash in today's form.
    func verified(
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
}
