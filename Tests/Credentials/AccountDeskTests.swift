import Accounts
import Glibc
import LinuxIO
import Settings
import Synchronization
import Testing

@testable import Credentials
@testable import HTTP

@Suite(.timeLimit(.minutes(1))) struct AccountDeskTests {
    private let loop: EventLoop
    private let desk: AccountDesk
    private let clients = ClientTable(
        exemptNetworks: [NetworkRange.parse("10.0.0.0/8")].compactMap { $0 })

    init() throws {
        loop = try EventLoop()
        // Opening a store touches nothing; these questions never get as far as it.
        let store = try AccountStores.open(.sqlite(path: "/nonexistent/accounts.sqlite"))
        desk = try AccountDesk(
            service: AccountService(store: store, allowsSignUp: true), loop: loop)
    }

    private func client(_ number: UInt8, network: UInt8 = 192) -> ClientShare {
        clients.client(at: PeerAddress(bytes: [network, 0, 2, number]))
    }

    /// A password that is admitted as a matter of course.
    private func hash<Answer: Sendable>(
        for client: ClientShare,
        _ work: @escaping @Sendable () throws(AccountError) -> Answer,
        then: @escaping (Result<Answer, AccountError>) -> Void
    ) {
        desk.hash(
            for: client, admit: { _ throws(AccountError) in 0 },
            withdraw: { _, _ throws(AccountError) in },
            { _, _ throws(AccountError) in try work() }, then: then)
    }

    @Test("an answer comes after the question has been asked, never within it")
    func order() {
        var events: [String] = []
        desk.ask(for: client(1)) { _ throws(AccountError) in
            42
        } then: { answer in
            events.append("answered \(answer)")
            self.loop.stop()
        }
        events.append("asked")
        loop.run()
        #expect(events == ["asked", "answered success(42)"])
    }

    @Test("what the accounts refuse arrives as it is", arguments: ["look", "admission", "hash"])
    func refusal(step: String) {
        var found: AccountError?
        let then = { (answer: Result<Int, AccountError>) in
            if case .failure(let error) = answer { found = error }
            self.loop.stop()
        }
        let refuse: @Sendable () throws(AccountError) -> Int = { () throws(AccountError) in
            throw .nameTaken
        }
        if step == "look" {
            desk.ask(for: nil, { _ throws(AccountError) in try refuse() }, then: then)
        } else {
            desk.hash(
                for: client(1),
                admit: { _ throws(AccountError) in step == "admission" ? try refuse() : 0 },
                withdraw: { _, _ throws(AccountError) in },
                { _, _ throws(AccountError) in try refuse() }, then: then)
        }
        loop.run()
        #expect(found == .nameTaken)
        #expect(clients.count == 0, "everything was given back")
    }

    @Test("what is not admitted takes no place among the passwords")
    func notAdmitted() {
        let gate = Gate()
        var refused = 0
        // Threads and queue are full.
        for number in 0..<UInt8(Limits.passwordThreads + Limits.passwordQueue) {
            hash(for: client(number)) { () throws(AccountError) in
                gate.wait()
            } then: { _ in
                if self.clients.count == 0 { self.loop.stop() }
            }
        }
        for number in 200..<UInt8(210) {
            desk.hash(
                for: client(number),
                admit: { _ throws(AccountError) -> Int in throw .tooManyAttempts(retryAfterMs: 1) },
                withdraw: { _, _ throws(AccountError) in },
                { _, _ throws(AccountError) in
                },
                then: { answer in
                    guard case .failure(.tooManyAttempts) = answer else {
                        Issue.record("\(answer)")
                        return
                    }
                    refused += 1
                    if refused == 10 { gate.open() }
                })
        }
        loop.run()
        #expect(refused == 10)
    }

    @Test(
        "more than may wait is told so, everything else is answered, and nobody's attempt is lost")
    func busy() {
        let gate = Gate()
        let withdrawn = Atomic<Int>(0)
        let asked = Limits.passwordQueue + Limits.passwordThreads + 5
        var answered = 0
        var refused = 0
        for number in 0..<UInt8(asked) {
            desk.hash(
                for: client(number), admit: { _ throws(AccountError) in 0 },
                withdraw: { _, _ throws(AccountError) in
                    withdrawn.add(1, ordering: .relaxed)
                },
                { _, _ throws(AccountError) in gate.wait() },
                then: { answer in
                    switch answer {
                    case .success: answered += 1
                    case .failure(.busy): refused += 1
                    case .failure(let error): Issue.record("\(error)")
                    }
                    // Who is refused hears it while the others still wait.
                    gate.open()
                    if answered + refused == asked { self.loop.stop() }
                })
        }
        #expect(answered + refused == 0)
        loop.run()
        #expect(answered >= Limits.passwordQueue)
        #expect(refused >= 1)
        #expect(clients.count == 0, "everything was given back")
        // Withdrawn are those that found no place; that may still be under way.
        var turns = 0
        while withdrawn.load(ordering: .relaxed) < refused, turns < 1_000 {
            turns += 1
            loop.schedule(afterMs: 1) { self.loop.stop() }
            loop.run()
        }
        #expect(withdrawn.load(ordering: .relaxed) == refused)
    }

    @Test("one client's passwords are hashed one at a time, and fill no queue of others")
    func oneAtATime() {
        let gate = Gate()
        let flood = client(1)
        let atWork = Atomic<Int>(0)
        var events: [String] = []
        var tooMany = 0
        let asked = Limits.passwordHashesPerClient + 30
        for _ in 0..<asked {
            hash(for: flood) { () throws(AccountError) in
                let others = atWork.add(1, ordering: .relaxed).oldValue
                gate.wait()
                atWork.subtract(1, ordering: .relaxed)
                return others
            } then: { answer in
                switch answer {
                case .success(let others):
                    #expect(others == 0)
                    events.append("flood")
                case .failure(.tooManyAtOnce): tooMany += 1
                case .failure(let error): Issue.record("\(error)")
                }
                if self.clients.count == 0 { self.loop.stop() }
            }
        }
        hash(for: client(2)) { () throws(AccountError) in
        } then: { answer in
            #expect((try? answer.get()) != nil)
            events.append("other")
            gate.open()
        }
        loop.run()
        #expect(events.first == "other")
        #expect(events.count == 1 + Limits.passwordHashesPerClient)
        #expect(tooMany == 30)
    }

    @Test("one client's questions leave room for others'")
    func questions() {
        let gate = Gate()
        var refused = 0
        // Refusals come in portions: the questions that were taken may be answered before the last.
        var unanswered = Limits.accountQueue + 1
        let answered = {
            unanswered -= 1
            if unanswered == 0 { self.loop.stop() }
        }
        for _ in 0..<Limits.accountQueue {
            desk.ask(for: client(1)) { _ throws(AccountError) in
                gate.wait()
            } then: { answer in
                if case .failure(.tooManyQuestions) = answer { refused += 1 }
                answered()
            }
        }
        desk.ask(for: client(2)) { _ throws(AccountError) in
        } then: { answer in
            #expect((try? answer.get()) != nil)
            answered()
        }
        loop.schedule(afterMs: 0) { gate.open() }
        loop.run()
        #expect(refused == Limits.accountQueue - Limits.accountQuestionsPerClient)
    }

    @Test("a network that stands for many has no turns and no share")
    func exempt() {
        let gate = Gate()
        let campus = client(1, network: 10)
        let together = Atomic<Int>(0)
        var answered = 0
        let asked = Limits.passwordHashesPerClient + 20
        for _ in 0..<asked {
            hash(for: campus) { () throws(AccountError) in
                // Opens only when two are at work.
                if together.add(1, ordering: .relaxed).newValue > 1 { gate.open() }
                gate.wait()
            } then: { answer in
                #expect((try? answer.get()) != nil)
                answered += 1
                if answered == asked { self.loop.stop() }
            }
        }
        loop.run()
        #expect(answered == asked)
    }

    @Test(
        "an answer that takes too long is given up, and what it took is given back when it is done")
    func late() {
        let gate = Gate()
        var hashes = 0
        let slow = client(1)
        for _ in 0..<3 {
            hash(for: slow) { () throws(AccountError) in
                gate.wait()
            } then: { answer in
                guard case .failure(.unavailable) = answer else {
                    Issue.record("\(answer)")
                    return
                }
                hashes += 1
                if hashes == 3 { self.loop.stop() }
            }
        }
        desk.ask(for: slow) { _ throws(AccountError) in
            gate.wait()
        } then: { answer in
            guard case .failure(.unavailable) = answer else {
                Issue.record("\(answer)")
                return
            }
        }
        loop.run()
        #expect(slow.amount(of: .passwordHashes) == 3)
        #expect(slow.amount(of: .accountQuestions) == 1)
        gate.open()
        var turns = 0
        while clients.count > 0, turns < 1_000 {
            turns += 1
            loop.schedule(afterMs: 1) { self.loop.stop() }
            loop.run()
        }
        #expect(slow.amount(of: .passwordHashes) == 0)
        #expect(slow.amount(of: .accountQuestions) == 0)
    }

    @Test("passwords being hashed keep nobody from a look into the store")
    func apart() {
        let gate = Gate()
        var order: [String] = []
        for number in 0..<UInt8(Limits.passwordThreads + 1) {
            hash(for: client(number)) { () throws(AccountError) in
                gate.wait()
            } then: { _ in
                order.append("hashed")
                if order.count == Limits.passwordThreads + 2 { self.loop.stop() }
            }
        }
        desk.ask(for: client(1)) { _ throws(AccountError) in
        } then: { _ in
            order.append("looked")
            gate.open()
        }
        loop.run()
        #expect(order.first == "looked")
    }
}

/// Keeps threads waiting until it is opened.
private final class Gate: Sendable {
    private let isOpen = Atomic<Bool>(false)
    func wait() { while !isOpen.load(ordering: .acquiring) { usleep(1_000) } }
    func open() { isOpen.store(true, ordering: .releasing) }
}
