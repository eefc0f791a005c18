import LinuxIO
import Settings
import Testing

@testable import Accounts

@Suite struct NetworkPrefixTests {
    @Test(
        "an address stands for what one client can be expected to hold",
        arguments: [
            ("192.0.2.7", "192.0.2.7"), ("::ffff:192.0.2.7", "192.0.2.7"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"), ("2001:db8:1:2::", "2001:db8:1:2::/64"),
            ("2001:DB8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::/64"), ("::1", "::/64"),
            ("", ""), ("unix", "unix"),
        ])
    func prefixes(_ address: String, _ text: String) {
        #expect(NetworkPrefix.text(of: address) == text)
    }

    @Test("what is no address is cut, so that it fits a key of the store")
    func long() {
        let key = AttemptLimits.key(address: String(repeating: "é", count: 10_000))
        #expect(key.utf8.count <= 128)
    }

    @Test("no character is cut in two, which would make it longer")
    func cutCharacter() {
        let text = "a" + String(repeating: "é", count: 63)
        #expect(NetworkPrefix.text(of: text) == "a" + String(repeating: "é", count: 31))
    }
}

@Suite struct AttemptLimitTests {
    private let store = MemoryStore()
    private let refused = RefusedAddresses()
    private let alice: StreamName

    init() throws { alice = try StreamName("alice") }

    private func refusal(name: StreamName?, address: String) -> AccountError? {
        do throws(AccountError) {
            try AttemptLimits(store: store, refused: refused).count(name: name, address: address)
            return nil
        } catch {
            return error
        }
    }

    @Test("a name is guessed at a few times, from wherever")
    func perName() {
        for attempt in 0..<Limits.attemptsPerName {
            #expect(refusal(name: alice, address: "192.0.2.\(attempt)") == nil)
        }
        guard case .tooManyAttempts(let retryAfterMs) = refusal(name: alice, address: "192.0.2.99")
        else {
            Issue.record("one more is too many")
            return
        }
        #expect(retryAfterMs > 0)
        #expect(retryAfterMs <= Limits.attemptWindowMs)
    }

    @Test("an address guesses a few times, at whatever names, valid or not")
    func perAddress() throws {
        for attempt in 0..<Limits.attemptsPerAddress {
            let name = attempt.isMultiple(of: 2) ? try StreamName("user\(attempt)") : nil
            #expect(refusal(name: name, address: "2001:db8::\(attempt)") == nil)
        }
        #expect(refusal(name: alice, address: "2001:db8::ffff") != nil)
        #expect(refusal(name: alice, address: "2001:db8:0:1::1") == nil)
    }

    @Test("one who is refused by address does not use up the attempts of a name")
    func addressFirst() {
        for _ in 0..<(Limits.attemptsPerAddress + 1) {
            _ = refusal(name: nil, address: "192.0.2.1")
        }
        for _ in 0..<50 { #expect(refusal(name: alice, address: "192.0.2.1") != nil) }
        #expect(refusal(name: alice, address: "192.0.2.2") == nil)
    }

    @Test("an address signs up some times an hour, which has nothing to do with signing in")
    func signUps() throws {
        let limits = AttemptLimits(store: store, refused: refused)
        for host in 0..<Limits.signUpsPerAddress {
            try limits.countSignUp(address: "2001:db8::\(host)")
        }
        #expect {
            try limits.countSignUp(address: "2001:db8::ffff")
        } throws: { error in
            guard case .tooManySignUps(let ms)? = error as? AccountError else { return false }
            return ms > 0 && ms <= Limits.signUpWindowMs
        }
        try limits.countSignUp(address: "2001:db8:0:1::1")
        #expect(refusal(name: alice, address: "2001:db8::1") == nil)
        // For another worker as well, which has the store in common with this one.
        #expect(throws: AccountError.self) {
            try AttemptLimits(store: store, refused: RefusedAddresses())
                .countSignUp(address: "2001:db8::1")
        }
    }

    @Test(
        "what cannot be an account is not counted; a name that is taken, and one that is made, are")
    func countedSignUps() throws {
        let fixture = ServiceFixture()
        func counted() -> Int? {
            fixture.store.contents.attempts[
                AttemptLimits.key(signUpFrom: Examples.origin.address)]?.count
        }
        #expect(throws: AccountError.self) { try fixture.signUp("no good") }
        #expect(throws: AccountError.self) { try fixture.signUp("alice", "short") }
        #expect(counted() == nil)
        _ = try fixture.signUp("alice")
        #expect(throws: AccountError.nameTaken) { try fixture.signUp("alice") }
        #expect(counted() == 2)
        _ = try fixture.service.add(name: "bert", password: Examples.password)
        _ = try fixture.logIn()
        #expect(counted() == 2)
    }

    @Test("beyond its limit an address is told nothing, costs no hash, and the store is not asked")
    func refusedSignUps() throws {
        let fixture = ServiceFixture()
        fixture.store.fail(.findUser, with: .unavailable(reason: "gone"))
        for _ in 0..<Limits.signUpsPerAddress { _ = try? fixture.signUp() }
        #expect(fixture.service.refusesSignUpsForMs(from: Examples.origin) == nil)
        let looks = fixture.store.count(of: .findUser)
        for _ in 0..<2 {
            #expect {
                try fixture.signUp()
            } throws: { error in
                if case .tooManySignUps? = error as? AccountError { true } else { false }
            }
        }
        #expect(fixture.store.count(of: .findUser) == looks)
        #expect(fixture.store.count(of: .countAttempt) == Limits.signUpsPerAddress + 1)
        #expect(fixture.service.refusesSignUpsForMs(from: Examples.origin) != nil)
        #expect(fixture.service.refusesAttemptsForMs(from: Examples.origin) == nil)
    }

    @Test("an address that is refused is so until its window ends, without the store")
    func remembered() {
        for _ in 0...Limits.attemptsPerAddress { _ = refusal(name: nil, address: "192.0.2.1") }
        store.change { $0.attempts = [:] }
        #expect(refusal(name: alice, address: "192.0.2.1") != nil)
        #expect(store.contents.attempts.isEmpty)
        #expect(refusal(name: alice, address: "192.0.2.2") == nil)
        refused.remember("address 192.0.2.1", untilMs: WallClock.nowMs() - 1)
        #expect(refusal(name: alice, address: "192.0.2.1") == nil)
    }

    @Test("success clears the name, and takes only itself off the address")
    func success() throws {
        for _ in 0..<5 { #expect(refusal(name: alice, address: "192.0.2.1") == nil) }
        try AttemptLimits(store: store, refused: refused).succeeded(
            name: alice, address: "192.0.2.1")
        #expect(store.contents.attempts["name alice"] == nil)
        #expect(store.contents.attempts["address 192.0.2.1"]?.count == 4)
    }

    @Test("when the window is over, one may try again")
    func window() {
        for _ in 0...Limits.attemptsPerName { _ = refusal(name: alice, address: "192.0.2.1") }
        #expect(refusal(name: alice, address: "192.0.2.1") != nil)
        store.change { $0.attempts["name alice"]?.windowEndsAtMs = WallClock.nowMs() - 1 }
        #expect(refusal(name: alice, address: "192.0.2.1") == nil)
    }
}
