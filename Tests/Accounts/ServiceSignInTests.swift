import LinuxIO
import Settings
import Synchronization
import Testing

@testable import Accounts

@Suite struct ServiceSignUpTests {
    @Test("a person who signs up is signed in") func signedIn() throws {
        let fixture = ServiceFixture()
        let signedIn = try fixture.signUp("Alice")
        #expect(signedIn.account.name.text == "alice")
        #expect(try #require(try fixture.holder(of: signedIn)).account == signedIn.account)
    }

    @Test("neither the password nor the token is stored") func secrets() throws {
        let fixture = ServiceFixture()
        let signedIn = try fixture.signUp()
        let key = try fixture.service.rotateStreamKey(of: signedIn.account)
        let stored = "\(fixture.store.contents)"
        for secret in [Examples.password, signedIn.sessionToken, key] {
            #expect(!stored.contains(secret))
        }
    }

    @Test("a name is given once, in whatever case") func taken() throws {
        let fixture = ServiceFixture()
        _ = try fixture.signUp("alice")
        #expect(throws: AccountError.nameTaken) { try fixture.signUp("ALICE") }
    }

    @Test("of two who want a name at the same moment, one gets it") func race() throws {
        let fixture = ServiceFixture()
        fixture.store.once(before: .insertUser) {
            _ = try? fixture.service.add(name: "alice", password: "another long one")
        }
        #expect(throws: AccountError.nameTaken) { try fixture.signUp("alice") }
        #expect(fixture.store.contents.users.count == 1)
        #expect(fixture.store.contents.sessions.isEmpty)
    }

    @Test(
        "the rule that is broken is named",
        arguments: [
            ("al", Examples.password, AccountError.nameMalformed),
            ("login", Examples.password, .nameReserved),
            ("alice", "short", .passwordRefused(.tooShort)),
            ("alice", String(repeating: "x", count: 257), .passwordRefused(.tooLong)),
            ("alice", "Password1", .passwordRefused(.tooCommon)),
            ("alice-in-w", "ALICE-IN-W", .passwordRefused(.sameAsName)),
        ])
    func rules(_ name: String, _ password: String, _ refusal: AccountError) {
        let fixture = ServiceFixture()
        #expect(throws: refusal) { try fixture.signUp(name, password) }
        #expect(fixture.store.contents.users.isEmpty)
    }

    @Test("where sign-up is closed, operators still add accounts") func closed() throws {
        let fixture = ServiceFixture(allowsSignUp: false)
        #expect(throws: AccountError.signUpClosed) { try fixture.signUp() }
        _ = try fixture.service.add(name: "alice", password: Examples.password)
        _ = try fixture.logIn()
    }

    @Test("what a browser calls itself is cut and made printable") func userAgent() throws {
        let fixture = ServiceFixture()
        let origin = ClientOrigin(
            address: "192.0.2.1", userAgent: "A\u{1B}[31m\n" + String(repeating: "é", count: 500))
        _ = try fixture.signUp(from: origin)
        let stored = try #require(fixture.store.contents.sessions.values.first).userAgent
        #expect(stored.hasPrefix("A?[31m?"))
        #expect(stored.utf8.count == Limits.userAgentBytes)
    }
}

@Suite struct ServiceLogInTests {
    @Test("each sign-in is a session of its own") func sessions() throws {
        let fixture = ServiceFixture()
        let first = try fixture.signUp()
        let second = try fixture.logIn()
        #expect(first.sessionToken != second.sessionToken)
        #expect(try fixture.holder(of: first) != nil)
        #expect(try fixture.holder(of: second) != nil)
    }

    @Test(
        "an unknown name, a malformed one and a wrong password are answered alike",
        arguments: [("nobody", Examples.password), ("a/b", "x"), ("alice", "another long one")])
    func wrong(_ name: String, _ password: String) throws {
        let fixture = ServiceFixture()
        _ = try fixture.signUp()
        #expect(throws: AccountError.wrongCredentials) { try fixture.logIn(name, password) }
        #expect(fixture.store.contents.sessions.count == 1)
    }

    @Test("what the first server stored as a password lets nobody in") func legacy() throws {
        let fixture = ServiceFixture()
        _ = try fixture.signUp()
        let old = "d63dc919e201d7bc4c825630d2cf25fdc93d4b2f0d46706d29038d01"
        fixture.store.change { contents in
            for id in contents.users.keys { contents.users[id]?.password = old }
        }
        for password in [old, Examples.password, ""] {
            #expect(throws: AccountError.wrongCredentials) { try fixture.logIn("alice", password) }
        }
    }

    @Test("too many wrong passwords from one network shut out the right one from there as well")
    func tooMany() throws {
        let fixture = ServiceFixture()
        _ = try fixture.signUp()
        for _ in 0..<Limits.attemptsPerNameAndAddress {
            #expect(throws: AccountError.wrongCredentials) { try fixture.logIn("alice", "wrong") }
        }
        do throws(AccountError) {
            _ = try fixture.logIn()
            Issue.record("this is one too many")
        } catch {
            guard case .tooManyAttempts = error else {
                Issue.record("refused for another reason: \(error)")
                return
            }
        }
        _ = try fixture.logIn(from: ClientOrigin(address: "192.0.2.2", userAgent: ""))
    }

    @Test("signing in often does not shut anybody out") func often() throws {
        let fixture = ServiceFixture()
        _ = try fixture.signUp()
        for _ in 0...(Limits.attemptsPerNameAndAddress + 1) { _ = try fixture.logIn() }
    }

    @Test("a new password from an operator opens an account that was guessed at") func reset()
        throws
    {
        let fixture = ServiceFixture()
        let account = try fixture.signUp().account
        let alice = AttemptPolicy.prefix(of: account.name)
        for _ in 0..<Limits.attemptsPerNameAndAddress {
            _ = try? fixture.logIn("alice", "wrong")
        }
        #expect(fixture.store.contents.attempts.keys.contains { $0.hasPrefix(alice) })
        try fixture.service.setPassword(of: account, to: "another long one")
        #expect(!fixture.store.contents.attempts.keys.contains { $0.hasPrefix(alice) })
        _ = try fixture.logIn("alice", "another long one")
        #expect(throws: AccountError.wrongCredentials) { try fixture.logIn() }
    }

    @Test("only who knows the password hears that an account is disabled") func disabled() throws {
        let fixture = ServiceFixture()
        let signedIn = try fixture.signUp()
        try fixture.service.setDisabled(true, signedIn.account)
        #expect(try fixture.holder(of: signedIn) == nil)
        #expect(throws: AccountError.disabled) { try fixture.logIn() }
        #expect(throws: AccountError.wrongCredentials) { try fixture.logIn("alice", "wrong") }
        try fixture.service.setDisabled(false, signedIn.account)
        _ = try fixture.logIn()
    }

    @Test("an outdated hash is renewed by the next sign-in") func rehash() throws {
        let fixture = ServiceFixture()
        _ = try fixture.signUp()
        fixture.makeHashesOld()
        _ = try fixture.logIn("alice", "password")
        let stored = try #require(fixture.store.contents.users.values.first).password
        #expect(
            try PasswordHash.verify("password", against: stored) == .matches(isOutdated: false))
        _ = try fixture.logIn("alice", "password")
        #expect(fixture.store.count(of: .setPassword) == 1)
    }

    @Test("of two sign-ins that renew a hash at the same moment, both succeed") func rehashTwice()
        throws
    {
        let fixture = ServiceFixture()
        _ = try fixture.signUp()
        fixture.makeHashesOld()
        fixture.store.once(before: .setPassword) { _ = try? fixture.logIn("alice", "password") }
        let second = try fixture.logIn("alice", "password")
        #expect(try fixture.holder(of: second) != nil)
        #expect(fixture.store.contents.sessions.count == 3)
    }

    @Test("a wrong password renews nothing") func noRehash() throws {
        let fixture = ServiceFixture()
        _ = try fixture.signUp()
        fixture.makeHashesOld()
        #expect(throws: AccountError.wrongCredentials) { try fixture.logIn("alice", "wrong") }
        #expect(fixture.store.count(of: .setPassword) == 0)
    }

    @Test("a session does not outlive a password that is replaced while it begins")
    func replaced() throws {
        let fixture = ServiceFixture()
        let account = try fixture.signUp().account
        fixture.store.once(before: .insertSession) {
            try? fixture.service.setPassword(of: account, to: "another long one")
        }
        #expect(throws: AccountError.wrongCredentials) { try fixture.logIn() }
        #expect(fixture.store.contents.sessions.isEmpty)
    }

    @Test("a session does not outlive an account that is disabled while it begins")
    func disabledMeanwhile() throws {
        let fixture = ServiceFixture()
        let account = try fixture.signUp().account
        fixture.store.once(before: .insertSession) {
            try? fixture.service.setDisabled(true, account)
        }
        #expect(throws: AccountError.disabled) { try fixture.logIn() }
        #expect(fixture.store.contents.sessions.isEmpty)
    }

    @Test("a name that is deleted and taken while a session begins is not signed in to")
    func takenMeanwhile() throws {
        let fixture = ServiceFixture()
        let account = try fixture.signUp().account
        fixture.store.once(before: .insertSession) {
            try? fixture.service.delete(account)
            _ = try? fixture.service.add(name: "alice", password: Examples.password)
        }
        #expect(throws: AccountError.wrongCredentials) { try fixture.logIn() }
        #expect(fixture.store.contents.sessions.isEmpty)
    }
}
