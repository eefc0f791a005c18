// The writing half of one publish request: bytes of WebM in, entries of the ring out. It holds the
// stream's writer lease from its first to its last moment, so there is at most one per stream on the
// whole machine.
//
// With every commit it stores, in the ring, what the next worker needs to go on exactly there (see
// IngestState). Owner: the worker's loop thread.

import LinuxIO
import Logging
import Media
import SegmentRing
import Settings
import StreamState
import Streams

final class IngestSession {
    let name: StreamName
    private let facts: PublishFacts
    private let streams: LiveStreams
    let environment: IngestEnvironment

    private var ingest: WebMIngest
    private var batch = FragmentBatch()
    var pace: IngestPace
    private var advance = MediaAdvance()
    /// Nil until the tracks of a new stream are known.
    private(set) var writer: RingWriter?
    private(set) var stream: LiveStream?
    /// Bytes of this body that an earlier try has already brought into the ring.
    private var skipBytes: UInt64 = 0
    /// Bytes of this body taken so far, the skipped ones included.
    private var takenBytes: UInt64 = 0
    /// How often a take-over of the ring had been asked for when this request began to write it.
    var takeOverCountAtStart: UInt64
    /// Pieces of media that this body has brought.
    private(set) var fragmentCount: UInt64 = 0
    private var hasWritten: Bool { fragmentCount > 0 }
    /// The ring is this broadcast's: it was resumed, or its header has been accepted.
    private(set) var isAttached = false
    private var notifier: RingNotifier?
    var lossLog = LossLog()
    /// When this request last brought bytes for the ring, or began; milliseconds of the loop.
    private(set) var heardMs: UInt64

    /// Starts a broadcast. `writer` holds the lease of the ring that is to be continued or replaced.
    init(
        beginning name: StreamName, facts: PublishFacts, on stream: LiveStream?,
        writer: RingWriter?, streams: LiveStreams, environment: IngestEnvironment
    ) {
        self.name = name
        self.facts = facts
        self.streams = streams
        self.environment = environment
        self.writer = writer
        self.stream = stream
        ingest = WebMIngest(limits: environment.mediaLimits)
        pace = IngestPace(atMs: writer?.ring.bootNowMs ?? BootClock.nowMs())
        takeOverCountAtStart = writer?.ring.status.takeOverCount ?? 0
        heardMs = environment.loop.nowMs
        if let writer { showLife(on: writer.ring) }
        adoptNotifier()
    }

    /// Goes on where the last body stopped.
    init(
        resuming state: IngestState, facts: PublishFacts, on stream: LiveStream,
        writer: RingWriter, streams: LiveStreams, environment: IngestEnvironment
    ) throws(MediaError) {
        self.name = stream.name
        self.facts = facts
        self.streams = streams
        self.environment = environment
        self.writer = writer
        self.stream = stream
        ingest = try WebMIngest(
            resuming: state.media, carry: writer.carry, initialization: stream.initialization,
            limits: environment.mediaLimits)
        // Without numbers nothing says what a body that broke off would have gone on with.
        if facts.chunk == nil && (state.isBroken || writer.recoveredFromCrash) {
            ingest.resynchronize()
        }
        skipBytes = facts.chunk == nil ? 0 : state.consumedBytes
        pace = IngestPace(aheadMs: state.aheadMs, atMs: state.atBootMs)
        advance = MediaAdvance(continuingAtMs: ingest.nextMediaTimeMs)
        takeOverCountAtStart = writer.ring.status.takeOverCount
        heardMs = environment.loop.nowMs
        isAttached = true
        showLife(on: writer.ring)
        // The same publisher may come from another address by now.
        claim(writer.ring)
        adoptNotifier()
    }

    /// Tells requests that wait in other workers that this one is not silent, and what it is.
    func showLife(on ring: Ring) {
        heardMs = environment.loop.nowMs
        ring.status.writerHeardBootMs = ring.bootNowMs
        ring.status.writerHasLength = facts.hasLength
    }

    private func adoptNotifier() {
        notifier = stream.map {
            RingNotifier(
                ring: $0.ring, loop: environment.loop, doorbells: environment.doorbells,
                changes: environment.changes)
        }
    }

    // MARK: Writing

    /// Takes bytes of the body. What was complete before an error is committed all the same.
    func feed(_ bytes: UnsafeRawBufferPointer) throws(PublishError) {
        // As long as its header is not complete, bytes are no life: such a body may not hold a name.
        if isAttached, bytes.count > 0, let writer { showLife(on: writer.ring) }
        var rest = unsafe bytes[...]
        let skipped = unsafe Int(min(UInt64(rest.count), skipBytes))
        skipBytes -= UInt64(skipped)
        takenBytes += UInt64(skipped)
        unsafe rest = unsafe rest.dropFirst(skipped)
        while unsafe !rest.isEmpty {
            let piece = unsafe rest.prefix(Self.pieceBytes)
            let result = unsafe try push(UnsafeRawBufferPointer(rebasing: piece))
            unsafe rest = unsafe rest.dropFirst(result.consumed)
            if result.event != .none { try pushCarried() }
        }
    }

    /// Frames that came before their header was complete.
    private func pushCarried() throws(PublishError) {
        while unsafe try push(UnsafeRawBufferPointer(start: nil, count: 0)).event != .none {}
    }

    /// The most that is parsed at once. What a piece and an unfinished block complete together fits
    /// into one fragment, also of the smallest ring.
    private static let pieceBytes = 16 * 1_024

    private func push(_ bytes: UnsafeRawBufferPointer) throws(PublishError) -> PushResult {
        batch.removeAll()
        let result: PushResult
        do {
            let span = unsafe bytes.assumingMemoryBound(to: UInt8.self).span
            result = try ingest.push(span, into: &batch)
        } catch {
            try commit()
            throw .media(error)
        }
        try commit()
        takenBytes += UInt64(result.consumed)
        if result.losses > 0 { note(losses: result.losses) }
        if case .initialization(let initialization) = result.event {
            try adopt(initialization)
        }
        return result
    }

    /// Publishes what the last push completed.
    private func commit() throws(PublishError) {
        guard !batch.fragments.isEmpty else { return }
        guard let writer, let notifier else { throw .media(.malformed("media before its header")) }
        let nowMs = writer.ring.bootNowMs
        let bytes = batch.bytes
        for fragment in batch.fragments {
            let mediaMs = advance.add(
                startMs: fragment.mediaTimeMs, durationMs: Int64(fragment.durationMs),
                isDiscontinuity: fragment.isDiscontinuity)
            pace.add(mediaMs: mediaMs, nowMs: nowMs)
            let state = state(
                media: fragment.state, consumedBytes: takenBytes + UInt64(fragment.consumedInput))
            let piece = bytes.span.extracting(fragment.bytes)
            do {
                try unsafe writer.append(
                    piece.bytes, flags: FragmentFlags(fragment), mediaTimeMs: fragment.mediaTimeMs,
                    durationMs: UInt32(clamping: fragment.durationMs), bootMs: nowMs,
                    state: state.encoded(), carry: fragment.carry)
            } catch {
                throw .ring(error)
            }
        }
        fragmentCount += UInt64(batch.fragments.count)
        notifier.committed(nowMs: nowMs)
        writer.ring.status.addBytesIngested(bytes.count)
        environment.counters.add(.ingestBytes, UInt64(bytes.count))
    }

    /// Continues the stream with a new header, or makes a new ring when its tracks differ.
    private func adopt(_ initialization: Initialization) throws(PublishError) {
        advance.restart()
        if let writer, let stream, stream.initialization.isCompatible(with: initialization) {
            isAttached = true
            ingest.continueTimeline(atMs: writer.ring.timelineEndMs)
            claim(writer.ring)
            return
        }
        try makeRing(initialization)
    }

    private func makeRing(_ initialization: Initialization) throws(PublishError) {
        if writer == nil && streams.count >= Limits.streams { throw .tooManyStreams }
        let old = writer?.ring
        if let old, !streams.replaced.admits(old, name) { throw .tooManyRings }
        guard streams.newRings.admits(name, nowMs: environment.loop.nowMs) else {
            throw .tooManyRings
        }
        // One that has ended is noted before it goes; one that ends only now, as soon as it has.
        if let old, old.status.endedAtBootMs != 0 { _ = streams.noteEnd(old, name) }
        let created = try createRing(initialization)
        // The new ring has the name now; whoever watches the old one is told that it has ended.
        stream?.end(.takenOver)
        if let old { _ = streams.noteEnd(old, name) }
        writer?.release()
        writer = created
        isAttached = true
        takeOverCountAtStart = created.ring.status.takeOverCount
        claim(created.ring)
        created.ring.status.lastIngestBootMs = created.ring.bootNowMs
        showLife(on: created.ring)
        guard let adopted = streams.adopt(created.ring, name: name) else {
            throw .media(.malformed("the header cannot be read back"))
        }
        stream = adopted
        adoptNotifier()
        try keepCarried(in: created)
        environment.changes.announce()
        environment.logger.notice(
            "stream started",
            metadata: [
                "stream": "\(name)",
                "tracks": "\(initialization.tracks.map(\.codec).joined(separator: ","))",
            ])
    }

    /// Frames that came before their header was complete are in no later body.
    private func keepCarried(in writer: RingWriter) throws(PublishError) {
        let carry = ingest.carry
        guard !carry.isEmpty else { return }
        let state = state(media: ingest.state(), consumedBytes: takenBytes)
        do {
            try writer.suspend(state: state.encoded(), carry: carry)
        } catch {
            throw .ring(error)
        }
    }

    /// Says on the ring who writes it, and what.
    private func claim(_ ring: Ring) {
        ring.status.publisherKey = facts.publisherKey
        ring.status.writerChunk = facts.chunk?.number
    }

    private func createRing(_ initialization: Initialization) throws(PublishError) -> RingWriter {
        do {
            do {
                return try createFile(initialization)
            } catch .missing {
                // An earlier stream's directory was there, and was removed just now.
                return try createFile(initialization)
            } catch .invalid(let reason) {
                // What has the place of the file to be made is none.
                let path = streams.ringPath(name) + Ring.temporarySuffix
                _ = try? streams.putAside(name, reason: reason) {
                    FileSystem.exists(path) && !FileSystem.isRegularFile(path)
                }
                return try createFile(initialization)
            }
        } catch {
            // An empty one would count as a stream.
            streams.removeStreamDirectory(name)
            // There is a ring that cannot be opened: nobody else has made one.
            throw .ring(error == .exists ? streams.fault(of: name) ?? error : error)
        }
    }

    private func createFile(_ initialization: Initialization) throws(RingError) -> RingWriter {
        do {
            try streams.makeStreamDirectory(name)
        } catch {
            throw RingError(error)
        }
        return try Ring.create(
            path: streams.ringPath(name), geometry: environment.ringGeometry,
            initialization: initialization.bytes,
            baseOrdinals: writer?.ring.baseOrdinals.afterDiscontinuity ?? .first,
            state: state(media: ingest.state(), consumedBytes: takenBytes).encoded(),
            slot: environment.slot, replacing: writer != nil,
            keepingReplacedAs: writer.map { streams.replaced.path(of: $0.ring, name) },
            reserve: DiskReserve.bytes)
    }

    private func state(media: [UInt8], consumedBytes: UInt64) -> IngestState {
        IngestState(
            identity: facts.identity, session: facts.chunk?.session ?? 0,
            nextChunk: facts.chunk?.number ?? 0, consumedBytes: consumedBytes,
            aheadMs: pace.aheadMs, atBootMs: pace.atMs, media: media)
    }

    // MARK: The end of the body

    /// A header that waits for frames of this body is complete as it is.
    private func settleHeader() throws(PublishError) {
        ingest.settleHeader()
        try pushCarried()
    }

    /// Writes the frames that wait for their turn: no frames of this body follow.
    private func flush() throws(PublishError) {
        try settleHeader()
        batch.removeAll()
        ingest.flush(into: &batch)
        try commit()
    }

    /// The body is complete: leaves everything for the next one, and lets go of the lease.
    func finish() throws(PublishError) {
        if ingest.initialization == nil { try settleHeader() }
        guard let writer, ingest.initialization != nil else { throw .missingInitialization }
        // Behind a numbered body another one is expected, whose frames may belong before these.
        if facts.chunk == nil { try flush() }
        var state = state(media: ingest.state(), consumedBytes: 0)
        if facts.chunk != nil { state.nextChunk += 1 }
        do {
            try writer.suspend(state: state.encoded(), carry: ingest.carry)
        } catch {
            throw .ring(error)
        }
        // An empty body is no life.
        if takenBytes > 0 { writer.ring.status.lastIngestBootMs = writer.ring.bootNowMs }
        letGo()
    }

    /// The body broke off. A numbered chunk will be sent again: what is stored already says from where.
    func abandon(pausing: Bool) {
        guard let writer else { return }
        // Whatever was taken of an unnumbered body, what comes next does not continue it.
        if facts.chunk == nil && isAttached && takenBytes > 0 {
            try? flush()
            var state = state(media: ingest.state(), consumedBytes: 0)
            state.isBroken = true
            try? writer.suspend(state: state.encoded(), carry: [])
        }
        let isPaused = pausing && hasWritten
        if isPaused { writer.ring.status.pausedSinceBootMs = writer.ring.bootNowMs }
        letGo()
        guard isPaused else { return }
        environment.changes.announce()
        stream?.log(.gone)
    }

    private func letGo() {
        guard let writer else { return }
        notifier?.flush()
        writer.ring.status.writerChunk = nil
        writer.release()
        environment.doorbells.ring(mask: writer.ring.slots.waiting)
        self.writer = nil
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
