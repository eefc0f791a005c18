// The writing half of one publish request: bytes of a body in, fragments in the ring out. Its parser
// knows the format, and its writer knows the ring. This is what lies between: which bytes are new, how
// much media they bring, and what the next worker needs to go on from exactly there (see IngestState).
// That is stored in the ring with every commit.
//
// A session that begins a new stream has no lease until its header is complete: another may be quicker.
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
import Telemetry

final class IngestSession {
    private let facts: PublishFacts
    private let environment: IngestEnvironment
    private let writer: BroadcastWriter
    private var format = BroadcastFormat.webM
    private var parser: any BroadcastParser
    /// Bytes of the broadcast have come, so its format is known.
    private var isFormatKnown = false
    /// What the ring's last broadcast left there; nil when this one is resumed.
    private let pastState: IngestState?
    private var batch = FragmentBatch()
    private var pace: IngestPace
    private var advance = MediaAdvance()
    /// Bytes of this body that an earlier attempt has already brought into the ring.
    private var skipBytes: UInt64 = 0
    /// Bytes of this body taken so far, the skipped ones included.
    private var takenBytes: UInt64 = 0
    /// Pieces of media that this body has brought.
    private(set) var fragmentCount: UInt64 = 0
    private var lossLog = LossLog()
    /// The name of the request that brings the body, for lines about it.
    var requestName: (() -> String)?

    /// Starts a broadcast. `lease` is that of the ring to be continued or replaced.
    init(
        beginning name: StreamName, facts: PublishFacts, on stream: LiveStream?,
        lease: RingWriter?, streams: LiveStreams, environment: IngestEnvironment
    ) {
        self.facts = facts
        self.environment = environment
        pastState = lease.flatMap { IngestState(decoding: $0.state) }
        parser = format.parser(limits: environment.mediaLimits)
        pace = IngestPace(atMs: lease?.ring.bootNowMs ?? BootClock.nowMs())
        writer = BroadcastWriter(
            name, facts: facts, on: stream, lease: lease, streams: streams,
            environment: environment)
        if let lease { continueSegments(of: lease.ring) }
    }

    /// Goes on where the last body stopped.
    init(
        resuming state: IngestState, facts: PublishFacts, on stream: LiveStream,
        lease: RingWriter, streams: LiveStreams, environment: IngestEnvironment
    ) throws(MediaError) {
        self.facts = facts
        self.environment = environment
        var parser = try state.format.parser(
            resuming: state.media, carry: lease.carry, initialization: stream.initialization,
            limits: environment.mediaLimits)
        // Without numbers, nothing says how a body that broke off would have gone on.
        if facts.chunk == nil && (state.isBroken || lease.recoveredFromCrash) {
            parser.resynchronize()
        }
        pastState = nil
        skipBytes = facts.chunk == nil ? 0 : state.consumedBytes
        pace = IngestPace(aheadMs: state.aheadMs, atMs: state.atBootMs)
        advance = MediaAdvance(continuingAtMs: parser.nextMediaTimeMs)
        format = state.format
        self.parser = parser
        isFormatKnown = true
        writer = BroadcastWriter(
            stream.name, facts: facts, on: stream, lease: lease, streams: streams,
            environment: environment)
        writer.attach()
    }

    // MARK: What others may know

    var stream: LiveStream? { writer.stream }
    var isAttached: Bool { writer.isAttached }
    var heardMs: UInt64 { writer.heardMs }
    var interruption: PublishError? { writer.interruption }

    /// What the stream says of itself has perhaps changed.
    func show(_ about: About) { writer.show(about) }

    func hasLostRace(_ error: PublishError) -> Bool { writer.hasLostRace(error) }

    /// Why the request has to stop, now that its body has been silent or made no progress for so long.
    /// As a rule, that has ended its stream.
    func giveUp() -> PublishError {
        stream?.endIfOver()
        return interruption ?? .stalled
    }

    // MARK: Writing

    /// Takes bytes of the body. What was complete before an error is committed all the same.
    func feed(_ bytes: UnsafeRawBufferPointer) throws(PublishError) {
        // Until its header is complete, bytes are no sign of life: such a body may not hold a name.
        if isAttached, bytes.count > 0 { writer.showLife() }
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

    /// The most that is parsed at once. What a piece and an unfinished block complete together fits into
    /// one fragment, even of the smallest ring.
    private static let pieceBytes = 16 * 1_024

    private func push(_ bytes: UnsafeRawBufferPointer) throws(PublishError) -> PushResult {
        if !isFormatKnown, bytes.count > 0 { unsafe chooseFormat(by: bytes) }
        batch.removeAll()
        parser.arrivedMs = writer.steadyWallMs
        let result: PushResult
        do {
            let span = unsafe bytes.assumingMemoryBound(to: UInt8.self).span
            result = try parser.push(span, into: &batch)
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

    /// A format that we do not know is left to the usual parser to refuse.
    private func chooseFormat(by bytes: UnsafeRawBufferPointer) {
        isFormatKnown = true
        let sniffed = unsafe BroadcastFormat.sniff(bytes) ?? format
        guard sniffed != format else { return }
        format = sniffed
        parser = format.parser(limits: environment.mediaLimits)
        if let ring = writer.ring { continueSegments(of: ring) }
    }

    /// The ring's segments go on where its last broadcast stopped. When its state cannot be read (another
    /// version has written it), they go on with the numbers after the newest record, or with those that
    /// the ring began with.
    private func continueSegments(of ring: Ring) {
        if let pastState, pastState.format == format,
            (try? parser.continueSegments(of: pastState.media)) != nil
        {
            return
        }
        if let record = ring.newestSegmentRecord {
            return parser.beginSegments(
                ordinal: record.ordinal + 1, discontinuities: record.discontinuityOrdinal + 1,
                plan: record.plan)
        }
        parser.beginSegments(
            ordinal: ring.baseOrdinals.segment, discontinuities: ring.baseOrdinals.discontinuity,
            plan: nil)
    }

    /// Publishes what the last push completed.
    private func commit() throws(PublishError) {
        guard !batch.fragments.isEmpty else { return }
        guard let nowMs = writer.ringNowMs else {
            throw .media(.malformed("media before its header"))
        }
        let bytes = batch.bytes
        for fragment in batch.fragments {
            let mediaMs = advance.add(
                startMs: fragment.mediaTimeMs, durationMs: Int64(fragment.durationMs),
                isDiscontinuity: fragment.isDiscontinuity)
            pace.add(mediaMs: mediaMs, nowMs: nowMs)
            let state = state(
                media: fragment.state, consumedBytes: takenBytes + UInt64(fragment.consumedInput))
            try unsafe writer.append(
                bytes.span.extracting(fragment.bytes).bytes, fragment, atMs: nowMs,
                state: state.encoded())
            if fragment.segmentRecord != nil { adviseOnRingSize() }
        }
        fragmentCount += UInt64(batch.fragments.count)
        writer.announce(bytes: bytes.count, atMs: nowMs)
    }

    /// Once for each ring, whichever worker takes in the body with which it becomes clear.
    private func adviseOnRingSize() {
        guard let ring = writer.ring, let plan = parser.segmentPlan else { return }
        let ringBytes = ring.geometry.dataBytes
        guard
            parser.segmentOrdinals.next
                > ring.baseOrdinals.segment + RingSizeAdvice.enoughSegments,
            let neededBytes = RingSizeAdvice.neededBytes(
                targetDurationMs: plan.targetDurationMs, ringBytes: ringBytes,
                capacityMs: writer.capacityMs),
            ring.status.claimRingSizeAdvice()
        else { return }
        environment.logger.report(
            .ringTooSmall,
            "the ring is too small for HLS: key frames are seldom for its bit rate (--ring-size)",
            metadata: [
                "stream": "\(writer.name)", "ringMiB": "\(ringBytes >> 20)",
                "neededMiB": "\(neededBytes >> 20)", "request": "\(request)",
            ])
    }

    /// Continues the stream with a new header, or makes a new ring when its tracks differ.
    private func adopt(_ initialization: Initialization) throws(PublishError) {
        advance.restart()
        if let endMs = writer.timelineEndMs(ifCompatibleWith: initialization) {
            parser.continueTimeline(atMs: endMs)
            return writer.attach()
        }
        let ordinals = writer.ordinalsOfNewRing(reached: parser.segmentOrdinals)
        let plan = parser.segmentPlan
        parser.beginSegments(
            ordinal: ordinals.segment, discontinuities: ordinals.discontinuity,
            plan: plan.flatMap { writer.keepsPromises(madeFor: $0) ? $0 : nil })
        try writer.makeRing(
            initialization.bytes, ordinals: ordinals,
            state: state(consumedBytes: takenBytes).encoded())
        try keepCarried()
        environment.changes.announce()
        environment.logger.report(
            .streamStarted, "stream started",
            metadata: [
                "stream": "\(writer.name)",
                "tracks": "\(initialization.tracks.map(\.codec).joined(separator: ","))",
                "request": "\(request)",
            ])
    }

    /// Keeps frames that came before their header was complete: no later body brings them again.
    private func keepCarried() throws(PublishError) {
        let carry = parser.carry
        guard !carry.isEmpty else { return }
        try writer.suspend(state: state(consumedBytes: takenBytes).encoded(), carry: carry)
    }

    /// - Parameter media: the parser's state; nil for the state it has now.
    private func state(media: [UInt8]? = nil, consumedBytes: UInt64) -> IngestState {
        IngestState(
            identity: facts.identity, session: facts.chunk?.session ?? 0,
            nextChunk: facts.chunk?.number ?? 0, consumedBytes: consumedBytes,
            aheadMs: pace.aheadMs, atBootMs: pace.atMs, format: format,
            media: media ?? parser.state())
    }

    /// The parser passed over impossible media. That is logged, but no reason to end the broadcast.
    private func note(losses: Int) {
        writer.note(losses: losses)
        guard let count = lossLog.add(losses, nowMs: environment.loop.nowMs) else { return }
        environment.logger.report(
            .mediaBroken, "media was broken and passed over",
            metadata: [
                "stream": "\(writer.name)", "losses": "\(count)", "request": "\(request)",
            ])
    }

    private var request: String { requestName?() ?? "none" }

    // MARK: The end of the body

    /// Completes a header that waits for frames: this body brings no more.
    private func settleHeader() throws(PublishError) {
        parser.settleHeader()
        try pushCarried()
    }

    /// Writes the frames that are still held back: no more frames of this body follow.
    private func flush() throws(PublishError) {
        try settleHeader()
        batch.removeAll()
        parser.flush(into: &batch)
        try commit()
    }

    /// The body is complete: stores everything for the next one, and lets go of the lease.
    func finish() throws(PublishError) {
        if parser.initialization == nil { try settleHeader() }
        guard writer.holdsLease, parser.initialization != nil else { throw .missingInitialization }
        // Another body is expected after a numbered one, and its frames may belong before these.
        if facts.chunk == nil { try flush() }
        var state = state(consumedBytes: 0)
        if facts.chunk != nil { state.nextChunk += 1 }
        try writer.suspend(state: state.encoded(), carry: parser.carry)
        // An empty body is no sign of life.
        if takenBytes > 0 { writer.noteIngest() }
        writer.letGo()
    }

    /// The body broke off. A numbered chunk will be sent again; what is stored already says from where.
    func abandon(pausing: Bool) {
        guard writer.holdsLease else { return }
        // However much was taken of an unnumbered body, the next one does not continue it.
        if facts.chunk == nil && isAttached && takenBytes > 0 {
            try? flush()
            var state = state(consumedBytes: 0)
            state.isBroken = true
            try? writer.suspend(state: state.encoded(), carry: parser.carryOfAnotherBody)
        }
        writer.letGo(isPausing: pausing && fragmentCount > 0)
    }

    // MARK: Holding back

    /// How long to hold the publisher back: it may be ahead of the clock by half of what the ring holds,
    /// in time and in bytes.
    func holdBackMs() -> UInt64 {
        guard let nowMs = writer.ringNowMs else { return 0 }
        let allowedMs = min(environment.ringMs, writer.capacityMs ?? environment.ringMs) / 2
        return pace.delayMs(allowedMs: allowedMs, nowMs: nowMs)
    }

    /// Nothing comes because the publisher is held back. That neither pauses nor ends its stream, and
    /// does not let another request take over.
    func excuseSilence() { writer.excuseSilence() }

    /// Notes that the publisher was held back for so long.
    func noteHeldBack(ms: UInt64) { writer.noteHeldBack(ms: ms) }
}
