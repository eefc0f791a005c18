// One POST or PUT of media, from its header section to its answer. Until its turn comes, the bytes that
// arrive are kept and not credited, so flow control bounds them; then every byte goes straight to the
// ring.
//
// Owner: the worker's loop thread.

import HTTP
import LinuxIO
import Settings

final class PublishRequest: ExchangeHandler {
    private enum Phase {
        /// Waits for its turn, with what its bytes have told so far.
        case waiting(BodyGlimpse)
        case writing(IngestSession, BodyWatch, CreditGate)
        /// A chunk that was written before: its body is read and dropped.
        case repeating(BodyWatch)
        case answered
    }

    let id: TurnID
    let exchange: Exchange
    let facts: PublishFacts
    /// What entitles it to publish; nil under open publishing.
    let claim: PublishClaim?
    private unowned let driver: TurnDriver
    private let environment: IngestEnvironment
    private var phase = Phase.waiting(BodyGlimpse())
    /// What has come and is not credited, until the request has a ring: at most one request window. A
    /// session that has begun may lose the race for the ring; then another session is given all of it.
    private let body: WaitingBody
    private var isBodyComplete = false
    private let arrivedMs: UInt64
    /// When it came, for the order between workers: microseconds of the monotonic clock.
    private let arrivedUs: UInt64

    /// - Parameters:
    ///   - body: the bytes that have come already.
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

    /// What decides whether its turn has come.
    var forItsTurn: TurnRequest {
        let glimpse = if case .waiting(let glimpse) = phase { glimpse } else { BodyGlimpse() }
        return TurnRequest(
            id: id, facts: facts, connectionID: exchange.request.connectionID,
            arrivedMs: arrivedMs, arrivedUs: arrivedUs, glimpse: glimpse)
    }

    /// The session while this request is the one that writes.
    var session: IngestSession? {
        if case .writing(let session, _, _) = phase { session } else { nil }
    }

    var isAnswered: Bool {
        if case .answered = phase { true } else { false }
    }

    var isWaiting: Bool {
        if case .waiting = phase { true } else { false }
    }

    /// Takes a place among those who wait, if it has to. Returns the bound that was reached when there
    /// is none.
    func takePlace() -> WaitingBound? {
        switch phase {
        case .waiting, .repeating: body.takePlace()
        case .writing, .answered: nil
        }
    }

    // MARK: The turn

    /// The turn is this request's: writes what was kept, then everything that follows.
    func write(with session: IngestSession) {
        session.requestName = { [exchange] in exchange.requestID }
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
        // A broadcast that has begun keeps others from its name.
        if !session.isAttached, let bound = body.takePlace() { fail(.tooManyWait(bound)) }
    }

    /// The holder of the lease has as long as a stream lives without media.
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

    /// Ends the request with that answer, in any phase.
    func fail(_ error: PublishError) {
        end(error.problem, isLogged: !error.isOrdinary, pausing: false)
    }

    /// The same when its publisher has lost the right to publish, and so is not expected back soon.
    func deny(_ problem: Problem) { end(problem, isLogged: true, pausing: true) }

    private func end(_ problem: Problem, isLogged: Bool, pausing: Bool) {
        guard !isAnswered else { return }
        let session = session
        answer { driver.refuse(exchange, problem, isLogged: isLogged) }
        session?.abandon(pausing: pausing)
        driver.finished(self)
    }

    /// Takes bytes that have just come. Until the ring is this request's, they are kept as well.
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

    /// The bytes are not used. Bytes that are kept are credited in any case.
    private func failTaking(
        _ bytes: UnsafeRawBufferPointer, _ error: PublishError, _ gate: CreditGate
    ) {
        if body.bytes.isEmpty { gate.withhold(bytes.count) }
        fail(error)
    }

    /// Another worker has just made the ring that this request was to make. The next look shows whether
    /// that worker has the same chunk or another broadcast.
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

    /// Leaves its phase: the request neither waits nor writes any more. Returns the bytes that were not
    /// credited while it wrote.
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

    /// Passes on what is known of the body if it is more than before: bytes may come one at a time.
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
