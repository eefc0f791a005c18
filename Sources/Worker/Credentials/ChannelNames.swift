// Which names belong to an account. Where publishing needs an account, only the name of one can ever go
// live. So a viewer who asks for another name is told so, and does not wait for ever.
//
// Names are public: signing up tells whether one is taken, and so does a stream. The questions here
// reveal no more. They are charged to the client, which may have only a few at a time, and the answers
// are remembered like those about credentials.
//
// Owner: the worker's loop thread.

import Accounts
import HTTP
import StreamState

/// Whose a name is.
package enum NameHolder: Equatable, Sendable {
    /// Anybody may publish under it.
    case anybody
    /// No account that may publish.
    case nobody
    /// This one (PublisherIdentity).
    case account(UInt64)
    /// The store does not answer.
    case unknown

    /// Whether this publisher may have been whoever has the name now.
    package func mayBe(_ publisher: UInt64?) -> Bool {
        switch self {
        case .anybody, .unknown: true
        case .nobody: false
        case .account(let identity): identity == publisher
        }
    }

    fileprivate init(_ found: Result<Account?, AccountError>) {
        switch found {
        case .failure: self = .unknown
        case .success(let account?) where !account.isDisabled:
            self = .account(PublisherIdentity.account(account.id.bytes))
        case .success: self = .nobody
        }
    }
}

package final class ChannelNames {
    /// Whether there is a stream of that name.
    private let hasStream: (StreamName) -> Bool
    /// Nil where anyone may publish under any name.
    private let credentials: Credentials?
    private let storeWatch: StoreWatch

    package init(
        credentials: Credentials?, storeWatch: StoreWatch,
        hasStream: @escaping (StreamName) -> Bool
    ) {
        self.hasStream = hasStream
        self.credentials = credentials
        self.storeWatch = storeWatch
    }

    /// Calls `then` once, and at once when nothing has to be asked: with false when the name belongs to
    /// no account. If the store does not answer, the name counts as taken, and no one waits.
    package func lookUp(_ name: StreamName, for exchange: Exchange, then: @escaping (Bool) -> Void)
    {
        guard let credentials, !hasStream(name), storeWatch.isAnswering else {
            return then(true)
        }
        credentials.owner(of: name, for: exchange.client) { result in
            guard !exchange.isOver else { return }
            if case .success(nil) = result { return then(false) }
            then(true)
        }
    }

    /// Whose the name is. `then` is called once, unless the exchange ends first.
    package func holder(
        of name: StreamName, for exchange: Exchange, then: @escaping (NameHolder) -> Void
    ) {
        guard let credentials else { return then(.anybody) }
        guard storeWatch.isAnswering else { return then(.unknown) }
        credentials.owner(of: name, for: exchange.client) { found in
            guard !exchange.isOver else { return }
            then(NameHolder(found))
        }
    }

    /// The same for nobody who waits. Asks the store.
    package func holder(of name: StreamName, then: @escaping (NameHolder) -> Void) {
        guard let credentials else { return then(.anybody) }
        guard storeWatch.isAnswering else { return then(.unknown) }
        credentials.account(named: name) { then(NameHolder($0)) }
    }
}
