// Whether a request may publish under a name. Only the owner may, and shows who they are by a stream key
// or a session. The same question is asked when a request comes, and repeatedly while it goes on.
//
// Owner: the worker's loop thread.

import Accounts
import Credentials
import HTTP
import Settings
import StreamState

/// A request's claim to come from the owner of a name.
struct PublishClaim {
    let name: StreamName
    let credential: PublishCredential
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
        credential = PublishCredential(request)
        isSameSite = CrossSiteCheck.allows(request)
        isScript = request.header("sec-fetch-mode").map { $0 != "navigate" } ?? false
    }
}

final class PublishAuthority {
    /// The owner's identity (see PublishFacts), or the problem to answer with.
    typealias Verdict = Result<UInt64, Problem>

    let credentials: Credentials

    init(credentials: Credentials) {
        self.credentials = credentials
    }

    /// `then` is called once: at once, if what is remembered decides it.
    func judge(_ claim: PublishClaim, then: @escaping (Verdict) -> Void) {
        switch claim.credential {
        case .nothing:
            then(.failure(.notAuthorised(claim)))
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
        case .failure(let error): .failure(Problem(error))
        case .success(nil): .failure(.notAuthorised(claim))
        case .success(let account?):
            if account.name != claim.name {
                .failure(.notYourName)
            } else if account.isDisabled {
                .failure(.accountDisabled)
            } else {
                .success(PublishFacts.identity(of: account))
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
            then(PublishFacts.identity(of: account) == identity)
        }
    }
}

extension PublishFacts {
    static func identity(of account: Account) -> UInt64 {
        PublisherIdentity.account(account.id.bytes)
    }

    /// Under open publishing, the address identifies the publisher: an IPv4 address, or the /64 of an
    /// IPv6 address, because the rest of it changes by itself.
    static func identity(of request: Request) -> UInt64 {
        PublisherIdentity.network(request.peer.network.number)
    }
}

extension Problem {
    /// The answer says what would authorise the request (RFC 9110, section 11.6.1).
    static func notAuthorised(_ claim: PublishClaim) -> Problem {
        let basic = HeaderField("www-authenticate", "Basic realm=\"Weir\", charset=\"UTF-8\"")
        let bearer = HeaderField("www-authenticate", "Bearer")
        return Problem(
            status: 401, slug: "not-authorised", title: "Who are you?",
            detail: "To publish here, sign in as \(claim.name), or send the stream key of "
                + "that account: as a bearer token, as the password of Basic, or as ?key=.",
            headers: claim.isScript ? [bearer] : [basic, bearer])
    }

    /// What was good when the request began is no longer good.
    static func noLongerAuthorised(_ claim: PublishClaim) -> Problem {
        if case .session = claim.credential {
            return Problem(
                status: 401, slug: "session-ended", title: "You are signed out",
                detail: "The session with which this broadcast began has ended. Sign in again.",
                headers: notAuthorised(claim).headers)
        }
        return Problem(
            status: 401, slug: "key-replaced", title: "This stream key is no longer valid",
            detail: "It was replaced or removed while this request was publishing.",
            headers: notAuthorised(claim).headers)
    }

    static let notYourName = Problem(
        status: 403, slug: "not-the-owner", title: "This name is not yours",
        detail: "You can publish under the name of your own account only.")
}
