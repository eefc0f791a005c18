import Testing

@testable import Accounts

@Suite struct ServiceTroubleTests {
    private let fixture = ServiceFixture()

    @Test("the store is prepared once, when it is first needed") func prepared() throws {
        #expect(fixture.store.count(of: .prepare) == 0)
        _ = try fixture.signUp()
        #expect(fixture.service.fault() == nil)
        _ = try fixture.logIn()
        #expect(fixture.store.count(of: .prepare) == 1)
    }

    @Test("a store that could not be prepared is tried again") func preparedLater() throws {
        fixture.store.fail(.prepare, with: .unavailable(reason: "no route"))
        #expect(fixture.service.fault() == "no route")
        #expect(throws: AccountError.unavailable(reason: "no route")) { try fixture.signUp() }
        #expect(fixture.store.count(of: .prepare) == 2)
        fixture.store.fail(.prepare, with: nil)
        _ = try fixture.signUp()
        #expect(fixture.service.fault() == nil)
    }

    @Test(
        "trouble of the store is never taken for a wrong password",
        arguments: [
            MemoryStore.Operation.findUser, .insertSession, .changeAttempts,
        ],
        [StoreError.unavailable(reason: "gone"), .unusable(reason: "gone")])
    func trouble(_ operation: MemoryStore.Operation, _ error: StoreError) throws {
        _ = try fixture.signUp()
        fixture.store.fail(operation, with: error)
        #expect(throws: AccountError.unavailable(reason: "gone")) { try fixture.logIn() }
        fixture.store.fail(operation, with: nil)
        _ = try fixture.logIn()
    }

    @Test("an account that is there is not refused because no session could be begun")
    func withoutSession() throws {
        fixture.store.fail(.insertSession, with: .unavailable(reason: "gone"))
        let signedUp = try fixture.signUpWithoutSession()
        #expect(signedUp.sessionToken == .failure(.unavailable(reason: "gone")))
        fixture.store.fail(.insertSession, with: nil)
        #expect(try fixture.logIn().account == signedUp.account)
    }

    @Test("trouble of the store is never taken for an unknown session or key") func lookups() throws
    {
        let signedIn = try fixture.signUp()
        let key = try fixture.service.rotateStreamKey(of: signedIn.account)
        fixture.store.fail(.findSession, with: .unavailable(reason: "gone"))
        fixture.store.fail(.findUser, with: .unavailable(reason: "gone"))
        #expect(throws: AccountError.unavailable(reason: "gone")) {
            try fixture.holder(of: signedIn)
        }
        #expect(throws: AccountError.unavailable(reason: "gone")) {
            try fixture.account(withStreamKey: key)
        }
    }

    @Test("when attempts cannot be counted, no password is verified") func uncounted() throws {
        let signedIn = try fixture.signUp()
        let holder = try #require(try fixture.holder(of: signedIn))
        fixture.store.fail(.changeAttempts, with: .unavailable(reason: "gone"))
        let before = fixture.store.count(of: .findUser)
        #expect(throws: AccountError.unavailable(reason: "gone")) { try fixture.logIn() }
        #expect(throws: AccountError.unavailable(reason: "gone")) {
            try fixture.delete(by: holder, Examples.password)
        }
        #expect(fixture.store.count(of: .findUser) == before)
    }

    @Test("a sign of life that fails is told in the store's words") func fault() {
        fixture.store.fail(.check, with: .unusable(reason: "the schema is newer than this version"))
        #expect(fixture.service.fault() == "the schema is newer than this version")
    }
}
