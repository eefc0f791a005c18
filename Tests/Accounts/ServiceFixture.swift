import Testing

@testable import Accounts

enum Examples {
    static let password = "a long enough one"
    /// Argon2's own test vector, with parameters that are cheaper than ours: of "password".
    static let cheapHash =
        "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"
    static let origin = ClientOrigin(address: "192.0.2.1", userAgent: "Browser/1.0")
}

/// A service on a store in memory.
struct ServiceFixture {
    let store = MemoryStore()
    let service: AccountService

    init(allowsSignUp: Bool = true) {
        service = AccountService(store: store, allowsSignUp: allowsSignUp)
    }

    func signUp(
        _ name: String = "alice", _ password: String = Examples.password,
        from origin: ClientOrigin = Examples.origin
    ) throws(AccountError) -> SignedIn {
        let signedUp = try signUpWithoutSession(name, password, from: origin)
        return SignedIn(
            account: signedUp.account, sessionToken: try signedUp.sessionToken.get(),
            deviceToken: signedUp.deviceToken)
    }

    /// As `signUp`, though no session may have begun.
    func signUpWithoutSession(
        _ name: String = "alice", _ password: String = Examples.password,
        from origin: ClientOrigin = Examples.origin
    ) throws(AccountError) -> SignedUp {
        try service.signUp(
            try service.admitSignUp(name: name, password: password, from: origin))
    }

    /// - Parameter device: the token that the browser shows.
    func logIn(
        _ name: String = "alice", _ password: String = Examples.password, device: String? = nil,
        from origin: ClientOrigin = Examples.origin
    ) throws(AccountError) -> SignedIn {
        let attempt = try service.admitLogIn(name: name, device: device, from: origin)
        return try service.logIn(attempt, password: password)
    }

    /// Returns the token of the device.
    @discardableResult
    func changePassword(
        from current: String, to new: String, by holder: SessionHolder,
        origin: ClientOrigin = Examples.origin
    ) throws(AccountError) -> String? {
        let attempt = try service.admitPasswordChange(to: new, by: holder, from: origin)
        return try service.changePassword(
            attempt, of: holder.account, current: current, new: new, keeping: holder.session)
    }

    func delete(by holder: SessionHolder, _ password: String) throws(AccountError) {
        let attempt = try service.admitConfirmation(by: holder, from: Examples.origin)
        try service.delete(attempt, holder.account, password: password)
    }

    func holder(of signedIn: SignedIn) throws(AccountError) -> SessionHolder? {
        try holder(ofSession: signedIn.sessionToken)
    }

    /// The holder of the session with that token, as a browser presents it.
    func holder(ofSession token: String) throws(AccountError) -> SessionHolder? {
        guard let session = SecretDigest(.session, presented: token) else { return nil }
        return try service.holder(ofSession: session)
    }

    /// The account with that key, as an encoder presents it.
    func account(withStreamKey key: String) throws(AccountError) -> Account? {
        guard let key = SecretDigest(.streamKey, presented: key) else { return nil }
        return try service.account(withStreamKey: key)
    }

    /// As if the stored hash of everybody had been made long ago: the password becomes "password".
    func makeHashesOld() {
        store.change { contents in
            for id in contents.users.keys { contents.users[id]?.password = Examples.cheapHash }
        }
    }
}
