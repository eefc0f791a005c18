// What the client of a request that may not publish is told: the one place where a Denial becomes HTTP.

import Credentials
import HTTP

extension Problem {
    /// - Parameter hasBegun: the request had the right when it began, and has lost it.
    init(_ denial: Denial, of claim: PublishClaim, hasBegun: Bool = false) {
        self =
            switch denial {
            case .notAuthorised: hasBegun ? .noLongerAuthorised(claim) : .notAuthorised(claim)
            case .crossSite: .crossSite
            case .wrongOwner: .notYourName
            case .disabled: .accountDisabled
            case .unanswered(let error): Problem(error)
            }
    }

    /// The answer says what would authorise the request (RFC 9110, section 11.6.1).
    private static func notAuthorised(_ claim: PublishClaim) -> Problem {
        let basic = HeaderField("www-authenticate", "Basic realm=\"Weir\", charset=\"UTF-8\"")
        let bearer = HeaderField("www-authenticate", "Bearer")
        return Problem(
            status: 401, slug: "not-authorised", title: "Who are you?",
            detail: "To publish here, sign in as \(claim.name), or send the stream key of "
                + "that account: as a bearer token, as the password of Basic, or as ?key=.",
            headers: claim.isScript ? [bearer] : [basic, bearer])
    }

    /// What was good when the request began is no longer good.
    private static func noLongerAuthorised(_ claim: PublishClaim) -> Problem {
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

    private static let notYourName = Problem(
        status: 403, slug: "not-the-owner", title: "This name is not yours",
        detail: "You can publish under the name of your own account only.")
}
