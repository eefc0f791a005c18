// What all processes of a server share for as long as it runs: the counters, the board, a doorbell for
// each slot. They outlive every worker and every generation.

import ControlChannel
import Glibc
import LinuxIO
import Telemetry

final class SharedFiles {
    let counters: CounterPage
    let board: SlotBoard
    /// The board, opened for reading only.
    private let readOnlyBoard: PassedDescriptor?
    private let doorbells: [Doorbell]

    /// A doorbell in a box, because arrays hold no noncopyable values.
    private final class Doorbell {
        let event: EventDescriptor

        init() throws(SystemError) {
            event = try EventDescriptor()
        }

        init(adopting descriptor: consuming Descriptor) {
            event = EventDescriptor(adopting: descriptor)
        }
    }

    /// Errors: EMFILE, ENFILE, ENOMEM.
    init() throws(SystemError) {
        precondition(SlotBoard.slots == WorkerLaunch.slots, "the board shows every slot")
        counters = try CounterPage.create(slots: WorkerLaunch.slots)
        board = try SlotBoard()
        readOnlyBoard = PassedDescriptor(board.reopenedForReading())
        var doorbells: [Doorbell] = []
        for _ in 0..<WorkerLaunch.slots { doorbells.append(try Doorbell()) }
        self.doorbells = doorbells
    }

    /// Takes over what another supervisor has made.
    /// - Parameter doorbells: one for each slot.
    /// Errors: EINVAL when they are not what they should be.
    init(
        counters: consuming Descriptor, board: consuming Descriptor, doorbells: [PassedDescriptor]
    ) throws(SystemError) {
        guard doorbells.count == WorkerLaunch.slots else {
            throw SystemError(code: EINVAL, call: "doorbells")
        }
        self.counters = try CounterPage(adopting: counters, slots: WorkerLaunch.slots)
        self.board = try SlotBoard(adopting: board, isWritable: true)
        readOnlyBoard = PassedDescriptor(self.board.reopenedForReading())
        self.doorbells = doorbells.map { Doorbell(adopting: $0.take()) }
    }

    /// What workers get. Without /proc, they get the board as it is, and map it for reading all the same.
    var boardForWorkers: Int32 { readOnlyBoard?.raw ?? board.descriptor.raw }

    /// By slot.
    var doorbellDescriptors: [Int32] { doorbells.map { $0.event.descriptor.raw } }
}
