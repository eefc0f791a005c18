// What all workers know of a stream and tell each other: what its publisher does, who watches. It
// is kept in the words of the ring that belong to its owner. Each word is one 64-bit atomic; there
// is no order between two of them unless it is stated. Times are on the ring's clock, in
// milliseconds, and 0 stands for "not". Whatever is in the words, times and counts come out within
// the bounds of UntrustedNumber.

import SegmentRing
import Settings

extension Ring {
    /// The status of one stream. It lives as long as this value or the ring.
    package var status: StreamStatus { StreamStatus(ownerWords) }
}

/// A view of the words; it keeps the mapping alive.
package struct StreamStatus {
    // Which word is which, as in docs/ring-format.md. Words that every viewer's worker changes are
    // apart from those that the publisher changes.
    private static let lastIngest = 0
    private static let pausedSince = 1
    private static let endedAt = 2
    private static let writerHeard = 3
    private static let publisher = 8
    private static let chunk = 10
    private static let hasLength = 11
    private static let takeOvers = 12
    private static let ingested = 13
    private static let heldBack = 14
    private static let lost = 15
    private static let recorded = 16
    private static let reason = 17
    private static let advised = 18
    private static let peak = 24
    private static let viewers = 32
    private static let bodies = viewers + RingSlots.count
    private static let packagedViewers = bodies + RingSlots.count
    /// See StreamStatus+Past.swift.
    static let listsBegun = packagedViewers + RingSlots.count
    static let pasts = listsBegun + 1

    let words: OwnerWords

    init(_ words: OwnerWords) {
        precondition(Self.writerHeard < OwnerWords.times, "times are where the ring knows it")
        precondition(Self.pasts + 2 * Limits.pastRingsPerName <= OwnerWords.count)
        self.words = words
    }

    // MARK: The stream

    package var lastIngestBootMs: UInt64 {
        get { words[Self.lastIngest].load().timeMs }
        nonmutating set { words[Self.lastIngest].store(newValue) }
    }

    package var pausedSinceBootMs: UInt64 {
        get { words[Self.pausedSince].load().timeMs }
        nonmutating set { words[Self.pausedSince].store(newValue) }
    }

    package var endedAtBootMs: UInt64 {
        get { words[Self.endedAt].loadAcquiring().timeMs }
        nonmutating set { words[Self.endedAt].storeReleasing(newValue) }
    }

    /// Why the stream has ended, as its owner numbers reasons; 0: nobody has said. Read it after
    /// `endedAtBootMs`, and set it before that.
    package var endReason: UInt64 { words[Self.reason].load().bits }

    /// The first reason counts.
    package func noteEndReason(_ reason: UInt64) {
        words[Self.reason].replace(0, with: reason)
    }

    /// How long, in all, the publisher was held back because it was ahead of the clock.
    package var heldBackMs: UInt64 { words[Self.heldBack].load().count }

    package func addHeldBack(ms: UInt64) { words[Self.heldBack].add(ms) }

    /// Whether the end of the stream has been noted elsewhere, so that the ring may go.
    package var isNoted: Bool {
        get { words[Self.recorded].load().bits != 0 }
        nonmutating set { words[Self.recorded].store(newValue ? 1 : 0) }
    }

    /// Bytes of media received since the ring was created.
    package var bytesIngested: UInt64 { words[Self.ingested].load().count }

    package func addBytesIngested(_ count: Int) {
        words[Self.ingested].add(UInt64(max(0, count)))
    }

    /// How often this broadcast's input was lost or could not be right, and was skipped.
    package var losses: UInt64 { words[Self.lost].load().count }

    package func addLosses(_ count: Int) { words[Self.lost].add(UInt64(max(0, count))) }

    /// True once: whoever gets it says that the ring is too small.
    package func claimRingSizeAdvice() -> Bool { words[Self.advised].add(1).bits == 1 }

    // MARK: The publisher

    /// Identifies who publishes. It is two words, and a reader can catch them half changed, so only
    /// compare.
    package var publisherKey: PublisherKey {
        get {
            let identity = words[Self.publisher].load().bits
            let session = words[Self.publisher + 1].load().bits
            return PublisherKey(identity: identity, session: session)
        }
        nonmutating set {
            words[Self.publisher].store(newValue.identity)
            words[Self.publisher + 1].store(newValue.session)
        }
    }

    /// The number of the chunk that the holder of the lease is writing; nil when it has none.
    /// Advisory, since its holder may have died.
    package var writerChunk: UInt64? {
        get {
            let stored = words[Self.chunk].load().bits
            return stored == 0 ? nil : stored - 1
        }
        nonmutating set { words[Self.chunk].store(newValue.map { $0 &+ 1 } ?? 0) }
    }

    /// When the holder of the lease last brought bytes, or began.
    package var writerHeardBootMs: UInt64 {
        get { words[Self.writerHeard].load().timeMs }
        nonmutating set { words[Self.writerHeard].store(newValue) }
    }

    /// Whether the body that the holder of the lease writes has a length, so that its end is in sight.
    package var writerHasLength: Bool {
        get { words[Self.hasLength].load().bits != 0 }
        nonmutating set { words[Self.hasLength].store(newValue ? 1 : 0) }
    }

    /// Changes when someone asks the holder of the lease to give it up. The holder compares it with
    /// what it was when it began.
    package var takeOverCount: UInt64 { words[Self.takeOvers].loadAcquiring().bits }

    /// Asks the holder to give up the lease; returns the new count.
    @discardableResult
    package func requestTakeOver() -> UInt64 { words[Self.takeOvers].add(1).bits }

    /// Of all waiting bodies without a number in a worker, when the oldest one arrived:
    /// microseconds of CLOCK_MONOTONIC; nil when none waits there.
    package func oldestBodyUs(slot: Int) -> UInt64? {
        let stored = word(Self.bodies, slot).load().bits
        return stored == 0 ? nil : stored
    }

    package func setOldestBody(us: UInt64?, slot: Int) {
        word(Self.bodies, slot).store(us ?? 0)
    }

    // MARK: Viewers

    /// Publishes how many viewers one worker has; only that worker calls this.
    package func setViewerCount(_ count: UInt32, slot: Int) { set(Self.viewers, count, slot) }

    /// The same of those who watch by HLS or DASH.
    package func setPackagedViewerCount(_ count: UInt32, slot: Int) {
        set(Self.packagedViewers, count, slot)
    }

    private func set(_ first: Int, _ count: UInt32, _ slot: Int) {
        word(first, slot).store(UInt64(count))
        words[Self.peak].raise(to: UInt64(viewerCount))
    }

    /// Viewers on all workers, however they watch.
    package var viewerCount: Int { sum(Self.viewers) + packagedViewerCount }

    /// Those of them who watch by HLS or DASH: an estimate.
    package var packagedViewerCount: Int { sum(Self.packagedViewers) }

    private func sum(_ first: Int) -> Int {
        (0..<RingSlots.count).reduce(0) { $0 + Int(UInt32(clamping: word(first, $1).load().bits)) }
    }

    /// The most there ever were at once.
    package var peakViewerCount: Int { Int(words[Self.peak].load().count) }

    // MARK: Workers

    /// Forgets everything about a worker that has died, or is about to start in this slot.
    package func releaseSlot(_ slot: Int) {
        word(Self.viewers, slot).store(0)
        word(Self.packagedViewers, slot).store(0)
        setOldestBody(us: nil, slot: slot)
    }

    private func word(_ first: Int, _ slot: Int) -> MappedWord {
        precondition((0..<RingSlots.count).contains(slot), "a slot is a worker's number")
        return words[first + slot]
    }
}
