// What the supervisor tells everybody about its workers and itself: one memory file, which only the
// supervisor writes and every worker maps read-only. So any worker can report on the whole server.
//
// Layout, in 64-bit words of this machine: a header of `headerWords` words (magic, slots, then one
// word for each `ServerFact`), then per slot `slotWords` words, of which the first two are in use. The
// layout only ever grows into words that are zero today, because two builds share a board during an
// upgrade.
//
// Unsafe: the mapping is as long as the layout says, every index is checked against that, and it stays
// until deinit. The file behind it is sealed against changes of its size, so an access inside the
// mapping can never fault. All access is atomic.

import CLinux
import Glibc
import LinuxIO
import Synchronization

/// What the worker of a slot does. Raw values are stored and never change.
package enum SlotState: UInt8, Sendable, CaseIterable {
    /// No worker has the slot.
    case free = 0
    /// Its worker is not ready yet, or waits to be started again.
    case starting = 1
    /// Its worker takes new connections.
    case serving = 2
    /// Its worker finishes what it has, and takes nothing new.
    case draining = 3
    /// Its worker has been killed or has closed its channel, and is about to be gone.
    case ending = 4
}

/// What is known of one slot.
package struct SlotReport: Sendable, Equatable {
    package let state: SlotState
    /// Its worker's generation, from 1 on; 0 if the slot is free. The low 24 bits are kept.
    package let generation: UInt32
    /// Its worker's process; 0 if there is none.
    package let processID: Int32
    /// When that process was started, in milliseconds of the boot clock; 0 if there is none.
    package let startedBootMs: UInt64

    package init(state: SlotState, generation: UInt32, processID: Int32, startedBootMs: UInt64) {
        self.state = state
        self.generation = generation
        self.processID = processID
        self.startedBootMs = startedBootMs
    }

    package static let free = SlotReport(
        state: .free, generation: 0, processID: 0, startedBootMs: 0)
}

/// One number about the whole server. The raw value is its place on the board and never changes.
package enum ServerFact: Int, CaseIterable, Sendable {
    /// When the first supervisor of this server started, in milliseconds of the boot clock.
    case startedBootMs = 0
    /// The supervisor's process.
    case supervisorProcessID = 1
    /// The generation that takes new connections.
    case generation = 2
    /// How many workers that generation is to have.
    case wantedWorkers = 3
    /// Reloads that took effect.
    case reloads = 4
    /// Reloads that were refused.
    case reloadsRefused = 5
    /// When the last reload took effect, in seconds since 1970; 0 before the first.
    case reloadedUnixS = 6
    /// Whether the last reload was refused: 1 or 0.
    case lastReloadWasRefused = 7
    /// When the certificate that new connections get expires, in seconds since 1970; 0 if unknown.
    case certificateExpiresUnixS = 8
    /// Workers that were told to drain, by an operator, a reload or an upgrade.
    case drains = 9
    /// How often the program was replaced while it served.
    case upgrades = 10
    /// Whether the server is about to stop: 1 or 0. `/readyz` says so.
    case isStopping = 11
    /// How long the last reload took, from the request to the last new worker, in milliseconds.
    case reloadMs = 12
}

/// The board. The supervisor has a writable one. All methods may be called from any thread.
///
/// Sendable: nothing changes after init but the words, and those only atomically.
@safe
package final class SlotBoard: @unchecked Sendable {
    /// As many as a ring has bits for.
    package static let slots = 64

    private static let magic: UInt64 = 0x5765_6972_426F_6431  // "WeirBod1"
    private static let headerWords = 64
    private static let factsOffset = 2
    private static let slotWords = 8
    private static let wordCount = headerWords + slots * slotWords

    private let base: UnsafeMutablePointer<Atomic<UInt64>>
    private let isWritable: Bool
    /// The memory file. Close-on-exec.
    package let descriptor: Descriptor

    /// Creates the memory file, with every slot free. Errors: EMFILE, ENFILE, ENOMEM.
    package convenience init() throws(SystemError) {
        let raw = try systemCall("memfd_create") {
            unsafe weir_shared_memory("weir-board", Self.wordCount * 8)
        }
        try self.init(mapping: Descriptor(owning: raw), isWritable: true)
        store(Self.magic, at: 0)
        store(UInt64(Self.slots), at: 1)
    }

    /// Maps a board that another process has made. Errors: EINVAL when it is none.
    /// - Parameter isWritable: true for the supervisor that takes over from that process.
    package convenience init(
        adopting descriptor: consuming Descriptor, isWritable: Bool = false
    ) throws(SystemError) {
        guard weir_is_shared_memory(descriptor.raw, Self.wordCount * 8) == 1 else {
            throw SystemError(code: EINVAL, call: "slot board")
        }
        try self.init(mapping: descriptor, isWritable: isWritable)
        guard load(0) == Self.magic,
            load(1) == UInt64(Self.slots)
        else { throw SystemError(code: EINVAL, call: "slot board") }
    }

    private init(
        mapping descriptor: consuming Descriptor, isWritable: Bool
    ) throws(SystemError) {
        precondition(Self.factsOffset + ServerFact.allCases.count <= Self.headerWords)
        let protection = isWritable ? PROT_READ | PROT_WRITE : PROT_READ
        let address = unsafe mmap(
            nil, Self.wordCount * 8, protection, MAP_SHARED, descriptor.raw, 0)
        guard let address = unsafe address, unsafe address != MAP_FAILED else {
            throw SystemError.last("mmap")
        }
        unsafe base = address.bindMemory(to: Atomic<UInt64>.self, capacity: Self.wordCount)
        self.isWritable = isWritable
        self.descriptor = descriptor
    }

    /// The same file, opened for reading only: whoever maps that one cannot make the mapping writable. Nil
    /// where there is no /proc.
    package func reopenedForReading() -> Descriptor? {
        let path = "/proc/self/fd/\(descriptor.raw)"
        let raw = unsafe open(path, O_RDONLY | O_CLOEXEC)
        return raw < 0 ? nil : Descriptor(owning: raw)
    }

    deinit {
        unsafe munmap(base, Self.wordCount * 8)
    }

    private func load(_ index: Int) -> UInt64 {
        precondition((0..<Self.wordCount).contains(index), "a word of the mapping")
        return unsafe base.advanced(by: index).pointee.load(ordering: .acquiring)
    }

    private func store(_ value: UInt64, at index: Int) {
        precondition((0..<Self.wordCount).contains(index), "a word of the mapping")
        precondition(isWritable, "only the supervisor writes")
        unsafe base.advanced(by: index).pointee.store(value, ordering: .releasing)
    }

    private func first(_ slot: Int) -> Int {
        precondition((0..<Self.slots).contains(slot), "a slot is a worker's number")
        return Self.headerWords + slot * Self.slotWords
    }

    // MARK: Slots

    /// What is known of a slot.
    package subscript(slot: Int) -> SlotReport {
        let packed = load(first(slot))
        return SlotReport(
            state: SlotState(rawValue: UInt8(truncatingIfNeeded: packed)) ?? .ending,
            generation: UInt32(truncatingIfNeeded: packed >> 8) & 0xFF_FFFF,
            processID: Int32(truncatingIfNeeded: packed >> 32),
            startedBootMs: load(first(slot) + 1))
    }

    /// Shows a slot's worker. State, generation and process are one word, so nobody sees them mixed.
    package func show(_ report: SlotReport, slot: Int) {
        store(report.startedBootMs, at: first(slot) + 1)
        let packed =
            UInt64(report.state.rawValue) | UInt64(report.generation & 0xFF_FFFF) << 8
            | UInt64(UInt32(bitPattern: report.processID)) << 32
        store(packed, at: first(slot))
    }

    /// The slots in these states, one bit each.
    package func mask(of states: Set<SlotState>) -> UInt64 {
        (0..<Self.slots).reduce(0) { states.contains(self[$1].state) ? $0 | 1 << UInt64($1) : $0 }
    }

    // MARK: The server

    /// A fact; 0 until it is known.
    package subscript(fact: ServerFact) -> UInt64 {
        load(Self.factsOffset + fact.rawValue)
    }

    package func set(_ fact: ServerFact, _ value: UInt64) {
        store(value, at: Self.factsOffset + fact.rawValue)
    }

    package func add(_ fact: ServerFact, _ amount: UInt64 = 1) {
        set(fact, self[fact] &+ amount)
    }
}
