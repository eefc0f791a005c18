// The words of a ring that every worker may read and write: who writes, who wants to be woken, and (words of
// the ring's owner) what the stream is doing and who watches. Each is one 64-bit atomic; there is no order between two of them unless it
// is stated. Times are of the ring's clock (see RingClock), in milliseconds, and 0 stands for "not".
// Whatever is in the words, times and counts come out within the bounds of UntrustedNumber.
//
// Sleeping without missing a commit: a reader sets its interest bit, then looks at the entry head
// once more, then sleeps. A writer publishes the entry head, then looks at the interest bits. With
// a sequentially consistent fence between the two steps on both sides, at least one sees the other.

import Synchronization

/// A view of the shared words; it keeps the mapping alive.
package struct RingStatus {
    /// Slots are bits of 64-bit words.
    package static let slots = UInt64.bitWidth

    // Offsets in bytes. What every viewer's worker changes is apart from what the publisher
    // changes.
    private static let writer = RingLayout.ringWords
    private static let clockShift = RingLayout.ringWords + 8
    private static let clockBoot = RingLayout.ringWords + 16
    private static let interested = RingLayout.ringWords + 64
    private static let waiting = RingLayout.ringWords + 128

    private static let lastIngest = RingLayout.ownerWords
    private static let pausedSince = RingLayout.ownerWords + 8
    private static let endedAt = RingLayout.ownerWords + 16
    private static let writerHeard = RingLayout.ownerWords + 24
    private static let publisher = RingLayout.ownerWords + 64
    private static let writerChunkWord = RingLayout.ownerWords + 80
    private static let writerLength = RingLayout.ownerWords + 88
    private static let takeOvers = RingLayout.ownerWords + 96
    private static let ingested = RingLayout.ownerWords + 104
    private static let heldBack = RingLayout.ownerWords + 112
    private static let lost = RingLayout.ownerWords + 120
    private static let recorded = RingLayout.ownerWords + 128
    private static let endReasonWord = RingLayout.ownerWords + 136
    private static let peak = RingLayout.ownerWords + 192
    private static let viewers = RingLayout.ownerWords + 256
    private static let bodies = viewers + 8 * slots

    private let mapping: RingMapping

    init(_ mapping: RingMapping) {
        precondition(Self.bodies + 8 * Self.slots <= RingLayout.shared + RingLayout.pageBytes)
        self.mapping = mapping
    }

    // MARK: The stream

    package var lastIngestBootMs: UInt64 {
        get { mapping.word(Self.lastIngest).load().timeMs }
        nonmutating set { mapping.word(Self.lastIngest).store(newValue) }
    }

    package var pausedSinceBootMs: UInt64 {
        get { mapping.word(Self.pausedSince).load().timeMs }
        nonmutating set { mapping.word(Self.pausedSince).store(newValue) }
    }

    package var endedAtBootMs: UInt64 {
        get { mapping.word(Self.endedAt).loadAcquiring().timeMs }
        nonmutating set { mapping.word(Self.endedAt).storeReleasing(newValue) }
    }

    /// Times that are later count as that one: those of the ring's owner.
    func limitTimes(toBootMs latestMs: UInt64) {
        for index in 0..<RingLayout.ownerTimes {
            let word = mapping.word(RingLayout.ownerWords + 8 * index)
            if word.load().timeMs > latestMs { word.store(latestMs) }
        }
    }

    /// What the holder of the lease has set for that boot; nil when it has set nothing.
    func clockShiftMs(ofBoot bootID: UInt64) -> UInt64? {
        guard mapping.word(Self.clockBoot).loadAcquiring().bits == Self.mark(of: bootID) else {
            return nil
        }
        return mapping.word(Self.clockShift).load().bits
    }

    func setClockShift(_ shiftMs: UInt64, boot bootID: UInt64) {
        mapping.word(Self.clockShift).store(shiftMs)
        mapping.word(Self.clockBoot).storeReleasing(Self.mark(of: bootID))
    }

    /// Never what the word is in a fresh ring.
    private static func mark(of bootID: UInt64) -> UInt64 { bootID == 0 ? 1 : bootID }

    /// Why the stream has ended, as its owner numbers reasons; 0: nobody has said. To be read after
    /// `endedAtBootMs`, and said before that is set.
    package var endReason: UInt64 { mapping.word(Self.endReasonWord).load().bits }

    /// Whoever says it first is believed.
    package func noteEndReason(_ reason: UInt64) {
        mapping.word(Self.endReasonWord).replace(0, with: reason)
    }

    /// For how long, in all, the publisher was held back because it was ahead of the clock.
    package var heldBackMs: UInt64 { mapping.word(Self.heldBack).load().count }

    package func addHeldBack(ms: UInt64) { mapping.word(Self.heldBack).add(ms) }

    /// What became of the stream has been noted elsewhere, so that the ring may go.
    package var isRecorded: Bool {
        get { mapping.word(Self.recorded).load().bits != 0 }
        nonmutating set { mapping.word(Self.recorded).store(newValue ? 1 : 0) }
    }

    /// Identifies who publishes. Two words: a reader can catch them half changed, so only compare.
    package var publisherKey: PublisherKey {
        get {
            let identity = mapping.word(Self.publisher).load().bits
            let session = mapping.word(Self.publisher + 8).load().bits
            return PublisherKey(identity: identity, session: session)
        }
        nonmutating set {
            mapping.word(Self.publisher).store(newValue.identity)
            mapping.word(Self.publisher + 8).store(newValue.session)
        }
    }

    /// Bytes of media received since the ring was created.
    package var bytesIngested: UInt64 { mapping.word(Self.ingested).load().count }

    package func addBytesIngested(_ count: Int) {
        mapping.word(Self.ingested).add(UInt64(max(0, count)))
    }

    /// Times that this broadcast's input was lost or could not be right, and was passed over.
    package var losses: UInt64 { mapping.word(Self.lost).load().count }

    package func addLosses(_ count: Int) { mapping.word(Self.lost).add(UInt64(max(0, count))) }

    // MARK: The writer

    /// The slot of the worker that holds the lease; advisory, since its holder may have died.
    package var writerSlot: Int? {
        let stored = mapping.word(Self.writer).load().bits
        return (1...UInt64(Self.slots)).contains(stored) ? Int(stored - 1) : nil
    }

    func setWriter(slot: Int) {
        mapping.word(Self.writer).store(UInt64(checked(slot) + 1))
    }

    /// Only if it is still this one.
    func clearWriter(slot: Int) {
        mapping.word(Self.writer).replace(UInt64(checked(slot) + 1), with: 0)
    }

    /// The number of the chunk that the holder of the lease is writing; nil when it has none.
    /// Advisory, like `writerSlot`.
    package var writerChunk: UInt64? {
        get {
            let stored = mapping.word(Self.writerChunkWord).load().bits
            return stored == 0 ? nil : stored - 1
        }
        nonmutating set {
            mapping.word(Self.writerChunkWord).store(newValue.map { $0 &+ 1 } ?? 0)
        }
    }

    /// When the holder of the lease last brought bytes, or began.
    package var writerHeardBootMs: UInt64 {
        get { mapping.word(Self.writerHeard).load().timeMs }
        nonmutating set { mapping.word(Self.writerHeard).store(newValue) }
    }

    /// Whether the body that the holder of the lease writes has a length, so that its end is in sight.
    package var writerHasLength: Bool {
        get { mapping.word(Self.writerLength).load().bits != 0 }
        nonmutating set { mapping.word(Self.writerLength).store(newValue ? 1 : 0) }
    }

    /// Changes when someone asks the holder of the lease to give it up. The holder compares it with
    /// what it was when it began.
    package var takeOverCount: UInt64 { mapping.word(Self.takeOvers).loadAcquiring().bits }

    /// Asks the holder to give up the lease; returns the new count.
    @discardableResult
    package func requestTakeOver() -> UInt64 { mapping.word(Self.takeOvers).add(1).bits }

    // MARK: Viewers

    /// Publishes how many viewers one worker has; only that worker calls this.
    package func setViewerCount(_ count: UInt32, slot: Int) {
        viewerWord(slot).store(UInt64(count))
        mapping.word(Self.peak).raise(to: UInt64(viewerCount))
    }

    package func viewerCount(slot: Int) -> UInt32 {
        UInt32(clamping: viewerWord(slot).load().bits)
    }

    /// Viewers on all workers.
    package var viewerCount: Int {
        (0..<Self.slots).reduce(0) { $0 + Int(viewerCount(slot: $1)) }
    }

    /// The most there ever were at once.
    package var peakViewerCount: Int { Int(mapping.word(Self.peak).load().count) }

    private func viewerWord(_ slot: Int) -> MappedWord {
        mapping.word(Self.viewers + 8 * checked(slot))
    }

    // MARK: Doorbells

    /// Says whether the worker wants its doorbell rung at the next commit. After setting it, look
    /// at the entry head once more before sleeping.
    package func setInterested(_ on: Bool, slot: Int) { set(Self.interested, on, slot) }

    /// The workers to wake after a commit, one bit each.
    package var interestedSlots: UInt64 { bits(Self.interested) }

    /// Says whether the worker has a publisher that waits for the lease, or for its chunk's turn.
    package func setWaiting(_ on: Bool, slot: Int) { set(Self.waiting, on, slot) }

    /// The workers to wake when the lease is given up or a chunk is done, one bit each.
    package var waitingSlots: UInt64 { bits(Self.waiting) }

    /// When the body arrived that has waited longest in a worker, of those without a number:
    /// microseconds of CLOCK_MONOTONIC; nil when none waits there.
    package func oldestBodyUs(slot: Int) -> UInt64? {
        let stored = bodyWord(slot).load().bits
        return stored == 0 ? nil : stored
    }

    package func setOldestBody(us: UInt64?, slot: Int) { bodyWord(slot).store(us ?? 0) }

    private func bodyWord(_ slot: Int) -> MappedWord {
        mapping.word(Self.bodies + 8 * checked(slot))
    }

    /// Forgets everything about a worker that has died, or is about to start in this slot.
    package func releaseSlot(_ slot: Int) {
        viewerWord(slot).store(0)
        setOldestBody(us: nil, slot: slot)
        set(Self.interested, false, slot)
        set(Self.waiting, false, slot)
        clearWriter(slot: slot)
    }

    private func set(_ offset: Int, _ on: Bool, _ slot: Int) {
        let bit: UInt64 = 1 << UInt64(checked(slot))
        if on {
            mapping.word(offset).insert(bits: bit)
            atomicMemoryFence(ordering: .sequentiallyConsistent)
        } else {
            mapping.word(offset).remove(bits: bit)
        }
    }

    private func bits(_ offset: Int) -> UInt64 {
        atomicMemoryFence(ordering: .sequentiallyConsistent)
        return mapping.word(offset).load().bits
    }

    private func checked(_ slot: Int) -> Int {
        precondition((0..<Self.slots).contains(slot), "a slot is a worker's number")
        return slot
    }
}
