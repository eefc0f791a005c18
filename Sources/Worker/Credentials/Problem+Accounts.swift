// The refusals of accounts, for programs and for people.

import Accounts
import HTTP
import Settings
import Text

extension Problem {
    /// - Parameters:
    ///   - passwordField: the name of the request's field for a new password.
    ///   - currentField: the name of the field with the password that confirms a change.
    package init(
        _ error: AccountError, passwordField: String = "password",
        currentField: String = "currentPassword"
    ) {
        self =
            switch error {
            case .nameMalformed: .nameMalformed
            case .nameReserved: .nameReserved
            case .nameTaken: .nameTaken
            case .passwordRefused(let fault): .passwordRefused(fault, field: passwordField)
            case .signUpClosed: .signUpClosed
            case .wrongCredentials: .wrongCredentials
            case .wrongPassword: .wrongPassword(field: currentField)
            case .disabled: .accountDisabled
            case .tooManyAttempts(let ms): .tooManyAttempts(retryAfterMs: ms)
            case .tooManySignUps(let ms): .tooManySignUps(retryAfterMs: ms)
            case .tooManyChanges(let ms): .tooManyChanges(retryAfterMs: ms)
            case .tooManyAtOnce: .tooManyAtOnce
            case .tooManyQuestions: .tooManyQuestions
            case .notFound: .notSignedIn
            case .unavailable: .accountsUnavailable
            case .busy: .accountsBusy
            }
    }

    /// The field of the form that the problem is about.
    package var field: String? {
        for member in members where member.name == "field" {
            if case .string(let name) = member.value { return name }
        }
        return nil
    }

    private static func about(
        _ field: String, status: Int, slug: String, title: String, detail: String
    ) -> Problem {
        Problem(
            status: status, slug: slug, title: title, detail: detail,
            members: [JSONMember("field", .string(field))])
    }

    // MARK: What was sent

    package static let accountBodyTooLarge = Problem(
        status: 413, slug: "body-too-large", title: "The body is too large",
        detail: "Requests about accounts have at most \(Limits.accountBodyBytes) bytes.")
    package static let malformedBody = Problem(
        status: 400, slug: "malformed-body", title: "The body cannot be understood",
        detail: "It is neither a JSON object nor a form as browsers send it, with each field once.")
    package static let unsupportedMediaType = Problem(
        status: 415, slug: "unsupported-media-type", title: "This kind of body is not understood",
        detail: "Send application/json, or application/x-www-form-urlencoded.")
    package static func missingField(_ name: String) -> Problem {
        about(
            name, status: 422, slug: "missing-field", title: "A field is missing",
            detail: "\(name) is missing or is no text.")
    }

    // MARK: Names and passwords

    private static let nameMalformed = about(
        "username", status: 422, slug: "name-malformed", title: "This cannot be a name",
        detail: "A name has 3 to 32 letters (a to z), digits, - or _, and begins with a letter or "
            + "a digit.")
    private static let nameReserved = about(
        "username", status: 422, slug: "name-reserved", title: "This name is reserved",
        detail: "This name is reserved. Choose another.")
    private static let nameTaken = about(
        "username", status: 409, slug: "name-taken", title: "This name is taken",
        detail: "Somebody has this name already. Choose another.")

    private static func passwordRefused(_ fault: PasswordFault, field: String) -> Problem {
        let range = Limits.passwordCharacters
        return switch fault {
        case .tooShort:
            about(
                field, status: 422, slug: "password-too-short", title: "The password is too short",
                detail: "A password has at least \(range.lowerBound) characters.")
        case .tooLong:
            about(
                field, status: 422, slug: "password-too-long", title: "The password is too long",
                detail: "A password has at most \(range.upperBound) characters.")
        case .tooCommon:
            about(
                field, status: 422, slug: "password-too-common",
                title: "The password is too common",
                detail: "This password is among the first that are guessed. Choose another.")
        case .sameAsName:
            about(
                field, status: 422, slug: "password-same-as-name",
                title: "The password is the name",
                detail: "The password must not be the name.")
        }
    }

    // MARK: Signing in

    private static let signUpClosed = Problem(
        status: 403, slug: "signup-closed", title: "Nobody can sign up here",
        detail: "Accounts on this server are made by those who run it.")
    private static let wrongCredentials = Problem(
        status: 401, slug: "wrong-credentials", title: "Name or password is wrong",
        detail: "Name or password is wrong.")
    private static func wrongPassword(field: String) -> Problem {
        about(
            field, status: 403, slug: "wrong-password", title: "The password is wrong",
            detail: "This is not the password of your account.")
    }
    package static let accountDisabled = Problem(
        status: 403, slug: "account-disabled", title: "This account is disabled",
        detail: "Those who run this server have disabled this account.")
    package static let notSignedIn = Problem(
        status: 401, slug: "not-signed-in", title: "Nobody is signed in",
        detail: "Sign in first: POST /login.")
    package static let unknownSession = Problem(
        status: 404, slug: "unknown-session", title: "You have no such session",
        detail: "It may have ended already.")

    private static func tooManyAttempts(retryAfterMs: UInt64) -> Problem {
        Problem(
            status: 429, slug: "too-many-attempts", title: "Too many attempts to sign in",
            detail: patience(ms: retryAfterMs),
            headers: [.retryAfter(seconds: seconds(ms: retryAfterMs))])
    }

    private static func tooManySignUps(retryAfterMs: UInt64) -> Problem {
        Problem(
            status: 429, slug: "too-many-sign-ups", title: "Too many accounts from one address",
            detail: "Too many have signed up from your network. \(patience(ms: retryAfterMs))",
            headers: [.retryAfter(seconds: seconds(ms: retryAfterMs))])
    }

    private static func tooManyChanges(retryAfterMs: UInt64) -> Problem {
        Problem(
            status: 429, slug: "too-many-changes", title: "Too many changes of this account",
            detail: patience(ms: retryAfterMs),
            headers: [.retryAfter(seconds: seconds(ms: retryAfterMs))])
    }

    private static let tooManyAtOnce = Problem(
        status: 429, slug: "too-many-at-once", title: "Too many attempts at once",
        detail: "Too many want to sign in from your network at the same moment. "
            + "Try again in a few seconds.",
        headers: [.retryAfter(seconds: Int(Limits.storeRetryMs / 1_000))])

    private static let tooManyQuestions = Problem(
        status: 429, slug: "too-many-questions", title: "Too many questions at once",
        detail: "Your network asks for too much at the same moment. Try again in a few seconds.",
        headers: [.retryAfter(seconds: Int(Limits.storeRetryMs / 1_000))])

    /// Rounded up, so that a client that comes back then is let in.
    private static func seconds(ms: UInt64) -> Int { Int(clamping: max(1, (ms + 999) / 1_000)) }

    private static func patience(ms: UInt64) -> String {
        let minutes = (seconds(ms: ms) + 59) / 60
        return "Wait \(minutes == 1 ? "a minute" : "\(minutes) minutes"), then try again."
    }

    // MARK: The store

    static let accountsUnavailable = Problem(
        status: 503, slug: "accounts-unavailable", title: "The accounts do not answer",
        detail: "Try again in a few seconds. Broadcasts go on.",
        headers: [.retryAfter(seconds: Int(Limits.storeRetryMs / 1_000))])
    static let accountsBusy = Problem(
        status: 503, slug: "accounts-busy", title: "Too many want to sign in at once",
        detail: "Try again in a few seconds.",
        headers: [.retryAfter(seconds: Int(Limits.storeRetryMs / 1_000))])
}
