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
        let first = [table.take(), table.take(), table.take()]
        #expect(first == [0, 1, 2])
        table.giveBack(1)
        let answer1 = table.take()
        #expect(answer1 == 3)
        for slot in 4..<WorkerLaunch.slots {
            let next = table.take()
            #expect(next == slot)
        }
        let answer2 = table.take()
        #expect(answer2 == 1)
        let answer3 = table.take()
        #expect(answer3 == nil)
        #expect(table.freeCount == 0)
    }

    @Test("are free again once a living worker has taken the dead one out of the rings")
    func released() {
        var table = SlotTable()
        _ = table.take()
        table.workerIsGone(0)
        #expect(table.freeCount == WorkerLaunch.slots - 1)
        #expect(!table.isTaken(0))
        let answer4 = table.ask(ObjectIdentifier(lead))
        #expect(answer4 == [0])
        let answer5 = table.ask(ObjectIdentifier(other))
        #expect(answer5 == [], "one is asked, and no other")
        let answer6 = table.released(0, by: ObjectIdentifier(other))
        #expect(!answer6)
        let answer7 = table.released(0, by: ObjectIdentifier(lead))
        #expect(answer7)
        let answer8 = table.released(0, by: ObjectIdentifier(lead))
        #expect(!answer8, "once")
        #expect(table.freeCount == WorkerLaunch.slots)
    }

    @Test("are released by another when the one who was asked is gone")
    func askedAgain() {
        var table = SlotTable()
        _ = table.take()
        table.workerIsGone(0)
        _ = table.ask(ObjectIdentifier(lead))
        table.forget(ObjectIdentifier(lead))
        let answer9 = table.released(0, by: ObjectIdentifier(lead))
        #expect(!answer9)
        let answer10 = table.ask(ObjectIdentifier(other))
        #expect(answer10 == [0])
        let answer11 = table.released(0, by: ObjectIdentifier(other))
        #expect(answer11)
    }

    @Test("that are in use, or do not exist, are not released", arguments: [0, 1, 63, 64, 255, -1])
    func strangers(slot: Int) {
        var table = SlotTable()
        _ = table.take()
        let answer12 = table.released(slot, by: ObjectIdentifier(lead))
        #expect(!answer12)
    }
}
