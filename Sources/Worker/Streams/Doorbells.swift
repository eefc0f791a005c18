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

    /// What a bell is rung for, as the number that is added to it. Builds that know one kind of ring ring
    /// with 1, and look at everything whatever the number is.
    package enum Cause: UInt64 {
        /// Anything.
        case change = 1
        /// A ring has grown, which matters to those who watch it and to nobody else.
        case media = 0x1_0000_0000
    }

    /// Forgets that the bell has rung. Look at the streams' rings after this, not before.
    /// Returns whether it has rung for new media alone.
    package func clearOwn() -> Bool {
        let sum = bells[ownSlot].event.clear()
        // Full: something else may have found no room.
        let isFull = sum >= UInt64.max - Cause.media.rawValue
        return !isFull && sum >= Cause.media.rawValue && sum % Cause.media.rawValue == 0
    }

    package func ring(slot: Int, for cause: Cause = .change) {
        guard bells.indices.contains(slot) else { return }
        bells[slot].event.ring(adding: cause.rawValue)
    }

    /// Rings every slot that has a worker. One that is only being started looks at everything anyway.
    package func ringAll() {
        ring(mask: board.mask(of: [.starting, .serving, .draining]))
    }

    /// Rings every slot whose bit is set.
    package func ring(mask: UInt64, for cause: Cause = .change) {
        var rest = mask
        while rest != 0 {
            ring(slot: rest.trailingZeroBitCount, for: cause)
            rest &= rest - 1
        }
    }
}
