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
        let counts = page.total(.loopTurn)
        #expect(counts.buckets.count == Histogram.loopTurn.boundsUs.count + 1)
        #expect(counts.buckets[0] == 2)
        #expect(counts.buckets[1] == 1)
        #expect(counts.buckets.last == 1)
        #expect(counts.sumUs == 10_000_401)
        #expect(page.sumUs(of: .loopTurn, slot: 1) == 10_000_401)
        #expect(page.sumUs(of: .loopTurn, slot: 0) == 0)
        #expect(Counter.allCases.allSatisfy { page.get($0, slot: 1) == 0 })
    }

    @Test(
        "distributions with other bounds, and those of other labels, are apart", arguments: [0, 3])
    func cells(cell: Int) throws {
        let page = try CounterPage.create(slots: 1)
        page.observe(.request, cell: cell, us: 3_000, slot: 0)
        page.observe(.request, cell: cell, us: .max, slot: page.supervisorSlot)
        let buckets = page.total(.request, cell: cell).buckets
        #expect(buckets.indices.filter { buckets[$0] == 1 } == [2, 14])
        #expect(page.total(.request, cell: 1).buckets.allSatisfy { $0 == 0 })
        #expect(page.total(.handshake).buckets.allSatisfy { $0 == 0 })
    }

    @Test("values of labels are counted apart, over all slots")
    func labels() throws {
        let page = try CounterPage.create(slots: 2)
        page.add(.responses, cell: 3, slot: 0)
        page.add(.responses, cell: 3, slot: 1)
        page.add(.storeErrors, cell: 3, slot: 1)
        #expect(page.total(.responses, cell: 3) == 2)
        #expect(page.total(.responses, cell: 2) == 0)
        #expect(page.total(.storeErrors, cell: 3) == 1)
        #expect(Counter.allCases.allSatisfy { page.total($0) == 0 })
    }

    @Test("changes are counted for all processes at once, and are no counters")
    func changes() throws {
        let supervisor = try CounterPage.create(slots: 2)
        let worker = try CounterPage(adopting: duplicate(supervisor), slots: 2)
        worker.note(.ofStreams)
        supervisor.note(.ofStreams)
        #expect(worker.count(of: .ofStreams) == 2)
        #expect(worker.count(of: .ofCredentials) == 0)
        #expect(Counter.allCases.allSatisfy { worker.total($0) == 0 })
    }

    @Test("a build leaves alone what it does not know, and a page in another layout is refused")
    func otherBuild() throws {
        let page = try CounterPage.create(slots: 1)
        let unknown = (CounterPage.strideWords + Counter.allCases.count) * 8
        let descriptor = page.descriptor.raw
        func write(_ value: UInt64, at offset: Int) {
            withUnsafeBytes(of: value) { _ = pwrite(descriptor, $0.baseAddress, 8, off_t(offset)) }
        }
        write(77, at: unknown)
        page.add(.requests, slot: 0)
        let next = try CounterPage(adopting: duplicate(page), slots: 1)
        next.add(.requests, slot: 0)
        next.resetGauges(slot: 0)
        #expect(next.total(.requests) == 2)
        var kept: UInt64 = 0
        withUnsafeMutableBytes(of: &kept) {
            _ = pread(descriptor, $0.baseAddress, 8, off_t(unknown))
        }
        #expect(kept == 77)
        write(2, at: 8)
        #expect(throws: SystemError(code: EINVAL, call: "counter page")) {
            _ = try CounterPage(adopting: duplicate(page), slots: 1)
        }
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
