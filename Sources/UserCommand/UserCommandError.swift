// Why `weir user` did not do what it was asked to: one line with cause and remedy, like every
// failing command of Weir.

import Accounts
import Settings

struct UserCommandError: Error, Equatable {
    /// Exit codes, as those of `weir serve`: 1 it could not be done; 2 the command line is wrong.
    static let failure: Int32 = 1
    static let usage: Int32 = 2

    let line: String
    let exitCode: Int32

    init(_ line: String, exitCode: Int32 = failure) {
        self.line = line
        self.exitCode = exitCode
    }

    /// - Parameter name: the user in question, as it was typed.
    init(_ error: AccountError, _ name: String, _ location: AccountsLocation) {
        let quoted = Quoted.text(name)
        switch error {
        case .nameMalformed:
            self.init(
                """
                \(quoted) cannot be a name; it has \(Limits.nameCharacters.lowerBound) to \
                \(Limits.nameCharacters.upperBound) letters a to z, digits, _ and -, and begins \
                with a letter or digit
                """, exitCode: Self.usage)
        case .nameReserved:
            self.init("Weir keeps the name \(quoted) for itself; choose another", exitCode: 2)
        case .nameTaken:
            self.init(
                "there is an account \(quoted) already in \(location); choose another name, or "
                    + "change that one with weir user passwd")
        case .notFound:
            self.init(
                "there is no account \(quoted) in \(location); see weir user list, and check "
                    + "--config, --data and --accounts")
        case .passwordRefused(let fault): self.init(Self.line(of: fault))
        case .unavailable(let reason):
            self.init("the accounts in \(location) cannot be used: \(Quoted.printable(reason))")
        case .busy, .tooManyAttempts, .tooManySignUps, .tooManyChanges, .tooManyAtOnce,
            .tooManyQuestions:
            self.init("too much is being done at once; try again")
        case .signUpClosed, .wrongCredentials, .wrongPassword, .disabled:
            self.init("refused: \(error)")
        }
    }

    private static func line(of fault: PasswordFault) -> String {
        switch fault {
        case .tooShort:
            "the password is too short; take at least \(Limits.passwordCharacters.lowerBound) "
                + "characters"
        case .tooLong:
            "the password is too long; take at most \(Limits.passwordCharacters.upperBound) "
                + "characters"
        case .tooCommon: "this password is among the first that are guessed; choose another"
        case .sameAsName: "the password is the name; choose another"
        }
    }

    /// The one line for an error of any other kind.
    static func line(of error: any Error) -> String {
        "\(error)".split(whereSeparator: \.isNewline).joined(separator: " ")
    }
}
