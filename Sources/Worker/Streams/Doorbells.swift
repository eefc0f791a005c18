// The eventfds by which workers wake one another when a ring has changed. The supervisor makes one
// per worker slot; every worker holds all of them and waits on its own.

import LinuxIO
import Telemetry

/// One doorbell per worker slot. The worker that changed a ring rings them.
package final class Doorbells {
    private let bells: [Bell]
    /// Says which slots have a worker.
    private let board: SlotBoard
    let ownSlot: Int

    /// A class, because an Array cannot hold values that are not copyable.
    private final class Bell {
        let event: EventDescriptor
        init(_ raw: Int32) throws(SystemError) {
            event = EventDescriptor(adopting: try Descriptor(inherited: raw))
        }
    }

    /// Takes ownership of the inherited descriptors, indexed by slot.
    /// Errors: EBADF when one of them is not open.
    package init(
        adopting rawDescriptors: [Int32], ownSlot: Int, board: SlotBoard
    ) throws(SystemError) {
        self.board = board
        bells = try rawDescriptors.map { (raw) throws(SystemError) in try Bell(raw) }
        self.ownSlot = ownSlot
    }

    /// The descriptor this worker waits on.
    package var ownDescriptor: Int32 { bells[ownSlot].event.descriptor.raw }

    /// Forgets that the bell has rung. Look at the streams' rings after this, not before.
    package func clearOwn() { bells[ownSlot].event.clear() }

    package func ring(slot: Int) {
        guard bells.indices.contains(slot) else { return }
        bells[slot].event.ring()
    }

    /// Rings every slot that has a worker. One that is only being started looks at everything anyway.
    package func ringAll() {
        ring(mask: board.mask(of: [.starting, .serving, .draining]))
    }

    /// Rings every slot whose bit is set.
    package func ring(mask: UInt64) {
        var rest = mask
        while rest != 0 {
            ring(slot: rest.trailingZeroBitCount)
            rest &= rest - 1
        }
    }
}
