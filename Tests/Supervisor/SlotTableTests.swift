// Which slots are in use.

import ControlChannel
import Testing

@testable import Supervisor

private final class Somebody {}

@Suite("Slots") struct SlotTableTests {
    private let lead = Somebody()
    private let other = Somebody()

    @Test("are given away in turn, so that each rests as long as it can")
    func inTurn() {
        var table = SlotTable()
        #expect((0..<3).map { _ in table.take() } == [0, 1, 2])
        table.giveBack(1)
        #expect(table.take() == 3)
        for slot in 4..<WorkerLaunch.slots { #expect(table.take() == slot) }
        #expect(table.take() == 1)
        #expect(table.take() == nil)
        #expect(table.freeCount == 0)
    }

    @Test("are free again once a living worker has taken the dead one out of the rings")
    func released() {
        var table = SlotTable()
        _ = table.take()
        table.workerIsGone(0)
        #expect(table.freeCount == WorkerLaunch.slots - 1)
        #expect(!table.isTaken(0))
        #expect(table.ask(ObjectIdentifier(lead)) == [0])
        #expect(table.ask(ObjectIdentifier(other)) == [], "one is asked, and no other")
        #expect(!table.released(0, by: ObjectIdentifier(other)))
        #expect(table.released(0, by: ObjectIdentifier(lead)))
        #expect(!table.released(0, by: ObjectIdentifier(lead)), "once")
        #expect(table.freeCount == WorkerLaunch.slots)
    }

    @Test("are released by another when the one who was asked is gone")
    func askedAgain() {
        var table = SlotTable()
        _ = table.take()
        table.workerIsGone(0)
        _ = table.ask(ObjectIdentifier(lead))
        table.forget(ObjectIdentifier(lead))
        #expect(!table.released(0, by: ObjectIdentifier(lead)))
        #expect(table.ask(ObjectIdentifier(other)) == [0])
        #expect(table.released(0, by: ObjectIdentifier(other)))
    }

    @Test("that are in use, or do not exist, are not released", arguments: [0, 1, 63, 64, 255, -1])
    func strangers(slot: Int) {
        var table = SlotTable()
        _ = table.take()
        #expect(!table.released(slot, by: ObjectIdentifier(lead)))
    }
}
