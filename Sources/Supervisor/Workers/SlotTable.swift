// Which slots are in use. A slot is not a worker: it is a place on everything that processes share (a
// doorbell, a column of counters, a bit in every ring), and workers come and go.
//
//   free ──take──► taken ──workerIsGone──► stale ──released──► free
//
// A stale slot still shows its dead worker in rings. It is given to nobody until a living worker has
// taken that worker out of every ring. One worker is asked to, and another only when that one is gone:
// a release that came late would hit the next worker in the slot.
//
// Pure. One value per server, owned by the supervisor's loop.

import ControlChannel

struct SlotTable {
    private enum Use: Equatable {
        case free
        case taken
        case stale(asked: ObjectIdentifier?)
    }

    private var uses = [Use](repeating: .free, count: WorkerLaunch.slots)
    /// The slot that was given away last. The search begins after it, so that a slot rests.
    private var last = WorkerLaunch.slots - 1

    init() {}

    /// - Parameter taken: slots of workers that another supervisor still has.
    init(taken: [Int]) {
        for slot in taken { uses[slot] = .taken }
    }

    /// The slots that are not free, in order.
    var used: [Int] { uses.indices.filter { uses[$0] != .free } }

    /// How many slots a worker could get now.
    var freeCount: Int { uses.count { $0 == .free } }

    func isTaken(_ slot: Int) -> Bool { uses[slot] == .taken }

    /// A slot for a new worker; nil if there is none.
    mutating func take() -> Int? {
        for step in 1...uses.count {
            let slot = (last + step) % uses.count
            guard uses[slot] == .free else { continue }
            uses[slot] = .taken
            last = slot
            return slot
        }
        return nil
    }

    /// A slot that was taken, but whose worker was never started.
    mutating func giveBack(_ slot: Int) {
        precondition(uses[slot] == .taken, "only a taken slot is given back")
        uses[slot] = .free
    }

    // MARK: Release

    /// A slot's worker is gone and gets no successor.
    mutating func workerIsGone(_ slot: Int) {
        precondition(uses[slot] == .taken, "a worker has its slot until it is gone")
        uses[slot] = .stale(asked: nil)
    }

    /// The stale slots that nobody has been asked to release, in order. From now on `worker` has been.
    mutating func ask(_ worker: ObjectIdentifier) -> [Int] {
        let slots = uses.indices.filter { uses[$0] == .stale(asked: nil) }
        for slot in slots { uses[slot] = .stale(asked: worker) }
        return slots
    }

    /// A worker says that it has released a slot. False: it was not asked to.
    mutating func released(_ slot: Int, by worker: ObjectIdentifier) -> Bool {
        guard uses.indices.contains(slot), uses[slot] == .stale(asked: worker) else { return false }
        uses[slot] = .free
        return true
    }

    /// A worker is gone: others have to do what it was asked to.
    mutating func forget(_ worker: ObjectIdentifier) {
        for slot in uses.indices where uses[slot] == .stale(asked: worker) {
            uses[slot] = .stale(asked: nil)
        }
    }
}
