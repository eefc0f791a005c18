// Shared counters: what one mapping counts, another one sees.

import Glibc
import LinuxIO
import Testing

@testable import Telemetry

private func duplicate(_ page: CounterPage) throws -> Descriptor {
    Descriptor(owning: try systemCall("dup") { dup(page.descriptor.raw) })
}

struct CounterPageTests {
    @Test("a worker that adopts the page sees and changes what the supervisor sees")
    func shared() throws {
        let supervisor = try CounterPage.create(slots: 2)
        let worker = try CounterPage(adopting: duplicate(supervisor), slots: 2)
        worker.add(.bytesSent, 1_000, slot: 1)
        worker.add(.bytesSent, slot: 1)
        supervisor.add(.workerRestarts, slot: supervisor.supervisorSlot)
        #expect(supervisor.get(.bytesSent, slot: 1) == 1_001)
        #expect(supervisor.get(.bytesSent, slot: 0) == 0)
        #expect(worker.total(.workerRestarts) == 1)
    }

    @Test("every counter of every slot is a number of its own")
    func separate() throws {
        let page = try CounterPage.create(slots: 3)
        var value: UInt64 = 0
        for slot in 0...page.supervisorSlot {
            for counter in Counter.allCases {
                value += 1
                page.set(counter, value, slot: slot)
            }
        }
        value = 0
        for slot in 0...page.supervisorSlot {
            for counter in Counter.allCases {
                value += 1
                #expect(page.get(counter, slot: slot) == value)
            }
        }
    }

    @Test("a value counts in the first bucket that holds it, and in the sum")
    func distribution() throws {
        let page = try CounterPage.create(slots: 2)
        for us: UInt64 in [0, 200, 201, 10_000_000] { page.observe(.loopTurn, us: us, slot: 1) }
        let counts = page.counts(of: .loopTurn, slot: 1)
        #expect(counts.buckets.count == Histogram.boundsUs.count + 1)
        #expect(counts.buckets[0] == 2)
        #expect(counts.buckets[1] == 1)
        #expect(counts.buckets.last == 1)
        #expect(counts.sumUs == 10_000_401)
        #expect(page.counts(of: .loopTurn, slot: 0).sumUs == 0)
        #expect(Counter.allCases.allSatisfy { page.get($0, slot: 1) == 0 })
    }

    @Test("bounds of distributions ascend")
    func bounds() {
        #expect(zip(Histogram.boundsUs, Histogram.boundsUs.dropFirst()).allSatisfy { $0 < $1 })
    }

    @Test("when a worker is gone its gauges fall to zero, its totals stay")
    func reset() throws {
        let page = try CounterPage.create(slots: 2)
        for slot in 0..<2 {
            page.add(.viewers, 3, slot: slot)
            page.add(.requests, 5, slot: slot)
        }
        page.resetGauges(slot: 0)
        #expect(page.total(.viewers) == 3)
        #expect(page.total(.requests) == 10)
    }

    @Test("additions of many threads all count")
    func concurrent() async throws {
        let page = try CounterPage.create(slots: 1)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask { for _ in 0..<10_000 { page.add(.requests, slot: 0) } }
            }
        }
        #expect(page.total(.requests) == 40_000)
    }

    @Test("a page for another number of workers is refused")
    func otherSlots() throws {
        let page = try CounterPage.create(slots: 2)
        #expect(throws: SystemError(code: EINVAL, call: "counter page")) {
            _ = try CounterPage(adopting: duplicate(page), slots: 3)
        }
    }

    @Test("a file that is no counter page is refused")
    func otherFile() throws {
        let raw = try systemCall("open") { open("/dev/null", O_RDWR | O_CLOEXEC) }
        #expect(throws: SystemError(code: EINVAL, call: "counter page")) {
            _ = try CounterPage(adopting: Descriptor(owning: raw), slots: 1)
        }
    }

    @Test("nobody can shrink the page under the others")
    func sealed() throws {
        let page = try CounterPage.create(slots: 1)
        #expect(ftruncate(page.descriptor.raw, 0) == -1)
        #expect(errno == EPERM)
    }
}
