// How routes look at accounts and change them. Every change goes through `perform`, which tells all workers
// of it, so no route can forget that; old sessions and keys would stay good on other workers for seconds.
// What routes look with cannot change anything.
//
// Owner: the worker's loop thread.

import Accounts
import Credentials
import HTTP

/// What can be seen of accounts. Every method blocks.
protocol AccountReading {
    func account(named name: String) throws(AccountError) -> Account?
    func overview(of account: Account) throws(AccountError) -> AccountOverview
    func picture(of account: Account) throws(AccountError) -> PictureRecord?
}

extension AccountService: AccountReading {}

final class AccountAccess {
    private let desk: AccountDesk
    private let credentials: Credentials

    init(desk: AccountDesk, credentials: Credentials) {
        self.desk = desk
        self.credentials = credentials
    }

    // MARK: Without asking the store

    func refusesLogInForMs(name: String, device: String?, from origin: ClientOrigin) -> UInt64? {
        desk.refusesLogInForMs(name: name, device: device, from: origin)
    }

    func refusesSignUpsForMs(from origin: ClientOrigin) -> UInt64? {
        desk.refusesSignUpsForMs(from: origin)
    }

    // MARK: Looking

    /// As `AccountDesk.ask`.
    func look<Answer: Sendable>(
        for client: ClientShare,
        _ work: @escaping @Sendable (any AccountReading) throws(AccountError) -> Answer,
        then: @escaping (Result<Answer, AccountError>) -> Void
    ) {
        desk.ask(
            for: client, { service throws(AccountError) in try work(service) }, then: then)
    }

    // MARK: Changing

    /// As `AccountDesk.ask`, for work that changes sessions, keys or accounts.
    /// - Parameter isReal: whether there is anything to tell. Each worker then asks the store about every
    ///   publisher, so they are not told of what has changed nothing for them.
    func perform<Answer: Sendable>(
        for client: ClientShare, isReal: @escaping (Answer) -> Bool = { _ in true },
        _ work: @escaping @Sendable (AccountService) throws(AccountError) -> Answer,
        then: @escaping (Result<Answer, AccountError>) -> Void
    ) {
        desk.ask(for: client, work, done: announcing(isReal), then: then)
    }

    /// As `AccountDesk.hash`, for such work when it needs a password.
    func perform<Admitted: Sendable, Answer: Sendable>(
        for client: ClientShare, isReal: @escaping (Answer) -> Bool = { _ in true },
        admit: @escaping @Sendable (AccountService) throws(AccountError) -> Admitted,
        withdraw: @escaping @Sendable (AccountService, Admitted) throws(AccountError) -> Void,
        _ work: @escaping @Sendable (AccountService, Admitted) throws(AccountError) -> Answer,
        then: @escaping (Result<Answer, AccountError>) -> Void
    ) {
        desk.hash(
            for: client, admit: admit, withdraw: withdraw, work, done: announcing(isReal),
            then: then)
    }

    private func announcing<Answer>(
        _ isReal: @escaping (Answer) -> Bool
    ) -> (Answer) -> Void {
        { [credentials] answer in
            if isReal(answer) { credentials.changed() }
        }
    }
}
