import Accounts
import Glibc
import LinuxIO
import Settings
import Synchronization
import Testing

@testable import Worker

@Suite struct AccountDeskTests {
    private let loop: EventLoop
    private let desk: AccountDesk

    init() throws {
        loop = try EventLoop()
        // Opening a store touches nothing; these questions never get as far as it.
        let store = try AccountStores.open(.sqlite(path: "/nonexistent/accounts.sqlite"))
        desk = try AccountDesk(
            service: AccountService(store: store, allowsSignUp: true), loop: loop)
    }

    @Test("an answer comes after the question has been asked, never within it")
    func order() {
        var events: [String] = []
        desk.ask(.quick) { _ throws(AccountError) in
            42
        } then: { answer in
            events.append("answered \(answer)")
            self.loop.stop()
        }
        events.append("asked")
        loop.run()
        #expect(events == ["asked", "answered success(42)"])
    }

    @Test("what the accounts refuse arrives as it is", arguments: [false, true])
    func refusal(isHashing: Bool) {
        var found: AccountError?
        desk.ask(isHashing ? .hashing : .quick) { _ throws(AccountError) -> Int in
            throw .nameTaken
        } then: { answer in
            if case .failure(let error) = answer { found = error }
            self.loop.stop()
        }
        loop.run()
        #expect(found == .nameTaken)
    }

    @Test("more than may wait is told so, and everything else is still answered")
    func busy() {
        let gate = Gate()
        let asked = Limits.passwordQueue + Limits.passwordThreads + 5
        var answered = 0
        var refused = 0
        for _ in 0..<asked {
            desk.ask(.hashing) { _ throws(AccountError) in
                gate.wait()
            } then: { answer in
                switch answer {
                case .success: answered += 1
                case .failure(.busy): refused += 1
                case .failure(let error): Issue.record("\(error)")
                }
                // Who is refused hears it while the others still wait.
                gate.open()
                if answered + refused == asked { self.loop.stop() }
            }
        }
        #expect(answered + refused == 0)
        loop.run()
        #expect(answered >= Limits.passwordQueue)
        #expect(refused >= 5)
    }

    @Test("passwords being hashed keep nobody from a look into the store")
    func apart() {
        let gate = Gate()
        var order: [String] = []
        for _ in 0..<Limits.passwordThreads + 1 {
            desk.ask(.hashing) { _ throws(AccountError) in
                gate.wait()
            } then: { _ in
                order.append("hashed")
                if order.count == Limits.passwordThreads + 2 { self.loop.stop() }
            }
        }
        desk.ask(.quick) { _ throws(AccountError) in
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
    func wait() { while !isOpen.load(ordering: .acquiring) { sched_yield() } }
    func open() { isOpen.store(true, ordering: .releasing) }
}
