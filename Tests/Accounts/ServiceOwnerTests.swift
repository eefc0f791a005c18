import Settings
import StreamState
import Testing

@testable import Accounts

@Suite struct ServiceOwnerTests {
    private let fixture = ServiceFixture()
    private let newPassword = "another long one"

    private func change(
        from current: String, to new: String, by signedIn: SignedIn
    ) throws {
        let holder = try #require(try fixture.holder(of: signedIn))
        try fixture.changePassword(from: current, to: new, by: holder)
    }

    @Test("a new password ends the other sessions and keeps this one") func changed() throws {
        let first = try fixture.signUp()
        let second = try fixture.logIn()
        try change(from: Examples.password, to: newPassword, by: second)
        #expect(try fixture.holder(of: first) == nil)
        #expect(try fixture.holder(of: second) != nil)
        #expect(throws: AccountError.wrongCredentials) { try fixture.logIn() }
        _ = try fixture.logIn("alice", newPassword)
    }

    @Test("without the current password nothing changes") func wrongCurrent() throws {
        let signedIn = try fixture.signUp()
        #expect(throws: AccountError.wrongPassword) {
            try change(from: "wrong", to: newPassword, by: signedIn)
        }
        _ = try fixture.logIn()
    }

    @Test("the rules hold for a new password") func rules() throws {
        let signedIn = try fixture.signUp()
        #expect(throws: AccountError.passwordRefused(.tooCommon)) {
            try change(from: Examples.password, to: "password", by: signedIn)
        }
    }

    @Test("a thief of a session does not guess the password for long") func guesses() throws {
        let signedIn = try fixture.signUp()
        for _ in 0..<Limits.attemptsPerSession {
            try? change(from: "x", to: newPassword, by: signedIn)
        }
        #expect {
            try change(from: Examples.password, to: newPassword, by: signedIn)
        } throws: { error in
            guard case .tooManyAttempts? = error as? AccountError else { return false }
            return true
        }
    }

    @Test("of two changes at the same moment, the later is told") func lostUpdate() throws {
        let signedIn = try fixture.signUp()
        let service = fixture.service
        fixture.store.once(before: .setPassword) {
            try? service.setPassword(of: signedIn.account, to: "set by an operator")
        }
        #expect(throws: AccountError.wrongPassword) {
            try change(from: Examples.password, to: newPassword, by: signedIn)
        }
        _ = try fixture.logIn("alice", "set by an operator")
    }

    @Test("a stream key opens its account until it is replaced or removed") func streamKey() throws
    {
        let account = try fixture.signUp().account
        #expect(account.streamKeyCreatedAtMs == nil)
        let first = try fixture.service.rotateStreamKey(of: account)
        #expect(try fixture.account(withStreamKey: first)?.id == account.id)
        let second = try fixture.service.rotateStreamKey(of: account)
        #expect(try fixture.account(withStreamKey: first) == nil)
        let found = try #require(try fixture.account(withStreamKey: second))
        #expect(found.streamKeyCreatedAtMs != nil)
        #expect(try fixture.service.removeStreamKey(of: account))
        #expect(try !fixture.service.removeStreamKey(of: account))
        #expect(try fixture.account(withStreamKey: second) == nil)
    }

    @Test("neither a password nor a session's token is a stream key, nor the reverse")
    func kinds() throws {
        let signedIn = try fixture.signUp()
        let key = try fixture.service.rotateStreamKey(of: signedIn.account)
        #expect(try fixture.account(withStreamKey: signedIn.sessionToken) == nil)
        #expect(try fixture.account(withStreamKey: Examples.password) == nil)
        #expect(try fixture.holder(ofSession: key) == nil)
        #expect(
            try fixture.holder(ofSession: String(key.dropFirst("weir_".count))) == nil)
        #expect(throws: AccountError.wrongCredentials) { try fixture.logIn("alice", key) }
        let session = try #require(SecretDigest(.session, presented: signedIn.sessionToken))
        #expect(try fixture.service.account(withStreamKey: session) == nil)
    }

    @Test("the key of a disabled account is known as such") func disabledKey() throws {
        let account = try fixture.signUp().account
        let key = try fixture.service.rotateStreamKey(of: account)
        try fixture.service.setDisabled(true, account)
        #expect(try fixture.account(withStreamKey: key)?.isDisabled == true)
    }

    @Test("a deleted account leaves nothing, and its name is free") func deleted() throws {
        let signedIn = try fixture.signUp()
        let key = try fixture.service.rotateStreamKey(of: signedIn.account)
        let holder = try #require(try fixture.holder(of: signedIn))
        #expect(throws: AccountError.wrongPassword) { try fixture.delete(by: holder, "wrong") }
        try fixture.delete(by: holder, Examples.password)
        #expect(try fixture.holder(of: signedIn) == nil)
        #expect(try fixture.account(withStreamKey: key) == nil)
        #expect(throws: AccountError.notFound) { try fixture.service.delete(signedIn.account) }
        #expect(throws: AccountError.notFound) {
            _ = try fixture.service.rotateStreamKey(of: signedIn.account)
        }
        #expect(try fixture.signUp().account.id != signedIn.account.id)
    }

    @Test("the holder of a name's old account cannot act on its new one") func reused() throws {
        let old = try fixture.signUp()
        let holder = try #require(try fixture.holder(of: old))
        try fixture.service.delete(old.account)
        _ = try fixture.signUp()
        #expect(throws: AccountError.notFound) {
            try fixture.delete(by: holder, Examples.password)
        }
        #expect(try fixture.service.account(named: "alice") != nil)
    }

    @Test("accounts are listed page by page") func pages() throws {
        for name in ["carol", "alice", "bob"] { _ = try fixture.signUp(name) }
        let first = try fixture.service.accounts(after: nil, limit: 2)
        #expect(first.map(\.name.text) == ["alice", "bob"])
        let second = try fixture.service.accounts(after: first.last?.name, limit: 2)
        #expect(second.map(\.name.text) == ["carol"])
    }

    @Test("a broadcast is noted once, and dropped when nobody has that name") func broadcasts()
        throws
    {
        let account = try fixture.signUp().account
        let broadcast = BroadcastRecord(
            id: "one", startedAtMs: 1_000, endedAtMs: 3_000, bytes: 7, peakViewers: 2)
        for _ in 0..<2 { try fixture.service.record(broadcast, of: account.name) }
        try fixture.service.record(broadcast, of: StreamName("nobody"))
        #expect(try fixture.service.overview(of: account).broadcasts == [broadcast])
    }
}
