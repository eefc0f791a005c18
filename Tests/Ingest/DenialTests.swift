// Who may publish under a name, and what the others are told.

import Accounts
import FakeExchange
import HTTP
import StreamState
import Testing

@testable import Ingest

@Suite struct DenialTests {
    private static let key = "weir_" + String(repeating: "k", count: 43)
    private static let cookie = "__Host-weir=" + String(repeating: "s", count: 43)

    private func claim(_ fields: (String, String)...) throws -> PublishClaim {
        let fake = FakeExchange(
            Request(
                method: "PUT", authority: "localhost", target: "/anna/live",
                headers: fields.map { HeaderField($0.0, $0.1) }))
        return PublishClaim(fake.exchange, name: try StreamName("anna"))
    }

    private func account(_ name: String, isDisabled: Bool = false) throws -> Account {
        Account(
            UserRecord(
                id: .random(), name: try StreamName(name), password: "", isDisabled: isDisabled,
                createdAtMs: 0, streamKey: nil))
    }

    @Test("only the account of that name may, unless it is disabled")
    func verdicts() throws {
        let claim = try claim(("authorization", "Bearer " + Self.key))
        let anna = try account("anna")
        let found: [(Result<Account?, AccountError>, PublishAuthority.Verdict)] = [
            (.success(anna), .success(Publisher(anna))),
            (.success(nil), .failure(.notAuthorised)),
            (.success(try account("bert")), .failure(.wrongOwner)),
            // What a stranger's account is like is nobody's business.
            (.success(try account("bert", isDisabled: true)), .failure(.wrongOwner)),
            (.success(try account("anna", isDisabled: true)), .failure(.disabled)),
            (.failure(.busy), .failure(.unanswered(.busy))),
            (
                .failure(.unavailable(reason: "gone")),
                .failure(.unanswered(.unavailable(reason: "gone")))
            ),
        ]
        for (finding, verdict) in found {
            #expect(PublishAuthority.verdict(finding, on: claim) == verdict)
        }
    }

    private static let denials: [(Denial, status: Int, slug: String, whilePublishing: String)] = [
        (.notAuthorised, 401, "not-authorised", "key-replaced"),
        (.crossSite, 403, "cross-site", "cross-site"),
        (.wrongOwner, 403, "not-the-owner", "not-the-owner"),
        (.disabled, 403, "account-disabled", "account-disabled"),
        (.unanswered(.busy), 503, "accounts-busy", "accounts-busy"),
        (.unanswered(.tooManyQuestions), 429, "too-many-questions", "too-many-questions"),
        (
            .unanswered(.unavailable(reason: "secret words")), 503, "accounts-unavailable",
            "accounts-unavailable"
        ),
    ]

    @Test("a client is told each of them, before it publishes and while it does")
    func problems() throws {
        let claim = try claim(("authorization", "Bearer " + Self.key))
        for (denial, status, slug, whilePublishing) in Self.denials {
            let early = Problem(denial, of: claim)
            #expect(early.status == status && early.slug == slug)
            let late = Problem(denial, of: claim, hasBegun: true)
            #expect(late.status == status && late.slug == whilePublishing)
            #expect(denial.isCertain == (status < 429))
        }
    }

    @Test("a browser's session ends, and an encoder's key is replaced")
    func ended() throws {
        let claim = try claim(("cookie", Self.cookie))
        #expect(Problem(.notAuthorised, of: claim, hasBegun: true).slug == "session-ended")
    }

    @Test("a script is not asked for a password, which would open the browser's dialog")
    func challenges() throws {
        let challenges = { (claim: PublishClaim) in
            Problem(.notAuthorised, of: claim).headers.map(\.value)
        }
        let all = ["Basic realm=\"Weir\", charset=\"UTF-8\"", "Bearer"]
        #expect(challenges(try claim()) == all)
        #expect(challenges(try claim(("sec-fetch-mode", "navigate"))) == all)
        #expect(challenges(try claim(("sec-fetch-mode", "cors"))) == ["Bearer"])
    }
}
