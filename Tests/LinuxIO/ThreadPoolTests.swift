import Glibc
import Synchronization
import Testing

@testable import LinuxIO

@Suite struct ThreadPoolTests {
    @Test("what work answers is handed out on the loop's thread, each to whom it belongs")
    func answers() throws {
        let loop = try EventLoop()
        let pool = try ThreadPool(loop: loop, threads: 3, queueLimit: 100, niceness: 5)
        let thread = pthread_self()
        var answers: [Int] = []
        for number in 0..<50 {
            let isTaken = pool.run {
                // Of several threads, so in no particular order.
                number * number
            } then: { answer in
                #expect(pthread_equal(pthread_self(), thread) != 0)
                #expect(answer == number * number)
                answers.append(number)
                if answers.count == 50 { loop.stop() }
            }
            #expect(isTaken)
        }
        loop.run()
        #expect(answers.sorted() == Array(0..<50))
        pool.stop()
    }

    @Test("work is done on other threads")
    func elsewhere() throws {
        let loop = try EventLoop()
        let pool = try ThreadPool(loop: loop, threads: 1, queueLimit: 1, niceness: 0)
        let own = UInt64(pthread_self())
        var other: UInt64?
        let isTaken = pool.run {
            UInt64(pthread_self())
        } then: { answer in
            other = answer
            loop.stop()
        }
        #expect(isTaken)
        loop.run()
        #expect(other != nil && other != own)
        pool.stop()
    }

    @Test("an answer that is nothing arrives as well")
    func nothing() throws {
        let loop = try EventLoop()
        let pool = try ThreadPool(loop: loop, threads: 1, queueLimit: 1, niceness: 0)
        var answers: [Int?] = []
        let isTaken = pool.run {
            Int?.none
        } then: { answer in
            answers.append(answer)
            loop.stop()
        }
        #expect(isTaken)
        loop.run()
        #expect(answers == [nil])
        pool.stop()
    }

    @Test("more than may wait is refused, and there is room again when some of it is done")
    func bounded() throws {
        let loop = try EventLoop()
        let pool = try ThreadPool(loop: loop, threads: 1, queueLimit: 2, niceness: 0)
        let gate = Gate()
        var done = 0
        let count: (Bool) -> Void = { _ in
            done += 1
            if done == 3 { loop.stop() }
        }
        // The first is being done, which the gate knows; the next two wait.
        let first = pool.run({ gate.pass() }, then: count)
        gate.waitUntilSomebodyIsThere()
        let second = pool.run({ true }, then: count)
        let third = pool.run({ true }, then: count)
        #expect(first && second && third)
        let fourth = pool.run({ true }, then: { _ in Issue.record("this was refused") })
        #expect(!fourth)
        gate.open()
        loop.run()
        let fifth = pool.run({ true }, then: { _ in loop.stop() })
        #expect(fifth)
        loop.run()
        #expect(done == 3)
        pool.stop()
    }

    @Test("threads that stand back have the niceness that was asked for")
    func niceness() throws {
        let loop = try EventLoop()
        let pool = try ThreadPool(loop: loop, threads: 1, queueLimit: 1, niceness: 7)
        let own = getpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0)
        var found: Int32?
        let isTaken = pool.run {
            getpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0)
        } then: { answer in
            found = answer
            loop.stop()
        }
        #expect(isTaken)
        loop.run()
        #expect(found == 7)
        #expect(getpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0) == own)
        pool.stop()
    }
}

/// Holds a thread until it is opened.
private final class Gate: Sendable {
    private let isOpen = Atomic<Bool>(false)
    private let isSomebodyThere = Atomic<Bool>(false)

    func pass() -> Bool {
        isSomebodyThere.store(true, ordering: .releasing)
        while !isOpen.load(ordering: .acquiring) { sched_yield() }
        return true
    }

    func waitUntilSomebodyIsThere() {
        while !isSomebodyThere.load(ordering: .acquiring) { sched_yield() }
    }

    func open() { isOpen.store(true, ordering: .releasing) }
}
