// What a process takes of the machine, as the counter page shows it.

import Glibc
import LinuxIO
import Testing

@testable import Telemetry

struct ProcessFiguresTests {
    @Test("processor time, memory and descriptors are this process's")
    func figures() throws {
        let page = try CounterPage.create(slots: 1)
        let figures = ProcessFigures(counters: SlotCounters(page, slot: 0))
        figures.publish()
        #expect(page.get(.processorUs, slot: 0) > 0)
        #expect(page.get(.residentBytes, slot: 0) > page.get(.anonymousBytes, slot: 0))
        #expect(page.get(.anonymousBytes, slot: 0) > 100_000)
        #expect(page.get(.descriptorsOpen, slot: 0) >= 3)
        #expect(page.get(.descriptorsAllowed, slot: 0) >= page.get(.descriptorsOpen, slot: 0))
    }

    @Test("processor time goes on where the slot's last process stopped")
    func goesOn() throws {
        let page = try CounterPage.create(slots: 1)
        page.add(.processorUs, 1_000_000_000_000, slot: 0)
        ProcessFigures(counters: SlotCounters(page, slot: 0)).publish()
        #expect(page.get(.processorUs, slot: 0) > 1_000_000_000_000)
    }

    @Test("with many connections, descriptors are those and what there was besides")
    func manyConnections() throws {
        let page = try CounterPage.create(slots: 1)
        let figures = ProcessFigures(counters: SlotCounters(page, slot: 0))
        figures.publish()
        figures.publish(connections: 10_000)
        #expect(page.get(.descriptorsOpen, slot: 0) >= 10_003)
        #expect(page.get(.descriptorsOpen, slot: 0) < 20_000)
    }
}
