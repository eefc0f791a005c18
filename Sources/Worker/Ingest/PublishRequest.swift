// One POST or PUT of media, from its header section to its answer. Until it is its turn, what arrives
// is kept, uncredited, so flow control bounds it; then every byte goes straight to the ring.
//
// Owner: the worker's loop thread.

import HTTP
import LinuxIO
import Settings

final class PublishRequest: ExchangeHandler {
    private enum Phase {
        /// Waits for its turn. What its bytes have told so far.
        case waiting(BodyGlimpse)
        case writing(IngestSession, BodyWatch, CreditGate)
        /// A chunk that was written before: its body is read and dropped.
        case repeating(BodyWatch)
        case answered
    }

    let id: TurnID
    let exchange: Exchange
    let facts: PublishFacts
    /// By what right; nil under open publishing.
    let claim: PublishClaim?
    private unowned let driver: TurnDriver
    private let environment: IngestEnvironment
    private var phase = Phase.waiting(BodyGlimpse())
    /// What has come and is not credited, until the request has a ring: at most one request window. A
    /// session that has begun may lose the race for it, and then all of it is given to another one.
    private let body: WaitingBody
    private var isBodyComplete = false
    private let arrivedMs: UInt64
    /// The same for the order between workers: microseconds of the monotonic clock.
    private let arrivedUs: UInt64

    /// - Parameters:
    ///   - body: what has come already.
    ///   - isBodyComplete: nothing more comes.
    ///   - arrivedUs: when the request came, before it was known whether it may publish.
    init(
        exchange: Exchange, facts: PublishFacts, claim: PublishClaim?, body: WaitingBody,
        isBodyComplete: Bool, arrivedUs: UInt64, driver: TurnDriver,
        environment: IngestEnvironment
    ) {
        id = driver.nextID()
        self.exchange = exchange
        self.facts = facts
        self.claim = claim
        self.body = body
        self.isBodyComplete = isBodyComplete
        self.driver = driver
        self.environment = environment
        self.arrivedUs = arrivedUs
        arrivedMs = environment.loop.nowMs
        exchange.bodyPatience = .continuous
        body.join(driver.waitingBytes)
        environment.publishers.change(by: 1)
        phase = .waiting(glimpse)
    }

    /// What is known of the body now.
    private var glimpse: BodyGlimpse {
        BodyGlimpse(
            of: body.bytes, isComplete: isBodyComplete, isNumbered: facts.chunk != nil)
    }

    /// What decides when it is its turn.
    var forItsTurn: TurnRequest {
        let glimpse = if case .waiting(let glimpse) = phase { glimpse } else { BodyGlimpse() }
        return TurnRequest(
            id: id, facts: facts, connectionID: exchange.request.connectionID,
            arrivedMs: arrivedMs, arrivedUs: arrivedUs, glimpse: glimpse)
    }

    /// The session while it is this request that writes.
    var session: IngestSession? {
        if case .writing(let session, _, _) = phase { session } else { nil }
    }

    var isAnswered: Bool {
        if case .answered = phase { true } else { false }
    }

    var isWaiting: Bool {
        if case .waiting = phase { true } else { false }
    }

    /// Takes a place among those who wait, if it is one of them. Not nil: there is none.
    func takePlace() -> WaitingBound? {
        switch phase {
        case .waiting, .repeating: body.takePlace()
        case .writing, .answered: nil
        }
    }

    // MARK: The turn

    /// It is this request's turn: what was kept is written, then everything that follows.
    func write(with session: IngestSession) {
        let watch = BodyWatch(
            session.isAttached ? mediaStage : .header, loop: environment.loop,
            onSilent: { session.stream?.log(.silent) },
            onDead: { [weak self] in self?.fail(session.giveUp()) })
        let gate = CreditGate(exchange, session, watch, environment)
        phase = .writing(session, watch, gate)
        exchange.isMedia = true
        exchange.bodyPatience = .ofHandler
        let kept = body.bytes
        if !kept.isEmpty || session.isAttached {
            unsafe kept.withUnsafeBytes { unsafe feed($0, to: session, watch, gate) }
        }
        if isBodyComplete { finish() }
        guard self.session != nil else { return }
        watch.start()
        // Whoever has begun a broadcast keeps others from its name.
        if !session.isAttached, let bound = body.takePlace() { fail(.tooManyWait(bound)) }
    }

    /// Whoever has the lease is waited for as long as the stream lives without media.
    private var mediaStage: BodyProgress.Stage { .media(lifeMs: environment.patienceMs) }

    /// This chunk is already in the ring.
    func answerAsRepeated() {
        let watch = BodyWatch(
            .repeated, loop: environment.loop, onDead: { [weak self] in self?.fail(.stalled) })
        phase = .repeating(watch)
        exchange.credit(body.drop())
        if isBodyComplete { return answerAccepted() }
        watch.start()
    }

    /// Ends the request with that answer, whatever it was doing.
    func fail(_ error: PublishError) {
        guard !isAnswered else { return }
        let session = session
        answer { exchange.respond(error.problem, headers: driver.headers(for: exchange)) }
        // A publisher whose right was withdrawn is not expected back soon.
        let isDenied = if case .denied = error { true } else { false }
        session?.abandon(pausing: isDenied)
        driver.finished(self)
    }

    /// Takes what has just come. As long as the ring is not this request's, it is kept as well.
    private func take(
        _ bytes: UnsafeRawBufferPointer, _ session: IngestSession, _ watch: BodyWatch,
        _ gate: CreditGate
    ) {
        if !session.isAttached, let bound = unsafe body.keep(bytes, isOfTurn: true) {
            exchange.credit(bytes.count)
            return fail(.tooManyWait(bound))
        }
        unsafe feed(bytes, to: session, watch, gate)
    }

    private func feed(
        _ bytes: UnsafeRawBufferPointer, to session: IngestSession, _ watch: BodyWatch,
        _ gate: CreditGate
    ) {
        if let interruption = session.interruption {
            return unsafe failTaking(bytes, interruption, gate)
        }
        let fragments = session.fragmentCount
        do {
            unsafe try session.feed(bytes)
        } catch {
            return unsafe session.hasLostRace(error)
                ? waitAgain(watch) : failTaking(bytes, error, gate)
        }
        guard session.isAttached else { return }
        if watch.progress.stage == .header { watch.begin(mediaStage) }
        if session.fragmentCount > fragments {
            watch.moved()
        } else {
            watch.received(bytes.count)
        }
        body.leavePlace()
        let kept = body.drop()
        gate.credit(kept > 0 ? kept : bytes.count)
    }

    /// The bytes are not used; those that are kept are credited in any case.
    private func failTaking(
        _ bytes: UnsafeRawBufferPointer, _ error: PublishError, _ gate: CreditGate
    ) {
        if body.bytes.isEmpty { gate.withhold(bytes.count) }
        fail(error)
    }

    /// Another worker has just made the ring that this request was to make. Whether it brings the same
    /// chunk or another broadcast is seen when it is looked at again.
    private func waitAgain(_ watch: BodyWatch) {
        watch.stop()
        phase = .waiting(glimpse)
        exchange.bodyPatience = .continuous
        driver.lostRace(self)
    }

    private func finish() {
        guard let session else { return }
        do {
            try session.finish()
            answerAccepted()
        } catch {
            fail(error)
        }
    }

    private func answerAccepted() {
        environment.counters.add(.ingestChunks, 1)
        answer {
            exchange.respond(status: 204, headers: driver.headers(for: exchange), body: .none)
        }
        driver.finished(self)
    }

    private func answer(_ respond: () -> Void) {
        let unusedBytes = leavePhase() + body.drop()
        exchange.credit(unusedBytes)
        if !exchange.isOver { respond() }
    }

    /// It neither waits nor writes any more. The bytes that were not credited while it wrote.
    private func leavePhase() -> Int {
        defer { phase = .answered }
        body.leavePlace()
        switch phase {
        case .writing(_, let watch, let gate):
            watch.stop()
            return gate.takeWithheld()
        case .repeating(let watch):
            watch.stop()
            return 0
        case .waiting, .answered:
            return 0
        }
    }

    // MARK: ExchangeHandler

    func exchange(_ exchange: Exchange, didReceiveBody bytes: UnsafeRawBufferPointer) {
        switch phase {
        case .waiting(let glimpse):
            if let bound = unsafe body.keep(bytes) {
                exchange.credit(bytes.count)
                return fail(.tooManyWait(bound))
            }
            learn(glimpse, bytesBefore: body.bytes.count - bytes.count)
        case .writing(let session, let watch, let gate):
            unsafe take(bytes, session, watch, gate)
        case .repeating(let watch):
            watch.received(bytes.count)
            exchange.credit(bytes.count)
        case .answered:
            exchange.credit(bytes.count)
        }
    }

    func exchangeDidFinishBody(_ exchange: Exchange) {
        isBodyComplete = true
        switch phase {
        case .waiting(let glimpse): learn(glimpse, bytesBefore: body.bytes.count)
        case .writing: finish()
        case .repeating: answerAccepted()
        case .answered: break
        }
    }

    /// Says what is known of the body now, when that is more than before: bytes may come one at a time.
    private func learn(_ glimpse: BodyGlimpse, bytesBefore: Int) {
        let next = glimpse.after(
            body.bytes, bytesBefore: bytesBefore, isComplete: isBodyComplete,
            isNumbered: facts.chunk != nil)
        guard next != glimpse else { return }
        phase = .waiting(next)
        driver.learned(self, next)
    }

    func exchangeDidClose(_ exchange: Exchange, cause: CloseCause) {
        environment.publishers.change(by: -1)
        let wasAnswered = isAnswered
        let session = session
        _ = leavePhase()
        body.drop()
        if wasAnswered { return }
        session?.abandon(pausing: true)
        driver.finished(self)
    }
}
