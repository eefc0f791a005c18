// Everything that can be done with accounts, in terms of a store: the rules stand here, and neither in
// the stores nor in the routes. Knows no HTTP.
//
// Threads: every method blocks, so none is called on the loop's thread. Methods that hash a password
// take tens of milliseconds of processor time; they are marked.

package final class AccountService: Sendable {
    private let store: any AccountStore
    private let allowsSignUp: Bool

    /// - Parameter allowsSignUp: whether strangers may make themselves an account.
    package init(store: any AccountStore, allowsSignUp: Bool) {
        self.store = store
        self.allowsSignUp = allowsSignUp
    }

    /// Connects and migrates, if that has not been done, and asks the store for a sign of life.
    /// Returns what is wrong, in words for people who run the server; nil when all is well.
    package func fault() -> String? { fatalError("unwritten") }

    // MARK: Signing in

    /// Makes an account and a session. Hashes.
    package func signUp(
        name: String, password: String, from origin: ClientOrigin
    ) throws(AccountError) -> SignedIn { fatalError("unwritten") }

    /// Hashes, for unknown names as well: the time it takes tells nothing.
    package func logIn(
        name: String, password: String, from origin: ClientOrigin
    ) throws(AccountError) -> SignedIn { fatalError("unwritten") }

    /// Who holds that token; nil when nobody does, or the account is disabled. Prolongs the session
    /// now and then.
    package func holder(
        ofSession token: String
    ) throws(AccountError) -> SessionHolder? { fatalError("unwritten") }

    /// The account with that stream key, a disabled one as well; nil when there is none.
    package func account(
        withStreamKey key: String
    ) throws(AccountError) -> Account? { fatalError("unwritten") }

    /// Idempotent.
    package func logOut(session: SecretDigest, of user: UserID) throws(AccountError) {
        fatalError("unwritten")
    }

    // MARK: The own account

    package func overview(
        of account: Account
    ) throws(AccountError) -> AccountOverview { fatalError("unwritten") }

    /// All sessions but `kept` end. Hashes twice. Errors: `.wrongPassword`, `.passwordRefused`.
    package func changePassword(
        of account: Account, current: String, new: String, keeping kept: SecretDigest,
        from origin: ClientOrigin
    ) throws(AccountError) { fatalError("unwritten") }

    /// Makes or replaces the stream key, and returns it: it is shown this once.
    package func rotateStreamKey(of account: Account) throws(AccountError) -> String {
        fatalError("unwritten")
    }

    package func removeStreamKey(of account: Account) throws(AccountError) {
        fatalError("unwritten")
    }

    /// Errors: `.notFound`.
    package func endSession(_ id: SecretDigest, of account: Account) throws(AccountError) {
        fatalError("unwritten")
    }

    /// Returns how many there were.
    package func endSessions(
        of account: Account, except kept: SecretDigest?
    ) throws(AccountError) -> Int { fatalError("unwritten") }

    /// Errors: `.notFound`.
    package func delete(_ account: Account) throws(AccountError) { fatalError("unwritten") }

    /// As `delete`, when the password is right. Hashes. Errors: `.wrongPassword`.
    package func delete(
        _ account: Account, password: String, from origin: ClientOrigin
    ) throws(AccountError) { fatalError("unwritten") }

    // MARK: For those who run the server

    package func account(named name: String) throws(AccountError) -> Account? {
        fatalError("unwritten")
    }

    /// By name, those behind `name`.
    package func accounts(
        after name: StreamName?, limit: Int
    ) throws(AccountError) -> [Account] { fatalError("unwritten") }

    /// As `signUp`, without a session, and also where sign-up is closed. Hashes.
    package func add(
        name: String, password: String
    ) throws(AccountError) -> Account { fatalError("unwritten") }

    /// All sessions end. Hashes.
    package func setPassword(of account: Account, to password: String) throws(AccountError) {
        fatalError("unwritten")
    }

    /// A disabled account can neither sign in nor publish; its sessions end.
    package func setDisabled(_ isDisabled: Bool, _ account: Account) throws(AccountError) {
        fatalError("unwritten")
    }

    // MARK: Broadcasts

    /// Notes a broadcast that has ended; again with the same id it changes nothing. That there is no
    /// such account is no error.
    package func record(
        _ broadcast: BroadcastRecord, of name: StreamName
    ) throws(AccountError) { fatalError("unwritten") }

    /// Removes what has expired. To be called now and then.
    package func keepHouse() throws(AccountError) { fatalError("unwritten") }
}
