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
    private let environment: WorkerEnvironment
    private var phase = Phase.waiting
    /// Received, but not used and not credited: at most one request window.
    private var pending: [UInt8] = []
    /// What a session was given before its ring was its own, not credited: it may have to be given to
    /// another one.
    private var beginning: [UInt8] = []
    private var isBodyComplete = false
    private let arrivedMs: UInt64
    private var withheldBytes = 0
    /// Because it is too far ahead of the clock.
    private var isHeldBack = false
    private var turnTimer: TimerID?
    private var headerTimer: TimerID?

    init(
        exchange: Exchange, facts: PublishFacts, claim: PublishClaim?, queue: PublishQueue,
        environment: WorkerEnvironment
    ) {
        self.exchange = exchange
        self.facts = facts
        self.claim = claim
        self.queue = queue
        self.environment = environment
        arrivedMs = environment.loop.nowMs
        exchange.bodyPatience = .continuous
        environment.publisherCountChanged(by: 1)
        isBodyComplete = !exchange.request.hasBody
        if isBodyComplete { recognizeStart() }
        if facts.chunk != nil || facts.start != .unknown { startTurnTimer() }
    }

    /// From when the request could go on if it were its turn, or has begun without saying as what.
    /// (That the body comes at all is seen to by its session.)
    private func startTurnTimer() {
        guard turnTimer == nil else { return }
        turnTimer = environment.loop.schedule(afterMs: Limits.chunkTurnMs) { [weak self] in
            guard let self, self.isWaiting else { return }
            self.queue.turnTimedOut(self)
        }
    }

    var connectionID: UInt64 { exchange.request.connectionID }
    var ageMs: UInt64 { environment.loop.nowMs - arrivedMs }

    /// The session while it is this request that writes.
    var session: IngestSession? {
        if case .writing(let session) = phase { session } else { nil }
    }

    /// Nothing more can be learnt of what the body is.
    var isWellKnown: Bool {
        isBodyComplete || pending.count >= Limits.sniffBytes || ageMs >= Limits.sniffMs
    }

    var isAnswered: Bool {
        if case .answered = phase { true } else { false }
    }

    var isWaiting: Bool {
        if case .waiting = phase { true } else { false }
    }

    /// Brings up to date what depends on the moment and on who writes.
    func updateFacts(writerConnectionID: UInt64?) {
        facts.sharesConnectionWithWriter = writerConnectionID == connectionID
        facts.waitedMs = ageMs
    }

    // MARK: The turn

    /// It is this request's turn: what was kept is written, then everything that follows.
    func write(with session: IngestSession) {
        phase = .writing(session)
        exchange.isMedia = true
        let kept = takePending()
        unsafe kept.withUnsafeBytes { bytes in unsafe take(bytes, with: session) }
        if isBodyComplete { finish() }
        if self.session?.isAttached == false { startHeaderTimer() }
    }

    /// Whoever has begun a broadcast keeps others from its name, and its bytes are not credited before
    /// the header is complete, so that no other clock runs.
    private func startHeaderTimer() {
        guard headerTimer == nil else { return }
        headerTimer = environment.loop.schedule(afterMs: Limits.publishHeaderMs) { [weak self] in
            guard let self else { return }
            self.headerTimer = nil
            if self.session?.isAttached == false { self.fail(.stalled) }
        }
    }

    /// This chunk is already in the ring.
    func answerAsRepeated() {
        phase = .repeating
        exchange.credit(takePending().count)
        if isBodyComplete { answerAccepted() }
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

    /// Whether what is waiting, or the little that is known of it, looks like the middle of WebM.
    var looksLikeContinuation: Bool { WebMSniffer.looksLikeContinuation(pending) }

    private func take(_ bytes: UnsafeRawBufferPointer, with session: IngestSession) {
        if let interruption = session.interruption { return fail(interruption) }
        if !session.isAttached { unsafe beginning.append(contentsOf: bytes) }
        do {
            unsafe try session.feed(bytes)
        } catch {
            return session.hasLostRace(error) ? waitAgain() : fail(error)
        }
        guard session.isAttached else { return }
        let unused = beginning.isEmpty ? bytes.count : beginning.count
        beginning = []
        creditInTime(unused, session)
    }

    /// Another worker has just made the ring that this request was to make. Whether it brings the same
    /// chunk or another broadcast is for the queue to see, when it looks again.
    private func waitAgain() {
        phase = .waiting
        pending = beginning
        environment.waitingBytes += pending.count
        beginning = []
        queue.lostRace(self)
    }

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
            environment.counters.add(.publishersHeldBack, slot: environment.slot)
        }
        session.excuseSilence()
        let waitMs = min(delayMs, Limits.publisherSilenceMs / 2)
        environment.loop.schedule(afterMs: waitMs) { [weak self] in
            guard let self, let session = self.session else { return }
            self.creditWhenDue(session)
        }
    }

    private func releaseCredit() {
        let bytes = withheldBytes
        withheldBytes = 0
        isHeldBack = false
        exchange.credit(bytes)
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
        environment.counters.add(.ingestChunks, 1, slot: environment.slot)
        answer { exchange.respond(status: 204, headers: queue.headers(for: exchange), body: .none) }
        queue.finished(self)
    }

    private func cancelTimers() {
        for timer in [turnTimer, headerTimer] {
            if let timer { environment.loop.cancel(timer) }
        }
        turnTimer = nil
        headerTimer = nil
    }

    private func answer(_ respond: () -> Void) {
        cancelTimers()
        phase = .answered
        let unusedBytes = withheldBytes + beginning.count + takePending().count
        withheldBytes = 0
        beginning = []
        if unusedBytes > 0 { exchange.credit(unusedBytes) }
        if !exchange.isOver { respond() }
    }

    // MARK: ExchangeHandler

    func exchange(_ exchange: Exchange, didReceiveBody bytes: UnsafeRawBufferPointer) {
        switch phase {
        case .waiting:
            guard environment.waitingBytes + bytes.count <= Limits.waitingBytesPerWorker else {
                exchange.credit(bytes.count)
                return fail(.tooBusy)
            }
            unsafe keep(bytes)
        case .writing(let session):
            unsafe take(bytes, with: session)
        case .repeating, .answered:
            exchange.credit(bytes.count)
        }
    }

    /// Asks for its turn only when the bytes tell something new: they may come one at a time. A chunk
    /// with a number has its place whatever is in it.
    private func keep(_ bytes: UnsafeRawBufferPointer) {
        let knewStart = facts.start != .unknown
        let knewEnough = pending.count >= Limits.sniffBytes
        unsafe pending.append(contentsOf: bytes)
        environment.waitingBytes += bytes.count
        recognizeStart()
        let knowsMore =
            (!knewStart && facts.start != .unknown)
            || (!knewEnough && pending.count >= Limits.sniffBytes)
        if facts.chunk == nil, knowsMore { queue.advance() }
    }

    func exchangeDidFinishBody(_ exchange: Exchange) {
        isBodyComplete = true
        switch phase {
        case .waiting:
            recognizeStart()
            queue.advance()
        case .writing: finish()
        case .repeating: answerAccepted()
        case .answered: break
        }
    }

    func exchangeDidClose(_ exchange: Exchange, cause: CloseCause) {
        environment.publisherCountChanged(by: -1)
        cancelTimers()
        _ = takePending()
        if case .answered = phase { return }
        let session = session
        phase = .answered
        session?.abandon(pausing: true)
        queue.finished(self)
    }

    private func takePending() -> [UInt8] {
        environment.waitingBytes -= pending.count
        defer { pending = [] }
        return pending
    }

    private func recognizeStart() {
        guard facts.start == .unknown else { return }
        facts.start = WebMSniffer.start(of: pending, isComplete: isBodyComplete)
        if facts.start != .unknown || !pending.isEmpty, isWaiting { startTurnTimer() }
    }
}
