// Every change of an account is told to all workers, however it ends for the client that asked for it.

import Accounts
import Credentials
import Glibc
import HTTP
import LinuxIO
import Synchronization
import Telemetry
import Testing

@testable import AccountRoutes

@Suite(.timeLimit(.minutes(1))) struct AccountAccessTests {
    private let loop: EventLoop
    private let access: AccountAccess
    private let credentials: Credentials
    private let client: ClientShare
    private let told = Told()

    /// How often workers were told to look.
    private final class Told {
        private(set) var count = 0
        var then: () -> Void = {}

        func tell() {
            count += 1
            then()
        }
    }

    init() throws {
        loop = try EventLoop()
        // Opening a store touches nothing, and no question gets as far as it.
        let service = AccountService(
            store: try AccountStores.open(.sqlite(path: "/nonexistent/accounts.sqlite")),
            allowsSignUp: true)
        let desk = try AccountDesk(service: service, loop: loop)
        credentials = Credentials(
            desk: desk, loop: loop,
            counters: SlotCounters(try CounterPage.create(slots: 1), slot: 0),
            tellWorkers: told.tell)
        access = AccountAccess(desk: desk, credentials: credentials)
        client = ClientTable(exemptNetworks: []).client(at: PeerAddress(bytes: [192, 0, 2, 1]))
    }

    /// What is answered, and how often workers had been told by then.
    private func outcome<Answer>(
        _ perform: (@escaping (Result<Answer, AccountError>) -> Void) -> Void
    ) throws -> (answer: Result<Answer, AccountError>, told: Int) {
        var outcome: (Result<Answer, AccountError>, Int)?
        perform { answer in
            outcome = (answer, self.told.count)
            self.loop.stop()
        }
        loop.run()
        return try #require(outcome)
    }

    @Test("a change is told before its client hears of it")
    func change() throws {
        let outcome = try outcome { then in
            access.perform(for: client, { _ throws(AccountError) in 1 }, then: then)
        }
        #expect(outcome.answer == .success(1) && outcome.told == 1)
        #expect(credentials.changeCount == 1)
    }

    @Test("so is one that needs a password")
    func confirmed() throws {
        let outcome = try outcome { then in
            access.perform(
                for: client, admit: { _ throws(AccountError) in 1 },
                withdraw: { _, _ throws(AccountError) in },
                { _, admitted throws(AccountError) in admitted + 1 }, then: then)
        }
        #expect(outcome.answer == .success(2) && outcome.told == 1)
    }

    @Test("what has changed nothing, or was refused, is not told")
    func nothing() throws {
        let unreal = try outcome { then in
            access.perform(
                for: client, isReal: { $0 > 0 }, { _ throws(AccountError) in 0 }, then: then)
        }
        #expect(unreal.answer == .success(0) && unreal.told == 0)
        let refused = try outcome { then in
            access.perform(
                for: client, { _ throws(AccountError) -> Int in throw .notFound }, then: then)
        }
        #expect(refused.answer == .failure(.notFound) && refused.told == 0)
        let looked = try outcome { then in
            access.look(for: client, { _ throws(AccountError) in 1 }, then: then)
        }
        #expect(looked.answer == .success(1) && looked.told == 0)
    }

    @Test("a change that takes longer than its client waits is told when it is made")
    func late() throws {
        let gate = Gate()
        let outcome = try outcome { then in
            access.perform(
                for: client,
                { _ throws(AccountError) in
                    gate.wait()
                    return 1
                }, then: then)
        }
        guard case .failure(.unavailable) = outcome.answer else {
            Issue.record("\(outcome.answer)")
            return
        }
        #expect(outcome.told == 0)
        told.then = { loop.stop() }
        gate.open()
        loop.run()
        #expect(told.count == 1)
    }
}

/// Keeps a thread waiting until it is opened.
private final class Gate: Sendable {
    private let isOpen = Atomic<Bool>(false)
    func wait() { while !isOpen.load(ordering: .acquiring) { usleep(1_000) } }
    func open() { isOpen.store(true, ordering: .releasing) }
}
