// Whether a request may publish under a name. Only the owner may, and shows who they are by a stream key
// or a session. The same question is asked when a request comes, and repeatedly while it goes on.
//
// Owner: the worker's loop thread.

import Accounts
import Channel
import Credentials
import HTTP
import Settings
import StreamState

/// A request's claim to come from the owner of a name.
struct PublishClaim {
    let name: StreamName
    let credential: PresentedCredential
    /// Whether a cookie may authorise the request.
    let isSameSite: Bool
    /// A page's script sent it: to ask it for a password would open the browser's dialog.
    let isScript: Bool
    /// The client to which the store's questions are charged.
    let client: ClientShare

    init(_ exchange: Exchange, name: StreamName) {
        let request = exchange.request
        client = exchange.client
        self.name = name
        credential = PresentedCredential(request)
        isSameSite = CrossSiteCheck.allows(request)
        isScript = request.header("sec-fetch-mode").map { $0 != "navigate" } ?? false
    }
}

/// The owner of a name, as far as publishing under it needs to know.
struct Publisher: Equatable {
    /// See PublishFacts.
    let identity: UInt64
    let about: About

    init(_ account: Account) {
        identity = PublisherIdentity.account(account.id.bytes)
        about = account.about
    }
}

final class PublishAuthority {
    /// The owner, or why the request may not publish.
    typealias Verdict = Result<Publisher, Denial>

    let credentials: Credentials

    init(credentials: Credentials) {
        self.credentials = credentials
    }

    /// `then` is called once: at once, if what is remembered decides it.
    func judge(_ claim: PublishClaim, then: @escaping (Verdict) -> Void) {
        switch claim.credential {
        case .nothing:
            then(.failure(.notAuthorised))
        case .streamKey(let key):
            credentials.account(withStreamKey: key, for: claim.client) {
                then(Self.verdict($0, on: claim))
            }
        case .session(let token):
            guard claim.isSameSite else { return then(.failure(.crossSite)) }
            credentials.session(token, for: claim.client) { found in
                then(Self.verdict(found.map { $0?.account }, on: claim))
            }
        }
    }

    static func verdict(
        _ found: Result<Account?, AccountError>, on claim: PublishClaim
    ) -> Verdict {
        switch found {
        case .failure(let error): .failure(.unanswered(error))
        case .success(nil): .failure(.notAuthorised)
        case .success(let account?):
            if account.name != claim.name {
                .failure(.wrongOwner)
            } else if account.isDisabled {
                .failure(.disabled)
            } else {
                .success(Publisher(account))
            }
        }
    }

    /// Whether that publisher of the stream still has an account that may publish; also true when the
    /// store does not answer.
    func hasAccount(
        _ identity: UInt64, named name: StreamName, then: @escaping (Bool) -> Void
    ) {
        credentials.account(named: name) { found in
            guard case .success(let account) = found else { return then(true) }
            guard let account, !account.isDisabled else { return then(false) }
            then(Publisher(account).identity == identity)
        }
    }
}

extension PublishFacts {
    /// Under open publishing, the address identifies the publisher: an IPv4 address, or the /64 of an
    /// IPv6 address, because the rest of it changes by itself.
    static func identity(of request: Request) -> UInt64 {
        PublisherIdentity.network(request.peer.network.number)
    }
}
