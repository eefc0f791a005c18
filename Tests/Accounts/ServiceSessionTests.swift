import LinuxIO
import Settings
import Testing

@testable import Accounts

@Suite struct ServiceSessionTests {
    private let fixture = ServiceFixture()

    /// As if the session had been used last that long ago.
    private func age(byMs ageMs: UInt64) {
        fixture.store.change { contents in
            for id in contents.sessions.keys {
                contents.sessions[id]?.lastSeenAtMs -= ageMs
                contents.sessions[id]?.expiresAtMs -= ageMs
            }
        }
    }

    @Test("a token that Weir did not make is nobody's session") func unknownToken() throws {
        _ = try fixture.signUp()
        let unknown = try #require(
            SecretDigest(.session, presented: String(repeating: "a", count: 43)))
        #expect(try fixture.service.holder(ofSession: unknown) == nil)
        #expect(fixture.store.count(of: .findSession) == 1)
    }

    @Test("a session in use is prolonged, but not at each request") func prolonged() throws {
        let signedIn = try fixture.signUp()
        #expect(try #require(try fixture.holder(of: signedIn)).wasProlonged == false)
        #expect(fixture.store.count(of: .touch) == 0)
        age(byMs: Limits.sessionTouchMs + 1)
        #expect(try #require(try fixture.holder(of: signedIn)).wasProlonged)
        #expect(try #require(try fixture.holder(of: signedIn)).wasProlonged == false)
        #expect(fixture.store.count(of: .touch) == 1)
        let session = try #require(fixture.store.contents.sessions.values.first)
        #expect(session.expiresAtMs - session.lastSeenAtMs == Limits.sessionMs)
    }

    @Test("a session that was not used for its time is over") func expired() throws {
        let signedIn = try fixture.signUp()
        age(byMs: Limits.sessionMs + 1)
        #expect(try fixture.holder(of: signedIn) == nil)
        try fixture.service.removeExpired()
        #expect(fixture.store.contents.sessions.isEmpty)
    }

    @Test("a store that can only be read signs nobody out") func readOnly() throws {
        let signedIn = try fixture.signUp()
        age(byMs: Limits.sessionTouchMs + 1)
        fixture.store.fail(.touch, with: .unavailable(reason: "read-only"))
        #expect(try #require(try fixture.holder(of: signedIn)).wasProlonged == false)
        fixture.store.fail(.touch, with: nil)
        #expect(try #require(try fixture.holder(of: signedIn)).wasProlonged)
    }

    @Test("a session that ends while it is prolonged is over") func endedMeanwhile() throws {
        let signedIn = try fixture.signUp()
        age(byMs: Limits.sessionTouchMs + 1)
        let service = fixture.service
        fixture.store.once(before: .touch) {
            _ = try? service.endSessions(of: signedIn.account, except: nil)
        }
        #expect(try fixture.holder(of: signedIn) == nil)
    }

    @Test("signing out ends one session, and may be done twice") func logOut() throws {
        let first = try fixture.signUp()
        let second = try fixture.logIn()
        let id = try #require(try fixture.holder(of: first)).session
        let outcomes = try (0..<2).map { _ in
            try fixture.service.logOut(session: id, of: first.account.id)
        }
        #expect(outcomes == [true, false])
        #expect(try fixture.holder(of: first) == nil)
        #expect(try fixture.holder(of: second) != nil)
    }

    @Test("nobody ends somebody else's session") func foreign() throws {
        let alice = try fixture.signUp("alice")
        let bob = try fixture.signUp("bob")
        let ofAlice = try #require(try fixture.holder(of: alice)).session
        #expect(throws: AccountError.notFound) {
            try fixture.service.endSession(ofAlice, of: bob.account)
        }
        _ = try fixture.service.logOut(session: ofAlice, of: bob.account.id)
        #expect(try fixture.service.endSessions(of: bob.account, except: nil) == 1)
        #expect(try fixture.holder(of: alice) != nil)
    }

    @Test("all others are ended, and counted") func others() throws {
        let first = try fixture.signUp()
        let second = try fixture.logIn()
        _ = try fixture.logIn()
        let kept = try #require(try fixture.holder(of: second))
        #expect(try fixture.service.overview(of: kept.account).sessions.count == 3)
        #expect(
            try fixture.service.endSessions(of: kept.account, except: kept.session) == 2)
        #expect(try fixture.holder(of: first) == nil)
        #expect(try fixture.holder(of: second) != nil)
        #expect(
            try fixture.service.overview(of: kept.account).sessions.map(\.id) == [kept.session])
    }

    @Test("the oldest session goes when there are too many") func limited() throws {
        let first = try fixture.signUp()
        fixture.store.change { contents in
            let now = contents.sessions.values.first?.createdAtMs ?? 0
            for id in contents.sessions.keys { contents.sessions[id]?.createdAtMs = now - 1 }
            for number in 1..<Limits.sessionsPerUser {
                let id = SecretDigest(bytes: .init(repeating: UInt8(number), count: 32))
                contents.sessions[id] = SessionRecord(
                    id: id, user: first.account.id, createdAtMs: now, lastSeenAtMs: now,
                    expiresAtMs: now + 1_000_000, address: "", userAgent: "")
            }
        }
        let newest = try fixture.logIn()
        #expect(fixture.store.contents.sessions.count == Limits.sessionsPerUser)
        #expect(try fixture.holder(of: first) == nil)
        #expect(try fixture.holder(of: newest) != nil)
    }
}
