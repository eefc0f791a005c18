// Why a request may not publish under a name. What its client is told, Problem+Denial says.

import Accounts

enum Denial: Error, Equatable, Sendable {
    /// The request shows no credential, or one that nobody holds.
    case notAuthorised
    /// A page of another site has sent it, with the browser's cookie.
    case crossSite
    /// The credential is good, but the name is not its holder's.
    case wrongOwner
    /// The holder's account is disabled.
    case disabled
    /// Nobody could be asked just now: the store does not answer, or too much is waiting for it.
    case unanswered(AccountError)

    /// Whether the right is known to be missing. A store that does not answer takes away no rights.
    var isCertain: Bool {
        if case .unanswered = self { false } else { true }
    }
}
