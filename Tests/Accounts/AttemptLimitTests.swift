// What is refused, when, and what it costs the store: on all stores, since the counts are theirs.

import LinuxIO
import Settings
import StreamState
import Testing

@testable import Accounts

@Suite struct AttemptLimitTests {
    /// One worker: what it remembers is its own, the store is everybody's.
    private struct Worker {
        let limits: AttemptLimits

        init(_ store: any AccountStore) {
            limits = AttemptLimits(store: store, refused: RefusedAttempts())
        }

        func policy(
            _ name: String?, from address: String, as source: AttemptPolicy.Source = .stranger,
            isExempt: Bool = false
        ) throws -> AttemptPolicy {
            AttemptPolicy(
                name: try name.map { try StreamName($0) }, source: source,
                origin: ClientOrigin(address: address, userAgent: "", isExempt: isExempt))
        }

        func isAdmitted(_ policy: AttemptPolicy) throws -> Bool {
            do {
                try limits.admit(policy)
                return true
            } catch .tooManyAttempts(let retryAfterMs) {
                #expect(retryAfterMs > 0 && retryAfterMs <= Limits.attemptWindowMs)
                return false
            }
        }

        /// So many attempts of strangers, each from another network, none of which succeeds.
        func guess(_ name: String, networks: Range<Int>) throws -> Int {
            try networks.count { number in
                try isAdmitted(policy(name, from: "10.0.\(number / 250).\(number % 250)"))
            }
        }
    }

    @Test("one network guesses ten times at a name, which takes nothing from others")
    func perNetwork() throws {
        for kind in StoreKind.all {
            let (place, store) = try kind.make()
            let worker = Worker(store)
            let guesser = try worker.policy("alice", from: "192.0.2.1")
            for _ in 0..<Limits.attemptsPerNameAndAddress {
                #expect(try worker.isAdmitted(guesser))
            }
            #expect(try !worker.isAdmitted(guesser))
            // For other workers as well, which have only the store in common.
            #expect(try !Worker(place.openPrepared()).isAdmitted(guesser))
            #expect(try worker.isAdmitted(worker.policy("bob", from: "192.0.2.1")))
            #expect(try worker.isAdmitted(worker.policy("alice", from: "192.0.2.2")))
        }
    }

    @Test("many networks together guess so often at a name, then only those who are known come in")
    func perName() throws {
        // A thousand operations: the test server of MongoDB has others to serve meanwhile.
        for kind in [StoreKind.memory, .sqlite] {
            let (place, store) = try kind.make()
            let worker = Worker(store)
            let home = try worker.policy("alice", from: "192.0.2.1")
            try worker.limits.admit(home)
            try worker.limits.succeeded(home)
            let networks = 0..<Limits.attemptsPerName + 20
            #expect(try worker.guess("alice", networks: networks) == Limits.attemptsPerName)
            for worker in [worker, Worker(try place.openPrepared())] {
                #expect(try worker.guess("alice", networks: 500..<505) == 0)
                // The network from which the owner has signed in before, and known browsers.
                #expect(try worker.isAdmitted(home))
                let device = try worker.policy(
                    "alice", from: "198.51.100.1", as: .device("phone"))
                #expect(try worker.isAdmitted(device))
                let session = AttemptPolicy.Source.session(.random())
                let owner = try worker.policy("alice", from: "198.51.100.1", as: session)
                #expect(try worker.isAdmitted(owner))
                #expect(try worker.isAdmitted(worker.policy("bob", from: "192.0.2.9")))
            }
            // A network that is known is still held to its own count.
            let admitted = try (0..<20).count { _ in try worker.isAdmitted(home) }
            #expect(admitted == Limits.attemptsPerNameAndAddress - 2)
        }
    }

    @Test("a browser that is known, and a session, have ten tries each, whatever strangers do")
    func known() throws {
        for kind in StoreKind.all {
            let (place, store) = try kind.make()
            defer { withExtendedLifetime(place) {} }
            let worker = Worker(store)
            let sources: [AttemptPolicy.Source] = [
                .device("phone"), .device("desk"), .session(.random()), .session(.random()),
            ]
            for (number, source) in sources.enumerated() {
                // From wherever: a stolen one does not gain by moving.
                let admitted = try (0..<15).count { host in
                    try worker.isAdmitted(
                        worker.policy("alice", from: "192.0.\(number).\(host)", as: source))
                }
                #expect(admitted == 10)
            }
            #expect(try worker.isAdmitted(worker.policy("alice", from: "192.0.9.1")))
        }
    }

    @Test("an address guesses a hundred times at whatever names, valid or not")
    func perAddress() throws {
        let worker = Worker(MemoryStore())
        for attempt in 0..<Limits.attemptsPerAddress {
            let name = attempt.isMultiple(of: 2) ? "user\(attempt)" : nil
            let policy = try worker.policy(name, from: "2001:db8::\(attempt)")
            #expect(try worker.isAdmitted(policy))
        }
        #expect(try !worker.isAdmitted(worker.policy("alice", from: "2001:db8::ffff")))
        #expect(try worker.isAdmitted(worker.policy("alice", from: "2001:db8:0:1::1")))
    }

    @Test("networks that stand for many are held to what is a name's alone")
    func exempt() throws {
        let worker = Worker(MemoryStore())
        for number in 0..<Limits.attemptsPerAddress + 30 {
            let policy = try worker.policy("user\(number)", from: "192.0.2.1", isExempt: true)
            #expect(try worker.isAdmitted(policy))
        }
        let one = try worker.policy("alice", from: "192.0.2.1", isExempt: true)
        let admitted = try (0..<Limits.attemptsPerName + 20).count { _ in
            try worker.isAdmitted(one)
        }
        #expect(admitted == Limits.attemptsPerName)
        // That somebody has succeeded from there says nothing about the others who are there.
        try worker.limits.succeeded(one)
        #expect(try !worker.isAdmitted(one))
    }

    // MARK: What it costs

    @Test("what is refused is remembered and does not reach the store")
    func remembered() throws {
        let store = MemoryStore()
        let worker = Worker(store)
        let guesser = try worker.policy("alice", from: "192.0.2.1")
        let thief = try worker.policy("alice", from: "192.0.2.1", as: .device("stolen"))
        for policy in [guesser, thief] {
            for _ in 0...10 { _ = try worker.isAdmitted(policy) }
            let changes = store.count(of: .changeAttempts)
            for _ in 0..<50 { #expect(try !worker.isAdmitted(policy)) }
            #expect(store.count(of: .changeAttempts) == changes)
        }
        // Strangers to a name that is guessed at by many cost a look, and no change.
        _ = try worker.guess("bob", networks: 0..<Limits.attemptsPerName + 1)
        let changes = store.count(of: .changeAttempts)
        #expect(try worker.guess("bob", networks: 400..<450) == 0)
        #expect(store.count(of: .changeAttempts) == changes)
    }

    @Test("one who is refused does not use up what is others'")
    func refusedFirst() throws {
        let store = MemoryStore()
        for _ in 0..<50 {
            // As many workers: none remembers what the others have refused.
            let worker = Worker(store)
            for name in ["alice", nil] {
                for _ in 0..<10 {
                    _ = try worker.isAdmitted(worker.policy(name, from: "192.0.2.1"))
                }
            }
        }
        let ofName = try #require(store.contents.attempts["name alice total"])
        #expect(ofName.count == Limits.attemptsPerNameAndAddress)
    }

    @Test("who is refused because others have guessed has not tried")
    func notTried() throws {
        let store = MemoryStore()
        let worker = Worker(store)
        _ = try worker.guess("alice", networks: 0..<Limits.attemptsPerName)
        let stranger = try Worker(store).policy("alice", from: "192.0.2.1")
        #expect(try !Worker(store).isAdmitted(stranger))
        #expect(store.contents.attempts["name alice from 192.0.2.1"]?.count == 0)
        #expect(store.contents.attempts["address 192.0.2.1"]?.count == 0)
    }

    @Test("success takes only itself off what is shared, and gives back what is one's own")
    func success() throws {
        let store = MemoryStore()
        let worker = Worker(store)
        let policy = try worker.policy("alice", from: "192.0.2.1")
        for _ in 0..<5 { #expect(try worker.isAdmitted(policy)) }
        try worker.limits.succeeded(policy)
        #expect(store.contents.attempts["name alice from 192.0.2.1"] == nil)
        #expect(store.contents.attempts["name alice total"]?.count == 4)
        #expect(store.contents.attempts["address 192.0.2.1"]?.count == 4)
    }

    @Test("successes are counted as well, for each network and name")
    func successes() throws {
        for kind in StoreKind.all {
            let (place, store) = try kind.make()
            let workers = [Worker(store), Worker(try place.openPrepared())]
            let policies = [
                try workers[0].policy("alice", from: "192.0.2.1"),
                try workers[0].policy("alice", from: "192.0.2.1", as: .device("phone")),
            ]
            var succeeded = 0
            for turn in 0..<130 {
                let policy = policies[turn / 2 % 2]
                guard try workers[turn % 2].isAdmitted(policy) else { continue }
                try workers[turn % 2].limits.succeeded(policy)
                succeeded += 1
            }
            // Each worker hears of it with its own next success.
            let range = Limits.signInsPerNameAndAddress...Limits.signInsPerNameAndAddress + 1
            #expect(range.contains(succeeded))
            for policy in policies { #expect(try !workers[0].isAdmitted(policy)) }
            #expect(try workers[0].isAdmitted(workers[0].policy("alice", from: "192.0.2.2")))
            #expect(try workers[0].isAdmitted(workers[0].policy("bob", from: "192.0.2.1")))
        }
    }

    @Test("an attempt that nobody has looked at does not count")
    func withdrawn() throws {
        let worker = Worker(MemoryStore())
        for source in [AttemptPolicy.Source.stranger, .device("phone"), .session(.random())] {
            let policy = try worker.policy("alice", from: "192.0.2.1", as: source)
            for _ in 0..<500 {
                #expect(try worker.isAdmitted(policy))
                try worker.limits.withdraw(policy)
            }
        }
    }

    @Test("when the window is over, one may try again")
    func window() throws {
        let store = MemoryStore()
        let policy = try Worker(store).policy("alice", from: "192.0.2.1")
        for _ in 0...10 { _ = try Worker(store).isAdmitted(policy) }
        #expect(try !Worker(store).isAdmitted(policy))
        store.change {
            $0.attempts["name alice from 192.0.2.1"]?.windowEndsAtMs = WallClock.nowMs() - 1
        }
        #expect(try Worker(store).isAdmitted(policy))
    }
}

@Suite struct SignUpLimitTests {
    @Test("an address signs up some times an hour, which has nothing to do with signing in")
    func signUps() throws {
        let store = MemoryStore()
        let limits = AttemptLimits(store: store, refused: RefusedAttempts())
        func origin(_ address: String, isExempt: Bool = false) -> ClientOrigin {
            ClientOrigin(address: address, userAgent: "", isExempt: isExempt)
        }
        for host in 0..<Limits.signUpsPerAddress {
            try limits.countSignUp(from: origin("2001:db8::\(host)"))
        }
        #expect {
            try limits.countSignUp(from: origin("2001:db8::ffff"))
        } throws: { error in
            guard case .tooManySignUps(let ms)? = error as? AccountError else { return false }
            return ms > 0 && ms <= Limits.signUpWindowMs
        }
        try limits.countSignUp(from: origin("2001:db8:0:1::1"))
        try limits.countSignUp(from: origin("2001:db8::1", isExempt: true))
        let alice = AttemptPolicy(
            name: try StreamName("alice"), source: .stranger, origin: origin("2001:db8::1"))
        try limits.admit(alice)
        // For another worker as well, which has the store in common with this one.
        #expect(throws: AccountError.self) {
            try AttemptLimits(store: store, refused: RefusedAttempts())
                .countSignUp(from: origin("2001:db8::1"))
        }
    }

    @Test("a sign-up that nobody has looked at does not count")
    func withdrawn() throws {
        let fixture = ServiceFixture()
        for number in 0..<Limits.signUpsPerAddress + 20 {
            let admitted = try fixture.service.admitSignUp(
                name: "user\(number)", password: Examples.password, from: Examples.origin)
            try fixture.service.withdraw(admitted)
        }
    }

    @Test(
        "what cannot be an account is not counted; a name that is taken, and one that is made, are")
    func countedSignUps() throws {
        let fixture = ServiceFixture()
        func counted() -> Int? {
            fixture.store.contents.attempts["sign-up \(Examples.origin.address)"]?.count
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
        #expect(fixture.store.count(of: .changeAttempts) == Limits.signUpsPerAddress + 1)
        #expect(fixture.service.refusesSignUpsForMs(from: Examples.origin) != nil)
        let signIns = fixture.service.refusesLogInForMs(
            name: "alice", device: nil, from: Examples.origin)
        #expect(signIns == nil)
    }
}
