// The segments and parts of a stream, as they follow from its ring: the records in it, and the media after
// each. It keeps where samples lie and no media: about eighty kilobytes for a minute of an ordinary
// broadcast.
//
// What is indexed is a pure function of the ring's entries: two workers that began at different records
// have the same facts, samples, parts and bytes for every segment and part that both have. So whatever
// is odd in a ring is treated by rules that do not depend on where reading began:
// - Media before the first record is passed over. In a segment, so are blocks in front of the first cluster,
//   unless its record says which one they belong to.
// - Of two records without media between them, the later one counts.
// - A record that does not continue the one before (its number, its plan, its tracks) begins anew: what
//   was before is forgotten. So does a record that cannot be read, and a segment that cannot be one of ours.
// - An entry that is gone, or that cannot be found, takes everything before it with it.
// - What cannot be read within an entry of media is passed over, up to the entry's end.
//
// Each call takes a bounded time, and memory is bounded (Limits), whatever is in the ring. Owner: the
// worker's loop thread. The only unsafe parts are buffers handed to the cursor for the length of a call.

import Media
import SegmentRing
import Settings

package struct SegmentIndex: Sendable {
    /// Of the stream, in the order of their numbers; the renditions have the same order.
    package let tracks: [MediaTrack]
    /// What the records say of the broadcast; nil as long as there is no record.
    package private(set) var plan: SegmentPlan?
    /// The segments that are known, without a gap in their ordinals. The last one may still grow.
    package private(set) var segments: [SegmentFacts] = []
    private(set) var renditions: [RenditionIndex] = []
    /// The first segment that lists name; earlier ones can still be fetched. 0 without segments.
    package private(set) var firstListed: UInt64 = 0
    /// Nothing comes any more: the last segment is complete, too.
    package private(set) var isFinished = false
    /// How often something that was known was taken back: the same segment may be another one now.
    private(set) var revisions: UInt64 = 0

    /// How many samples it keeps, about.
    var mostSamples = Limits.samplesPerIndex
    private let firstSequence: UInt64
    /// A clock of each track, as they are when nothing has been counted.
    private let freshClocks: [TrackClock]
    /// Nil before the first look at the ring.
    private var cursor: RingCursor?
    private var blocks = StoredBlocks()
    /// The last segment has media, read or not. As long as it has none, its record may be written again.
    private(set) var hasMedia = false
    /// The latest time of sound in the last segment so far.
    private var newestSoundMs: Int64?
    /// Renditions whose last segment is not the one that is being filled are settled at this time.
    private var settledAtMs: Int64?
    private var hasTriedUnplanned = false

    /// How long after the beginning of a segment the one before it waits for its last sample to end. Not
    /// longer, because that sample makes it longer than it is said to be.
    private static let borderPatienceMs: Int64 = 500
    /// What looking at an entry costs beside its bytes; at a record, with all that it may change, more.
    private static let entryCostBytes = 512
    private static let recordCostBytes = 16 * 1024

    /// - Parameter sequence: what is before this entry is passed over, as if it were gone.
    package init(tracks: [MediaTrack], from sequence: UInt64 = 0) {
        self.tracks = tracks
        freshClocks = tracks.map { TrackClock(for: $0) }
        firstSequence = sequence
    }

    // MARK: Reading

    /// Reads what is new.
    ///
    /// - Parameters:
    ///   - scratch: memory for one entry; it grows with the entries, up to `Limits.indexedEntryBytes`.
    ///   - leftBytes: about how much to read; what is read is taken from it, and it may fall below 0.
    /// - Returns: whether everything was read that there was.
    package mutating func advance(
        in ring: Ring, through scratch: inout [UInt8], leftBytes: inout Int
    ) -> Bool {
        while !isFinished {
            guard leftBytes > 0 else { return false }
            leftBytes -= Self.entryCostBytes
            if cursor == nil { search(ring, from: firstSequence) }
            switch cursor?.next(in: ring) ?? .wait {
            case .wait:
                // It may only have passed over more entries of other kinds than it does in one step.
                guard cursor?.nextSequence ?? 0 < ring.entryHead else {
                    dropOld(in: ring)
                    return true
                }
            case .lapped:
                search(ring, from: (cursor?.nextSequence ?? 0) + 1)
            case .entry(let entry):
                if entry.kind == .segmentRecord { leftBytes -= Self.recordCostBytes }
                leftBytes -= segments.isEmpty && entry.kind == .media ? 0 : entry.length
                take(entry, in: ring, through: &scratch)
            }
        }
        return true
    }

    /// Forgets everything, and goes on at the first record from an entry on.
    private mutating func search(_ ring: Ring, from sequence: UInt64) {
        forget()
        cursor = RingCursor(
            .entry(max(sequence, ring.oldestSequence)), kinds: [.media, .segmentRecord],
            policy: .never)
    }

    private mutating func forget() {
        revisions += 1
        plan = nil
        segments = []
        renditions = []
        firstListed = 0
        hasMedia = false
        settledAtMs = nil
    }

    private mutating func take(
        _ entry: RingEntry, in ring: Ring, through scratch: inout [UInt8]
    ) {
        let isRecord = entry.kind == .segmentRecord
        let mostBytes = isRecord ? SegmentRecord.mostEncodedBytes : Limits.indexedEntryBytes
        let isWanted = entry.length <= mostBytes && (isRecord || !segments.isEmpty)
        guard isWanted else {
            cursor?.skip()
            // Nothing of ours is as long.
            if isRecord { return forget() }
            hasMedia = true
            return
        }
        guard copy(entry, from: ring, into: &scratch) else { return }
        if isRecord {
            guard let record = SegmentRecord(decoding: Array(scratch[..<entry.length])),
                begin(record, entry, in: ring)
            else { return forget() }
        } else {
            hasMedia = true
            let isOurs = takeBlocks(
                of: scratch.span.extracting(..<entry.length), at: entry.position)
            if !isOurs { forget() }
        }
    }

    /// False: it is gone, and the cursor says so the next time.
    private mutating func copy(
        _ entry: RingEntry, from ring: Ring, into scratch: inout [UInt8]
    ) -> Bool {
        if scratch.count < entry.length {
            scratch = [UInt8](repeating: 0, count: max(entry.length, Limits.stageBytes))
        }
        return unsafe scratch.withUnsafeMutableBytes { buffer in
            let target = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[..<entry.length])
            return unsafe cursor?.copy(from: ring, into: target) != nil
        }
    }

    private mutating func takeBlocks(of bytes: Span<UInt8>, at position: UInt64) -> Bool {
        blocks.beginEntry()
        while let block = blocks.next(in: bytes) {
            guard renditions.indices.contains(block.track) else { continue }
            if let settledAtMs, block.timeMs >= settledAtMs, !settle() { return false }
            let isTaken = renditions[block.track].take(
                block, bytes.extracting(block.payload),
                at: position + UInt64(block.payload.lowerBound),
                lateMs: lateMs(of: block))
            guard isTaken, tellTime(of: block) else { return false }
        }
        return true
    }

    /// How far a block is behind the sound; nil when there is none in the segment, or it has a gap.
    private func lateMs(of block: StoredBlock) -> Int64? {
        guard let newestSoundMs, block.timeMs - newestSoundMs <= Limits.orderWindowMs else {
            return nil
        }
        return max(newestSoundMs - block.timeMs, 0)
    }

    /// Sound tells pictures the time. What comes later than they do as a rule is shown late if a picture was
    /// held until then.
    private mutating func tellTime(of block: StoredBlock) -> Bool {
        guard tracks[block.track].kind == .audio else { return true }
        newestSoundMs = max(newestSoundMs ?? 0, block.timeMs)
        for index in renditions.indices where tracks[index].kind == .video {
            guard renditions[index].hold(atMs: block.timeMs) else { return false }
        }
        return true
    }

    private mutating func settle() -> Bool {
        settledAtMs = nil
        for index in renditions.indices {
            guard renditions[index].settle() else { return false }
        }
        return true
    }

    // MARK: Segments

    /// False: the segment before it cannot be one of ours.
    private mutating func begin(
        _ record: SegmentRecord, _ entry: RingEntry, in ring: Ring
    ) -> Bool {
        if !segments.isEmpty, !hasMedia { withdraw() }
        if !isContinued(by: record) { forget() }
        guard isCounting(record) else { return false }
        if segments.isEmpty {
            plan = record.plan
            renditions = zip(tracks, record.clocks).map {
                RenditionIndex($0, clock: $1, plan: record.plan)
            }
        }
        for (index, clock) in record.clocks.enumerated() {
            guard renditions[index].begin(record, clock, position: entry.position) else {
                return false
            }
        }
        segments.append(
            SegmentFacts(
                record, sequence: entry.sequence, position: entry.position, after: segments.last))
        blocks = StoredBlocks(continuingClusterAtMs: record.clusterMs)
        hasMedia = false
        newestSoundMs = nil
        settledAtMs = record.mediaTimeMs + Self.borderPatienceMs
        list(in: ring)
        return true
    }

    /// Whether a record's clocks can be those of the tracks.
    private func isCounting(_ record: SegmentRecord) -> Bool {
        record.clocks.count == tracks.count
            && zip(freshClocks, record.clocks).allSatisfy { fresh, clock in
                clock.timescale == fresh.timescale
                    && (clock.reorderDepth == nil) == (fresh.reorderDepth == nil)
            }
    }

    private mutating func withdraw() {
        revisions += 1
        segments.removeLast()
        for index in renditions.indices { renditions[index].withdraw() }
    }

    private func isContinued(by record: SegmentRecord) -> Bool {
        guard let last = segments.last else { return false }
        return record.ordinal == last.ordinal + 1 && record.plan == plan
    }

    /// A segment has begun: others are listed no longer, or not kept any more.
    private mutating func list(in ring: Ring) {
        let geometry = ring.geometry
        let window = ListWindow(
            dataBytes: UInt64(geometry.dataBytes), entries: UInt64(geometry.entries))
        let first = segments[window.first(of: segments)].ordinal
        var samples = 0
        let newest = segments.indices.suffix(Limits.segmentsPerIndex)
        let kept = newest.reversed().prefix { index in
            samples += renditions.reduce(0) { $0 + $1.segments[index].storedCount }
            return samples <= mostSamples
        }
        drop(first: segments.count - kept.count)
        firstListed = max(first, segments[0].ordinal)
    }

    /// Forgets segments that the writer has begun to overwrite.
    private mutating func dropOld(in ring: Ring) {
        var gone = 0
        while gone < segments.count, ring.lookup(segments[gone].sequence) == .lapped {
            gone += 1
        }
        guard gone > 0 else { return }
        drop(first: gone)
        firstListed = max(firstListed, segments[0].ordinal)
    }

    /// Forgets so many segments, but never the last two: the newest frame may belong to either.
    private mutating func drop(first most: Int) {
        let count = min(most, segments.count - 2)
        guard count > 0 else { return }
        segments.removeFirst(count)
        for index in renditions.indices { renditions[index].removeFirst(count) }
    }

    /// Of a broadcast that was over before it had a plan, there are no records, because it is too short: makes
    /// one segment of what can be shown of it. Call when everything was read, before `finish`.
    ///
    /// - Returns: whether there is something to be read now.
    package mutating func beginUnplanned(in ring: Ring) -> Bool {
        // Once: what was too much for an index has left it empty, and would again.
        guard segments.isEmpty, !isFinished, !hasTriedUnplanned,
            let (entry, lastsMs) = ring.unplannedMedia
        else { return false }
        hasTriedUnplanned = true
        let base = ring.baseOrdinals
        let record = SegmentRecord(
            ordinal: base.segment, discontinuityOrdinal: base.discontinuity,
            isIndependent: true, isDiscontinuity: base.discontinuity > 0,
            mediaTimeMs: entry.mediaTimeMs, wallMs: ring.wallClockMs(ofBootMs: entry.bootMs),
            plan: SegmentPlan(
                targetDurationMs: max(UInt32(lastsMs + 999) / 1_000, 1) * 1_000,
                partTargetMs: nil), clocks: freshClocks)
        search(ring, from: entry.sequence)
        return begin(record, entry, in: ring)
    }

    /// The broadcast is over, and everything was read: its last segment is complete.
    ///
    /// - Parameter endMs: where its media ends if another ring goes on after it: then a track that has
    ///   nothing in the last segment has a gap until there. Nil: nothing comes any more.
    package mutating func finish(atMs endMs: Int64? = nil) {
        guard !isFinished else { return }
        isFinished = true
        // A record without media is written again in the next ring.
        if !segments.isEmpty, !hasMedia { withdraw() }
        for index in renditions.indices where !renditions[index].finish(atMs: endMs) {
            return forget()
        }
    }
}

extension Ring {
    /// The first media of a broadcast without records at which decoding can start, and how long it lasts from
    /// there. Nil when there is none, or when it is longer than a segment may be.
    fileprivate var unplannedMedia: (entry: RingEntry, lastsMs: UInt64)? {
        guard oldestSequence == 0, entryHead <= Limits.unplannedEntries else { return nil }
        var first: RingEntry?
        for sequence in 0..<entryHead {
            guard case .entry(let entry) = lookup(sequence), entry.kind != .segmentRecord else {
                return nil
            }
            if first == nil, entry.isIndependent { first = entry }
        }
        guard let first else { return nil }
        let lastsMs = UInt64(max(timelineEndMs - first.mediaTimeMs, 0))
        return lastsMs <= Limits.unplannedMediaMs ? (first, lastsMs) : nil
    }
}
