// The write side: at most one RingWriter exists for a ring, in all processes together, because it
// holds the lease (an OFD lock of the file, see FileLock). It belongs to one thread.
//
// Append, in the order in which it becomes visible:
//   1. attempt, intentEntry, intent := what is about to be written   (relaxed stores)
//   2. release fence
//   3. data, index slot, snapshot                                    (plain and relaxed stores)
//   4. entryHead := sequence + 1                                     (release store)
//
// Why 2 is a fence and not a release store of the intents: a release store keeps earlier accesses
// before it, but lets later ones (the data) overtake it. With the fence, a reader that copied even
// one byte of 3 and then passes its own acquire fence must see the intents of 1, and discards its
// copy. Why 4 is a release store: a reader that acquires the new entry head sees all of 3.
//
// Killed before 4: readers have seen nothing but raised intents, the old snapshot is the valid one
// (the new one is tagged with an entry head that never came). Killed after 4: the append is
// complete. A kill cannot undo stores or reorder them as seen by the next process, and the lock is
// released only when every thread of the process has stopped.

import LinuxIO
import Synchronization

package final class RingWriter {
    package let ring: Ring
    /// What was passed with the last append or suspend, also by a writer before this one.
    package private(set) var state: [UInt8]
    /// Unfinished input kept by the last suspend or append.
    package private(set) var carry: [UInt8]
    /// Whether the writer before this one died, or gave up, after an append (or in the middle of
    /// one) without a suspend: then everything it had received after that is lost.
    package let recoveredFromCrash: Bool

    private let slot: Int?
    private var lease: Descriptor?
    private var mapping: RingMapping?
    private var version: UInt64
    private var entryHead: UInt64
    private var head: UInt64
    private var intent: UInt64
    private var newestIndependent: UInt64?
    private var mediaEndMs: Int64
    private var bootMs: UInt64

    init(
        ring: Ring, lease: consuming Descriptor, mapping: RingMapping, recovery: RingRecovery,
        slot: Int?
    ) {
        self.ring = ring
        self.lease = consume lease
        self.mapping = mapping
        self.slot = slot
        state = recovery.snapshot.state
        carry = recovery.snapshot.carry
        recoveredFromCrash = recovery.wasInterrupted
        version = recovery.snapshot.version
        entryHead = recovery.entryHead
        head = recovery.head
        intent = recovery.intent
        newestIndependent = recovery.newest?.newestIndependent
        mediaEndMs = recovery.newest?.mediaEndMs ?? 0
        bootMs = recovery.newest?.bootMs ?? 0
        if let slot { ring.slots.setWriter(slot) }
    }

    deinit {
        release()
    }

    /// Copies one fragment in and publishes it, together with the writer's state. Then look at
    /// `RingSlots.interested`.
    ///
    /// - Parameters:
    ///   - bytes: at most a quarter of the ring's data.
    ///   - flags: `independent` implies `groupStart`.
    ///   - mediaTimeMs: brought within the bounds of UntrustedNumber, like the time of the commit.
    ///   - bootMs: now, on the ring's clock (`Ring.bootNowMs`); raised to that of the entry before if it
    ///     is less.
    ///   - state: opaque, at most `stateBytes`; replaces the state.
    ///   - carry: opaque, at most `carryBytes`; replaces the carry.
    /// Errors: `fragmentTooLarge`, `stateTooLarge`, `carryTooLarge`; then nothing has changed.
    package func append(
        _ bytes: UnsafeRawBufferPointer, flags: FragmentFlags, mediaTimeMs: Int64,
        durationMs: UInt32, bootMs: UInt64, state: [UInt8], carry: [UInt8] = []
    ) throws(RingError) {
        try checkSize(of: state, carry: carry)
        let isIndependent = flags.contains(.independent)
        let entry = try unsafe entry(
            .media, bytes, flags: isIndependent ? flags.union(.groupStart) : flags,
            mediaTimeMs: mediaTimeMs, durationMs: durationMs, bootMs: bootMs)
        unsafe commit(entry, bytes, state: state, carry: carry)
    }

    /// The same for a span.
    package func append(
        _ bytes: borrowing RawSpan, flags: FragmentFlags, mediaTimeMs: Int64, durationMs: UInt32,
        bootMs: UInt64, state: [UInt8], carry: [UInt8] = []
    ) throws(RingError) {
        try unsafe bytes.withUnsafeBytes { (buffer) throws(RingError) in
            try unsafe append(
                buffer, flags: flags, mediaTimeMs: mediaTimeMs, durationMs: durationMs,
                bootMs: bootMs, state: state, carry: carry)
        }
    }

    /// Publishes an entry of another kind than media; readers of media skip it. It takes no time:
    /// it stands where the media before it ends. State and carry stay as they are.
    ///
    /// - Parameter bootMs: as with media.
    /// Errors: `fragmentTooLarge`; then nothing has changed.
    package func append(
        _ kind: RingKind, _ bytes: UnsafeRawBufferPointer, bootMs: UInt64
    ) throws(RingError) {
        precondition(kind != .media, "media has a time")
        let entry = try unsafe entry(
            kind, bytes, flags: [], mediaTimeMs: mediaEndMs, durationMs: 0, bootMs: bootMs)
        unsafe commit(entry, bytes, state: state, carry: carry)
    }

    /// The same for a span.
    package func append(
        _ kind: RingKind, _ bytes: borrowing RawSpan, bootMs: UInt64
    ) throws(RingError) {
        try unsafe bytes.withUnsafeBytes { (buffer) throws(RingError) in
            try unsafe append(kind, buffer, bootMs: bootMs)
        }
    }

    /// The next entry, with its numbers within their bounds.
    private func entry(
        _ kind: RingKind, _ bytes: UnsafeRawBufferPointer, flags: FragmentFlags,
        mediaTimeMs: Int64, durationMs: UInt32, bootMs: UInt64
    ) throws(RingError) -> RingEntry {
        guard bytes.count <= ring.geometry.fragmentBytes else {
            throw .fragmentTooLarge(bytes: bytes.count)
        }
        let greatestMs = UntrustedNumber.greatestMediaTimeMs - 1
        return RingEntry(
            sequence: entryHead, position: head, length: bytes.count, kind: kind, flags: flags,
            mediaTimeMs: min(max(mediaTimeMs, -greatestMs), greatestMs), durationMs: durationMs,
            bootMs: max(UntrustedNumber(bootMs).timeMs, self.bootMs),
            checksum: unsafe Checksum.crc32c(bytes),
            newestIndependent: flags.contains(.independent) ? entryHead : newestIndependent)
    }

    /// Makes an entry visible, together with the writer's state.
    private func commit(
        _ entry: RingEntry, _ bytes: UnsafeRawBufferPointer, state: [UInt8], carry: [UInt8]
    ) {
        let mapping = held()
        announce(entry, in: mapping)
        unsafe mapping.copyIn(bytes, at: mapping.layout.byte(entry.position))
        mapping.setSlotWords(RingSlot.encode(entry), sequence: entry.sequence)
        RingSnapshot(
            version: version + 1, entryHead: entryHead + 1, head: entry.end, kind: .append,
            state: state, carry: carry
        ).write(to: mapping)
        mapping.word(RingLayout.entryHead).storeReleasing(entryHead + 1)

        version += 1
        entryHead += 1
        head = entry.end
        newestIndependent = entry.newestIndependent
        mediaEndMs = entry.mediaEndMs
        bootMs = entry.bootMs
        self.state = state
        self.carry = carry
    }

    /// Keeps the state and unfinished input for the next writer, in one step and without a new
    /// entry: a body ended in the middle of an element.
    ///
    /// Errors: `stateTooLarge`, `carryTooLarge`; then nothing has changed.
    package func suspend(state: [UInt8], carry: [UInt8]) throws(RingError) {
        try checkSize(of: state, carry: carry)
        let mapping = held()
        mapping.word(RingLayout.attempt).store(version + 1)
        RingSnapshot(
            version: version + 1, entryHead: entryHead, head: head, kind: .suspend, state: state,
            carry: carry
        ).write(to: mapping)
        version += 1
        self.state = state
        self.carry = carry
    }

    /// Gives the lease back. Idempotent; nothing may be written afterwards.
    package func release() {
        guard let descriptor = lease.take() else { return }
        if let slot { ring.slots.clearWriter(slot) }
        mapping = nil
        FileLock.unlock(descriptor)
    }

    /// Step 1 and 2 of an append.
    private func announce(_ entry: RingEntry, in mapping: RingMapping) {
        // After a crash the intent may already be further: it never goes back.
        intent = max(intent, entry.end)
        mapping.word(RingLayout.attempt).store(version + 1)
        mapping.word(RingLayout.intentEntry).store(entryHead + 1)
        mapping.word(RingLayout.intent).store(intent)
        atomicMemoryFence(ordering: .releasing)
    }

    private func checkSize(of state: [UInt8], carry: [UInt8]) throws(RingError) {
        guard state.count <= ring.geometry.stateBytes else {
            throw .stateTooLarge(bytes: state.count)
        }
        guard carry.count <= ring.geometry.carryBytes else {
            throw .carryTooLarge(bytes: carry.count)
        }
    }

    private func held() -> RingMapping {
        guard let mapping else { preconditionFailure("a released writer does not write") }
        return mapping
    }
}
