// The ring end of a broadcast. It holds the writer lease and the notifier, notes on the ring who writes
// it and that the writer is alive, and appends fragments. When a broadcast begins with other tracks, it
// puts a new ring in the place of the old one. It knows no format: media, states and headers are bytes
// to it.
//
// Unsafe use: a record's bytes are read as a span of memory for the time of one call.
//
// Owner: the worker's loop thread.

import Channel
import LinuxIO
import Logging
import Media
import SegmentRing
import Settings
import StreamState
import Streams

final class BroadcastWriter {
    let name: StreamName
    private let facts: PublishFacts
    /// What the stream is to say of itself; nil when nobody is known to say it.
    private var about: About?
    private let streams: LiveStreams
    private let environment: IngestEnvironment
    /// Nil before a new stream has its ring, and after the lease was given back.
    private var lease: RingWriter?
    private(set) var stream: LiveStream?
    private var notifier: RingNotifier?
    /// How often a take-over of the ring had been requested when this request began to write it.
    private var takeOverCountAtStart: UInt64
    /// The ring is this broadcast's: the broadcast was resumed, or its header was accepted.
    private(set) var isAttached = false
    private var rhythm: MediaRhythm
    private var capacity = CapacityEstimate()
    /// When this request last brought bytes for the ring, or when it began; milliseconds of the loop.
    private(set) var heardMs: UInt64

    /// - Parameter lease: of the ring to be continued or replaced.
    init(
        _ name: StreamName, facts: PublishFacts, on stream: LiveStream?, lease: RingWriter?,
        streams: LiveStreams, environment: IngestEnvironment
    ) {
        self.name = name
        self.facts = facts
        about = facts.about
        self.streams = streams
        self.environment = environment
        self.lease = lease
        self.stream = stream
        takeOverCountAtStart = lease?.ring.status.takeOverCount ?? 0
        heardMs = environment.loop.nowMs
        rhythm = MediaRhythm(continuing: lease?.ring)
        showLife()
        adoptNotifier()
    }

    private func adoptNotifier() {
        notifier = stream.map {
            RingNotifier(
                $0, loop: environment.loop, doorbells: environment.doorbells,
                changes: environment.changes)
        }
    }

    // MARK: What is there

    var holdsLease: Bool { lease != nil }

    /// The ring to be written; nil when there is none.
    var ring: Ring? { lease?.ring }

    /// The ring's clock; nil when there is no ring to write.
    var ringNowMs: UInt64? { lease?.ring.bootNowMs }

    /// The time of day, not moved by steps of the wall clock since the ring was made; nil when there is
    /// none.
    var steadyWallMs: UInt64? {
        lease.map { $0.ring.wallClockMs(ofBootMs: $0.ring.bootNowMs) }
    }

    /// The numbers that a ring in the place of the present one begins with, or the first one of its name.
    /// - Parameter reached: what the segments have come to.
    func ordinalsOfNewRing(reached: (next: UInt64, discontinuities: UInt64)) -> RingOrdinals {
        guard let ring = lease?.ring else { return .first }
        // One that was over before it had a record is a segment for those who read it.
        let isUnplanned =
            ring.status.endedAtBootMs != 0 && ring.entryHead > 0
            && ring.newestSegmentRecord == nil
        guard isUnplanned else {
            return RingOrdinals(
                segment: reached.next, discontinuity: reached.discontinuities
            ).afterDiscontinuity
        }
        return RingOrdinals(
            segment: reached.next + 1,
            discontinuity: max(reached.discontinuities, ring.baseOrdinals.discontinuity)
        ).afterDiscontinuity
    }

    /// Whether a new ring has to keep what the present one has promised: players go on with its lists, and
    /// caches keep them. They do so no longer when the broadcast ended a while ago.
    func keepsPromises(madeFor plan: SegmentPlan) -> Bool {
        guard let ring = lease?.ring else { return false }
        let endedMs = ring.status.endedAtBootMs
        let keptMs = UInt64(plan.targetDurationMs) * Limits.promisedTargetDurations
        return endedMs == 0 || ring.bootNowMs.since(endedMs) < keptMs
    }

    /// How much media the ring holds, at the bit rate of what is in it now.
    var capacityMs: UInt64? {
        guard let ring = lease?.ring else { return nil }
        return capacity.value { ring.capacityMs }
    }

    /// Where media goes on, if the header fits the present stream; nil when the broadcast needs a ring
    /// of its own.
    func timelineEndMs(ifCompatibleWith initialization: Initialization) -> Int64? {
        guard let lease, let stream, stream.initialization.isCompatible(with: initialization) else {
            return nil
        }
        return lease.ring.timelineEndMs
    }

    // MARK: Saying who writes

    /// The ring is this broadcast's from now on. The publisher's address may have changed meanwhile.
    func attach() {
        isAttached = true
        guard let status = lease?.ring.status else { return }
        status.publisherKey = PublisherKey(
            identity: facts.identity, session: facts.chunk?.session ?? 0)
        status.writerChunk = facts.chunk?.number
        if let about { show(about) }
    }

    /// What the stream says of itself from now on, whatever header the body brings next.
    func show(_ about: About) {
        self.about = about
        guard isAttached, let stream, stream.about != about else { return }
        stream.show(about)
    }

    /// Tells requests that wait in other workers that this one is alive, and what it is.
    func showLife() {
        heardMs = environment.loop.nowMs
        guard let ring = lease?.ring else { return }
        ring.status.writerHeardBootMs = ring.bootNowMs
        ring.status.writerHasLength = facts.hasLength
    }

    /// Nothing comes because the publisher is held back. That neither pauses nor ends its stream, and
    /// does not let another request take over.
    func excuseSilence() {
        noteIngest()
        showLife()
    }

    /// Media has come, or counts as having come.
    func noteIngest() {
        guard let ring = lease?.ring else { return }
        ring.status.lastIngestBootMs = ring.bootNowMs
    }

    /// Why the request has to stop although its body goes on; nil when it need not.
    var interruption: PublishError? {
        guard let stream, let lease else { return nil }
        if stream.ring.status.endedAtBootMs != 0 {
            let reason = stream.endReason
            return reason == .stopped ? .streamEnded : .broadcastOver(reason)
        }
        return lease.ring.status.takeOverCount == takeOverCountAtStart ? nil : .takenOver
    }

    /// Whether the only thing wrong is that another worker made this stream's ring first.
    func hasLostRace(_ error: PublishError) -> Bool {
        lease == nil && !isAttached && (error == .ring(.exists) || error == .ring(.busy))
    }

    // MARK: Media

    /// Appends one fragment, with what the next worker needs to go on after it, and before it the record
    /// of the segment that it begins. A worker that dies in between leaves a record, and the next one
    /// writes it again.
    func append(
        _ bytes: borrowing RawSpan, _ fragment: Fragment, atMs nowMs: UInt64, state: [UInt8]
    ) throws(PublishError) {
        guard let lease, notifier != nil else {
            throw .media(.malformed("media before its header"))
        }
        do {
            if let record = fragment.segmentRecord {
                try unsafe lease.append(.segmentRecord, record.span.bytes, bootMs: nowMs)
            }
            try lease.append(
                bytes, flags: FragmentFlags(fragment), mediaTimeMs: fragment.mediaTimeMs,
                durationMs: UInt32(clamping: fragment.durationMs), bootMs: nowMs, state: state,
                carry: fragment.carry)
        } catch {
            throw .ring(error)
        }
        if let distanceMs = rhythm.keyFrameDistanceMs(at: fragment) {
            environment.counters.observe(.keyFrameDistance, us: distanceMs * 1_000)
        }
    }

    /// Tells viewers that this many bytes were appended.
    func announce(bytes: Int, atMs nowMs: UInt64) {
        notifier?.committed(nowMs: nowMs)
        if let gapMs = rhythm.gapMs(atMs: nowMs) {
            environment.counters.observe(.ingestGap, us: gapMs * 1_000)
        }
        if let ring = lease?.ring {
            ring.status.addBytesIngested(bytes)
            capacity.appended(bytes, ringBytes: ring.geometry.dataBytes)
        }
        environment.counters.add(.ingestBytes, UInt64(bytes))
    }

    /// Stores what the next worker needs, without a fragment.
    func suspend(state: [UInt8], carry: [UInt8]) throws(PublishError) {
        do {
            try lease?.suspend(state: state, carry: carry)
        } catch {
            throw .ring(error)
        }
    }

    func note(losses: Int) {
        lease?.ring.status.addLosses(losses)
        environment.counters.add(.mediaLosses, UInt64(losses))
    }

    func noteHeldBack(ms: UInt64) {
        lease?.ring.status.addHeldBack(ms: ms)
        environment.counters.add(.publishersHeldBackMs, ms)
    }

    /// Gives the lease back, and wakes those who wait for it.
    /// - Parameter isPausing: the publisher has gone in the middle of its broadcast.
    func letGo(isPausing: Bool = false) {
        guard let lease else { return }
        let status = lease.ring.status
        if isPausing { status.pausedSinceBootMs = lease.ring.bootNowMs }
        status.writerChunk = nil
        lease.release()
        // Whoever waits for the last media of a stream that is over waits for that, too.
        notifier?.announce()
        environment.doorbells.ring(mask: lease.ring.slots.waiting)
        self.lease = nil
        guard isPausing else { return }
        environment.changes.announce()
        stream?.log(.gone)
    }

    // MARK: A new ring

    /// Makes a ring for a broadcast that begins. It replaces the present ring, if there is one.
    func makeRing(
        _ initialization: [UInt8], ordinals: RingOrdinals, state: [UInt8]
    ) throws(PublishError) {
        if lease == nil && streams.count >= Limits.streams { throw .tooManyStreams }
        let old = lease?.ring
        if let old, !streams.admitsReplacing(old, of: name) { throw .tooManyRings }
        guard streams.newRings.admits(name, nowMs: environment.loop.nowMs) else {
            throw .tooManyRings
        }
        // A ring that has ended is noted before it goes; one that only ends now is noted once it has.
        if let old, old.status.endedAtBootMs != 0 { _ = streams.noteEnd(old, name) }
        let created = try createRing(initialization, ordinals, state)
        // The new ring has the name now; viewers of the old one are told that it has ended.
        stream?.end(.takenOver)
        if let old { _ = streams.noteEnd(old, name) }
        lease?.release()
        notifier?.announce()
        lease = created
        takeOverCountAtStart = created.ring.status.takeOverCount
        rhythm = MediaRhythm()
        capacity = CapacityEstimate()
        attach()
        excuseSilence()
        guard let adopted = streams.adopt(created.ring, name: name) else {
            throw .media(.malformed("the header cannot be read back"))
        }
        stream = adopted
        if let about { show(about) }
        adoptNotifier()
    }

    private func createRing(
        _ initialization: [UInt8], _ ordinals: RingOrdinals, _ state: [UInt8]
    ) throws(PublishError) -> RingWriter {
        do {
            do {
                return try createFile(initialization, ordinals, state)
            } catch .missing {
                // The directory of an earlier stream was there, and was removed just now.
                return try createFile(initialization, ordinals, state)
            } catch .invalid(let reason) {
                // Something that is not a file stands where the file is to be made.
                let path = streams.ringPath(name) + Ring.temporarySuffix
                _ = try? streams.putAside(name, reason: reason) {
                    FileSystem.exists(path) && !FileSystem.isRegularFile(path)
                }
                return try createFile(initialization, ordinals, state)
            }
        } catch {
            // An empty directory would count as a stream.
            streams.removeStreamDirectory(name)
            // There is a ring that cannot be opened, so no other worker has made one.
            throw .ring(error == .exists ? streams.fault(of: name) ?? error : error)
        }
    }

    private func createFile(
        _ initialization: [UInt8], _ ordinals: RingOrdinals, _ state: [UInt8]
    ) throws(RingError) -> RingWriter {
        do {
            try streams.makeStreamDirectory(name)
            // Before the ring, so that an unlisted stream is never listed. But what the broadcast of the
            // present ring has said may still have to be noted.
            if let about, lease?.ring.status.isNoted ?? true {
                try streams.prepare(about, of: name)
            }
        } catch {
            throw RingError(error)
        }
        let old = lease?.ring
        let pasts = old.map {
            streams.pastRings(
                behindSuccessorOf: $0, hasSegments: $0.newestSegmentRecord != nil)
        }
        // The lists of a broadcast that is over do not go on.
        let goesOn = old?.status.endedAtBootMs == 0
        let begunMs = goesOn ? old?.status.listsBegunWallMs ?? old?.createdWallClockMs : nil
        return try Ring.create(
            path: streams.ringPath(name), geometry: environment.ringGeometry,
            initialization: initialization,
            baseOrdinals: ordinals, state: state, slot: environment.slot,
            prepare: { StreamStatus.set(pasts ?? [], listsBegunWallMs: begunMs, in: $0) },
            replacing: lease != nil,
            keepingReplacedAs: old.map { streams.replacedPath(of: $0, name) },
            reserve: DiskReserve.bytes)
    }
}

extension FragmentFlags {
    fileprivate init(_ fragment: Fragment) {
        self = []
        if fragment.isClusterStart { insert(.groupStart) }
        if fragment.isIndependent { insert(.independent) }
        if fragment.isWithoutPicture { insert(.withoutPicture) }
        if fragment.isDiscontinuity { insert(.discontinuity) }
    }
}
