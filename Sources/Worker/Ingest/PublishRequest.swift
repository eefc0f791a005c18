// One POST or PUT of media, from its header section to its answer. Until it is its turn, what arrives
// is kept, uncredited, so flow control bounds it; then every byte goes straight to the ring.
//
// Owner: the worker's loop thread.

import HTTP
import LinuxIO
import Settings

final class PublishRequest: ExchangeHandler {
    private enum Phase {
        /// Waits for its turn.
        case waiting
        case writing(IngestSession)
        /// A chunk that was written before: its body is read and dropped.
        case repeating
        case answered
    }

    let exchange: Exchange
    private(set) var facts: PublishFacts
    /// By what right; nil under open publishing.
    let claim: PublishClaim?
    private unowned let queue: PublishQueue
    private let environment: IngestEnvironment
    private var phase = Phase.waiting
    /// What has come and is not credited, until the request has a ring: at most one request window. A
    /// session that has begun may lose the race for it, and then all of it is given to another one.
    private let body: WaitingBody
    private var isBodyComplete = false
    private let arrivedMs: UInt64
    /// The same for the order between workers: microseconds of the monotonic clock.
    let arrivedUs: UInt64
    /// When it has waited for its turn as long as one may.
    private var turnDeadlineMs: UInt64?
    private var withheldBytes = 0
    /// Because it is too far ahead of the clock.
    private var isHeldBack = false
    private var progress: BodyProgress?
    private var progressTimer: TimerID?
    private var saidSilent = false

    /// - Parameters:
    ///   - body: what has come already.
    ///   - isBodyComplete: nothing more comes.
    ///   - arrivedUs: when the request came, before it was known whether it may publish.
    init(
        exchange: Exchange, facts: PublishFacts, claim: PublishClaim?, body: WaitingBody,
        isBodyComplete: Bool, arrivedUs: UInt64, queue: PublishQueue,
        environment: IngestEnvironment
    ) {
        self.exchange = exchange
        self.facts = facts
        self.claim = claim
        self.body = body
        self.isBodyComplete = isBodyComplete
        self.queue = queue
        self.environment = environment
        self.arrivedUs = arrivedUs
        arrivedMs = environment.loop.nowMs
        exchange.bodyPatience = .continuous
        body.join(queue.waitingBytes)
        environment.publishers.change(by: 1)
        recognizeStart()
        if facts.chunk != nil { startTurnClock() }
    }

    /// From when the request could go on if it were its turn, or has begun without saying as what.
    /// (That the body comes at all is seen to by its session.)
    private func startTurnClock() {
        if turnDeadlineMs == nil { turnDeadlineMs = environment.loop.nowMs + Limits.chunkTurnMs }
    }

    var connectionID: UInt64 { exchange.request.connectionID }
    var ageMs: UInt64 { environment.loop.nowMs - arrivedMs }

    /// It has waited for its turn as long as one may.
    var isOverdue: Bool { turnDeadlineMs.map { environment.loop.nowMs >= $0 } ?? false }

    /// The session while it is this request that writes.
    var session: IngestSession? {
        if case .writing(let session) = phase { session } else { nil }
    }

    /// Nothing more can be learnt of what the body is.
    var isWellKnown: Bool {
        isBodyComplete || body.bytes.count >= Limits.sniffBytes || ageMs >= Limits.sniffMs
    }

    var isAnswered: Bool {
        if case .answered = phase { true } else { false }
    }

    var isWaiting: Bool {
        if case .waiting = phase { true } else { false }
    }

    /// Whether what is waiting, or the little that is known of it, looks like the middle of WebM.
    var looksLikeContinuation: Bool { WebMSniffer.looksLikeContinuation(body.bytes) }

    /// Brings up to date what depends on the moment and on who writes.
    func updateFacts(writerConnectionID: UInt64?) {
        facts.sharesConnectionWithWriter = writerConnectionID == connectionID
        facts.waitedMs = ageMs
    }

    /// It asks the silent writer of that broadcast to stop, so it need not fear to interrupt it.
    func replaces(_ writer: WriterFacts) {
        if facts.startsBroadcast { facts.replacedSession = writer.session }
    }

    /// Whether it is a body without a number of which it is known how it begins: those keep the order in
    /// which they arrived.
    var keepsOrder: Bool { facts.chunk == nil && facts.start != .unknown && isWaiting }

    /// It neither writes nor is it over.
    var needsPlace: Bool {
        switch phase {
        case .waiting, .repeating: true
        case .writing, .answered: false
        }
    }

    /// Takes a place among those who wait. Not nil: there is none.
    func takePlace() -> WaitingBound? { body.takePlace() }

    // MARK: The turn

    /// It is this request's turn: what was kept is written, then everything that follows.
    func write(with session: IngestSession) {
        phase = .writing(session)
        exchange.isMedia = true
        exchange.bodyPatience = .ofHandler
        let kept = body.bytes
        if !kept.isEmpty || session.isAttached {
            unsafe kept.withUnsafeBytes { unsafe feed($0, to: session) }
        }
        if isBodyComplete { finish() }
        guard self.session != nil else { return }
        follow(
            BodyProgress(session.isAttached ? mediaStage : .header, nowMs: environment.loop.nowMs))
        // Whoever has begun a broadcast keeps others from its name.
        if !session.isAttached, let bound = body.takePlace() { fail(.tooManyWait(bound)) }
    }

    /// Whoever has the lease is waited for as long as the stream lives without media.
    private var mediaStage: BodyProgress.Stage {
        .media(lifeMs: environment.patienceMs)
    }

    /// This chunk is already in the ring.
    func answerAsRepeated() {
        phase = .repeating
        exchange.credit(body.drop())
        if isBodyComplete { return answerAccepted() }
        follow(BodyProgress(.repeated, nowMs: environment.loop.nowMs))
    }

    /// Ends the request with that answer, whatever it was doing.
    func fail(_ error: PublishError) {
        let session = session
        answer { exchange.respond(error.problem, headers: queue.headers(for: exchange)) }
        // Of whoever may publish no more, nothing is to be expected for the moment.
        let isDenied = if case .denied = error { true } else { false }
        session?.abandon(pausing: isDenied)
        queue.finished(self)
    }

    /// Takes what has just come. As long as the ring is not this request's, it is kept as well.
    private func take(_ bytes: UnsafeRawBufferPointer, with session: IngestSession) {
        if !session.isAttached, let bound = unsafe body.keep(bytes, isOfTurn: true) {
            exchange.credit(bytes.count)
            return fail(.tooManyWait(bound))
        }
        unsafe feed(bytes, to: session)
    }

    private func feed(_ bytes: UnsafeRawBufferPointer, to session: IngestSession) {
        if let interruption = session.interruption {
            return unsafe failTaking(bytes, interruption)
        }
        let fragments = session.fragmentCount
        do {
            unsafe try session.feed(bytes)
        } catch {
            return unsafe session.hasLostRace(error) ? waitAgain() : failTaking(bytes, error)
        }
        guard session.isAttached else { return }
        let nowMs = environment.loop.nowMs
        if progress?.stage == .header { progress = BodyProgress(mediaStage, nowMs: nowMs) }
        if session.fragmentCount > fragments {
            progress?.moved(nowMs: nowMs)
            saidSilent = false
        } else {
            progress?.received(bytes.count, nowMs: nowMs)
        }
        body.leavePlace()
        let kept = body.drop()
        creditInTime(kept > 0 ? kept : bytes.count, session)
    }

    /// The bytes are not used; those that are kept are credited in any case.
    private func failTaking(_ bytes: UnsafeRawBufferPointer, _ error: PublishError) {
        if body.bytes.isEmpty { withheldBytes += bytes.count }
        fail(error)
    }

    /// Another worker has just made the ring that this request was to make. Whether it brings the same
    /// chunk or another broadcast is for the queue to see, when it looks again.
    private func waitAgain() {
        phase = .waiting
        exchange.bodyPatience = .continuous
        cancelProgressTimer()
        progress = nil
        queue.lostRace(self)
    }

    private func finish() {
        guard case .writing(let session) = phase else { return }
        do {
            try session.finish()
            answerAccepted()
        } catch {
            fail(error)
        }
    }

    private func answerAccepted() {
        environment.counters.add(.ingestChunks, 1)
        answer { exchange.respond(status: 204, headers: queue.headers(for: exchange), body: .none) }
        queue.finished(self)
    }

    private func answer(_ respond: () -> Void) {
        cancelProgressTimer()
        phase = .answered
        body.leavePlace()
        let unusedBytes = withheldBytes + body.drop()
        withheldBytes = 0
        if unusedBytes > 0 { exchange.credit(unusedBytes) }
        if !exchange.isOver { respond() }
    }

    // MARK: Back-pressure

    /// Opens the flow-control window again, at once or when the publisher is no longer too far ahead.
    private func creditInTime(_ bytes: Int, _ session: IngestSession) {
        guard bytes > 0 else { return }
        withheldBytes += bytes
        guard withheldBytes == bytes else { return }  // a timer is running already
        creditWhenDue(session)
    }

    /// What came in meanwhile counts too, so it is asked anew after each wait. Who has gone is not waited
    /// for: as long as nothing is read, nobody would notice.
    private func creditWhenDue(_ session: IngestSession) {
        let delayMs = session.holdBackMs()
        if delayMs == 0 || exchange.hasPeerEnded { return releaseCredit() }
        if !isHeldBack {
            isHeldBack = true
            environment.counters.add(.publishersHeldBack)
        }
        session.excuseSilence()
        progress?.moved(nowMs: environment.loop.nowMs)
        let waitMs = min(delayMs, Limits.heldBackNoteMs)
        environment.loop.schedule(afterMs: waitMs) { [weak self] in
            guard let self, let session = self.session else { return }
            session.noteHeldBack(ms: waitMs)
            self.creditWhenDue(session)
        }
    }

    private func releaseCredit() {
        let bytes = withheldBytes
        withheldBytes = 0
        isHeldBack = false
        exchange.credit(bytes)
    }

    // MARK: Progress

    /// From now on the body has to get somewhere.
    private func follow(_ next: BodyProgress) {
        progress = next
        watchProgress()
    }

    /// The timer is moved when it has run out and not with every byte.
    private func watchProgress() {
        guard progressTimer == nil, let progress else { return }
        let nowMs = environment.loop.nowMs
        let deadlineMs = progress.deadlineMs(nowMs: nowMs)
        guard nowMs < deadlineMs else { return fail(session?.giveUp() ?? .stalled) }
        // A silent body that begins to dribble has less time than a silent one.
        var lookAtMs = min(deadlineMs, nowMs + Limits.publishStallMs)
        if case .media = progress.stage, !saidSilent {
            if nowMs >= progress.silentAtMs {
                saidSilent = true
                session?.stream?.log(.silent)
            } else {
                lookAtMs = min(lookAtMs, progress.silentAtMs)
            }
        }
        progressTimer = environment.loop.schedule(afterMs: lookAtMs - nowMs) { [weak self] in
            self?.progressTimer = nil
            self?.watchProgress()
        }
    }

    private func cancelProgressTimer() {
        if let progressTimer { environment.loop.cancel(progressTimer) }
        progressTimer = nil
    }

    // MARK: ExchangeHandler

    func exchange(_ exchange: Exchange, didReceiveBody bytes: UnsafeRawBufferPointer) {
        switch phase {
        case .waiting:
            if let bound = unsafe body.keep(bytes) {
                exchange.credit(bytes.count)
                return fail(.tooManyWait(bound))
            }
            learnStart(had: body.bytes.count - bytes.count)
        case .writing(let session):
            unsafe take(bytes, with: session)
        case .repeating:
            progress?.received(bytes.count, nowMs: environment.loop.nowMs)
            exchange.credit(bytes.count)
        case .answered:
            exchange.credit(bytes.count)
        }
    }

    /// Asks for its turn only when the bytes tell something new: they may come one at a time. A chunk
    /// with a number has its place whatever is in it.
    private func learnStart(had bytesBefore: Int) {
        let knewStart = facts.start != .unknown
        recognizeStart()
        let knowsMore =
            (!knewStart && facts.start != .unknown)
            || (bytesBefore < Limits.sniffBytes && body.bytes.count >= Limits.sniffBytes)
        if facts.chunk == nil, knowsMore { queue.knowsMore() }
    }

    func exchangeDidFinishBody(_ exchange: Exchange) {
        isBodyComplete = true
        switch phase {
        case .waiting:
            recognizeStart()
            queue.knowsMore()
        case .writing: finish()
        case .repeating: answerAccepted()
        case .answered: break
        }
    }

    func exchangeDidClose(_ exchange: Exchange, cause: CloseCause) {
        environment.publishers.change(by: -1)
        cancelProgressTimer()
        body.leavePlace()
        body.drop()
        if case .answered = phase { return }
        let session = session
        phase = .answered
        session?.abandon(pausing: true)
        queue.finished(self)
    }

    private func recognizeStart() {
        guard facts.start == .unknown else { return }
        facts.start = WebMSniffer.start(of: body.bytes, isComplete: isBodyComplete)
        if facts.start != .unknown || !body.bytes.isEmpty, isWaiting { startTurnClock() }
    }
}
