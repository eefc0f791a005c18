// Why something about accounts was refused.

package enum AccountError: Error, Equatable, Sendable {
    case nameMalformed
    /// A name that Weir keeps for itself.
    case nameReserved
    case nameTaken
    case passwordRefused(PasswordFault)
    /// This server does not let anyone sign up (`signup = closed`).
    case signUpClosed
    /// Name or password is wrong; the client is not told which.
    case wrongCredentials
    /// The current password, which a change asks for, is wrong.
    case wrongPassword
    /// The account is disabled; told only to a client that knows its password.
    case disabled
    case tooManyAttempts(retryAfterMs: UInt64)
    case tooManySignUps(retryAfterMs: UInt64)
    /// This account was changed too often.
    case tooManyChanges(retryAfterMs: UInt64)
    /// One network wants too many passwords looked at, at the same time.
    case tooManyAtOnce
    /// One network asks too many other questions at the same time.
    case tooManyQuestions
    /// No such session, user or key.
    case notFound
    /// The store does not answer, or not in time. `reason` is for the log and for /readyz.
    case unavailable(reason: String)
    /// Too much is waiting to be done, for all clients together.
    case busy

    /// Whether it is about who has asked, so that it is no answer for others who want to know the same.
    package var isAboutAsker: Bool {
        self == .tooManyAtOnce || self == .tooManyQuestions || self == .busy
    }
}

/// Which rule a new password breaks.
package enum PasswordFault: Equatable, Sendable {
    case tooShort
    case tooLong
    case tooCommon
    case sameAsName
}
