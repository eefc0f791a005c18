// Equal slots of address space for the large buffers of OpenSSL, away from the heap.
//
// Why: a TLS record buffer (17 KiB) lives for one call, a handshake buffer for one handshake. Between
// the small objects of long-lived connections, they leave holes that the heap can neither use nor give
// back; those took 15 KiB per connection.
//
// Invariants: a slot is handed out at most once at a time; free slots beyond `keptSlots` have given
// their memory back to the kernel. Sizes in bytes. Any thread may call (libraries that use OpenSSL have
// threads of their own), so the state is behind a mutex.
//
// Unsafe use: addresses are computed only within the one mapping made in init, which is never
// unmapped: pools live as long as the process.

import Glibc
import Synchronization

@safe
final class SlotPool: Sendable {
    private struct State {
        /// Free slots that are in memory, with the one used last on top.
        var warm: [UInt32] = []
        /// Free slots whose memory was given back.
        var cold: [UInt32] = []
        /// Slots from here on have never been used.
        var untouched: UInt32 = 0
    }

    let slotBytes: Int
    private let slots: UInt32
    /// How many free slots stay in memory.
    private let keptSlots: Int
    /// The start of the mapping as a number, so that "is it one of ours" is a comparison. 0: no
    /// mapping, and the pool is always exhausted.
    private let base: UInt
    private let state = Mutex(State())

    /// Reserves address space only; use brings memory. `slotBytes` is a multiple of the page size.
    init(slotBytes: Int, slots: Int, keptSlots: Int) {
        self.slotBytes = slotBytes
        self.slots = UInt32(clamping: slots)
        self.keptSlots = keptSlots
        let flags = Int32(MAP_PRIVATE) | Int32(MAP_ANONYMOUS) | Int32(MAP_NORESERVE)
        let mapping = unsafe mmap(nil, slotBytes * slots, PROT_READ | PROT_WRITE, flags, -1, 0)
        guard let mapping = unsafe mapping, unsafe mapping != MAP_FAILED else {
            base = 0
            return
        }
        // A huge page for the first bytes of a slot would defeat the purpose.
        _ = unsafe madvise(mapping, slotBytes * slots, Int32(MADV_NOHUGEPAGE))
        base = UInt(bitPattern: mapping)
    }

    /// Whether an address lies in this pool.
    func owns(_ pointer: UnsafeMutableRawPointer) -> Bool {
        UInt(bitPattern: pointer) &- base < UInt(slotBytes) * UInt(slots) && base != 0
    }

    /// A slot of `slotBytes`, uninitialised; nil when all are in use.
    func take() -> UnsafeMutableRawPointer? {
        let taken: UInt32? = state.withLock { state in
            if let slot = state.warm.popLast() ?? state.cold.popLast() { return slot }
            guard base != 0, state.untouched < slots else { return nil }
            state.untouched += 1
            return state.untouched - 1
        }
        guard let taken else { return nil }
        return unsafe UnsafeMutableRawPointer(bitPattern: base + UInt(taken) * UInt(slotBytes))
    }

    /// Takes back a slot of this pool.
    func giveBack(_ pointer: UnsafeMutableRawPointer) {
        let slot = UInt32((UInt(bitPattern: pointer) - base) / UInt(slotBytes))
        state.withLock { state in
            if state.warm.count < keptSlots {
                state.warm.append(slot)
                return
            }
            _ = unsafe madvise(pointer, slotBytes, Int32(MADV_DONTNEED))
            state.cold.append(slot)
        }
    }

    /// Keeps no more than `count` free slots in memory, until more are needed again.
    func cool(to count: Int) {
        state.withLock { state in
            while state.warm.count > count {
                let slot = state.warm.removeFirst()
                let address = base + UInt(slot) * UInt(slotBytes)
                _ = unsafe madvise(
                    UnsafeMutableRawPointer(bitPattern: address), slotBytes, Int32(MADV_DONTNEED))
                state.cold.append(slot)
            }
        }
    }
}
