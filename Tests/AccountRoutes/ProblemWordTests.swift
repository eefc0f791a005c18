// Problems in the words of a page: in English they read as programs get them.

import Accounts
import Credentials
import HTTP
import Testing
import Web

@testable import AccountRoutes

@Suite struct ProblemWordTests {
    private let sites = WebSites(offersSignUp: true)

    private static let problems: [Problem] =
        [
            AccountError.nameMalformed, .nameReserved, .nameTaken, .passwordRefused(.tooShort),
            .passwordRefused(.tooLong), .passwordRefused(.tooCommon),
            .passwordRefused(.sameAsName), .signUpClosed, .wrongCredentials, .wrongPassword,
            .disabled, .tooManyAttempts(retryAfterMs: 1), .tooManyAttempts(retryAfterMs: 90_000),
            .tooManySignUps(retryAfterMs: 60_000), .tooManyChanges(retryAfterMs: 3_600_000),
            .tooManyAtOnce, .tooManyQuestions, .unavailable(reason: "x"), .busy,
        ].map { Problem($0) } + [
            .crossSite, .accountBodyTooLarge, .malformedBody, .missingField("username"),
            .unknownSession,
        ]

    @Test("in English a problem reads as programs get it", arguments: problems)
    func english(problem: Problem) {
        let words = sites.site(in: "en").words
        #expect(problem.text(in: words) == problem.detail)
        #expect(words.has("problem.\(problem.slug)"), "\(problem.slug)")
        if words.has("problem.\(problem.slug).title") {
            #expect(problem.title(in: words) == problem.title)
        }
    }

    @Test("in another language it is said in that language", arguments: problems)
    func german(problem: Problem) {
        let text = problem.text(in: sites.site(in: "de").words)
        #expect(text != problem.detail && !text.contains("{"))
    }

    @Test("a problem that no table knows keeps its own words")
    func unknown() {
        let problem = Problem(status: 400, slug: "new", title: "New", detail: "Something new.")
        #expect(problem.text(in: sites.site(in: "de").words) == "Something new.")
        #expect(problem.title(in: sites.site(in: "de").words) == "New")
    }
}
