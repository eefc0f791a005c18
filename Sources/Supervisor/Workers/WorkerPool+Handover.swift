// How the workers of two supervisors are side by side during an upgrade and after it: the newer one takes
// charge, and the older one retires with its workers.

import ControlChannel
import Telemetry

extension WorkerPool {
    /// Serves from now on: the supervisor that did takes no more connections.
    func takeCharge() {
        isInCharge = true
        showGeneration()
        current.workers.first.map(showCertificate)
        chooseLead()
        observer?.poolHasRoom()
    }

    /// A worker of another supervisor is gone.
    func foreignWorkerIsGone(_ slot: Int) {
        guard slots.isTaken(slot), !workers.contains(where: { $0.slot == slot }) else { return }
        shared.counters.resetGauges(slot: slot)
        leave(slot: slot)
    }

    /// Takes off the board what a supervisor that failed to take over has left in slots that are free.
    func clearFreeSlots() {
        let used = Set(slots.used)
        for slot in 0..<WorkerLaunch.slots where !used.contains(slot) {
            shared.counters.resetGauges(slot: slot)
            shared.board.show(.free, slot: slot)
        }
        // Its generation had the next number.
        lastGeneration += 1
    }

    /// Another supervisor has taken over: all workers finish what they have, and none is replaced.
    /// `poolIsEmpty` follows.
    /// - Parameter slotIsGone: called for each slot that the other one may release.
    func retire(slotIsGone: @escaping (Int) -> Void) {
        endTrial(because: "another weir has taken over")
        isEnding = true
        onSlotGone = slotIsGone
        restartTimer.map(loop.cancel)
        certificateWatch.stop()
        let timeoutMs = current.configuration.settings.drainTimeoutMs
        for seat in current.seats where seat.worker == nil { leave(slot: seat.slot) }
        for worker in current.workers {
            leaving.append(worker)
            shared.board.add(.drains)
            worker.drain(timeoutMs: timeoutMs, closesIdle: false)
        }
        current.seats.removeAll()
        lead = nil
        releaseSlots()
        tellIfEmpty()
    }

    /// No worker here is to release a slot any more, so the other supervisor's does.
    func tell(_ slotIsGone: (Int) -> Void) {
        for slot in slots.ask(ObjectIdentifier(self)) {
            _ = slots.released(slot, by: ObjectIdentifier(self))
            slotIsGone(slot)
        }
    }
}
