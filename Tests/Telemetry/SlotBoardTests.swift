// The board: what the supervisor shows, workers see, and cannot change.

import Glibc
import LinuxIO
import Testing

@testable import Telemetry

private func duplicate(_ board: SlotBoard) throws -> Descriptor {
    Descriptor(owning: try systemCall("dup") { dup(board.descriptor.raw) })
}

@Suite struct SlotBoardTests {
    @Test("a worker sees what the supervisor shows of a slot")
    func slots() throws {
        let supervisor = try SlotBoard()
        let worker = try SlotBoard(adopting: duplicate(supervisor))
        #expect((0..<SlotBoard.slots).allSatisfy { worker[$0] == .free })
        let report = SlotReport(
            state: .draining, generation: 0xFF_FFFF, processID: .max, startedBootMs: .max)
        supervisor.show(report, slot: 63)
        #expect(worker[63] == report)
        #expect(worker[62] == .free)
        #expect(worker.mask(of: [.draining, .serving]) == 1 << 63)
        supervisor.show(.free, slot: 63)
        #expect(worker.mask(of: [.draining, .serving]) == 0)
    }

    @Test("every fact has a place of its own")
    func facts() throws {
        let supervisor = try SlotBoard()
        for fact in ServerFact.allCases { supervisor.set(fact, UInt64(fact.rawValue) + 100) }
        supervisor.add(.reloads)
        let worker = try SlotBoard(adopting: duplicate(supervisor))
        for fact in ServerFact.allCases {
            #expect(worker[fact] == UInt64(fact.rawValue) + (fact == .reloads ? 101 : 100))
        }
        #expect(worker[0] == .free)
    }

    @Test("a worker gets it in a way that it cannot write")
    func readOnly() throws {
        let supervisor = try SlotBoard()
        guard let reopened = supervisor.reopenedForReading() else {
            Issue.record("there is no /proc")
            return
        }
        let size = 4_096
        #expect(
            mmap(nil, size, PROT_READ | PROT_WRITE, MAP_SHARED, reopened.raw, 0) == MAP_FAILED)
        #expect(Glibc.write(reopened.raw, "x", 1) == -1)
        let worker = try SlotBoard(adopting: reopened)
        supervisor.set(.generation, 5)
        #expect(worker[.generation] == 5)
    }

    @Test("places stay where they are: another build reads and writes the same board")
    func places() {
        let facts = ServerFact.allCases.map { "\($0.rawValue) \($0)" }
        let known = [
            "0 startedBootMs", "1 supervisorProcessID", "2 generation", "3 wantedWorkers",
            "4 reloads", "5 reloadsRefused", "6 reloadedUnixS", "7 lastReloadWasRefused",
            "8 certificateExpiresUnixS", "9 drains", "10 upgrades", "11 isStopping", "12 reloadMs",
        ]
        #expect(Array(facts.prefix(known.count)) == known, "only add at the end")
        let states = SlotState.allCases.map { "\($0.rawValue) \($0)" }
        #expect(
            states.prefix(5) == ["0 free", "1 starting", "2 serving", "3 draining", "4 ending"])
    }

    @Test("the supervisor that takes over writes the same board")
    func takenOver() throws {
        let old = try SlotBoard()
        let new = try SlotBoard(adopting: duplicate(old), isWritable: true)
        new.set(.generation, 7)
        #expect(old[.generation] == 7)
    }

    @Test("what is no board is refused")
    func strangers() throws {
        let page = try CounterPage.create(slots: 1)
        let raw = page.descriptor.raw
        #expect(throws: SystemError.self) {
            let copy = try systemCall("dup") { dup(raw) }
            return try SlotBoard(adopting: Descriptor(owning: copy))
        }
    }
}
