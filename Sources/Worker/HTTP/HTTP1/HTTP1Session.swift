// One HTTP/1.1 connection: the parser's events on one side, exchanges on the other. Requests are served
// one after another. Requests that a client sends ahead wait, unread, for the earlier response.
//
// Flow control is the socket's: nothing is read while the handler has not credited a window's worth of
// body bytes, or while a pipelined request waits. The bytes of one read are taken in any case, so a
// window is exceeded by one receive buffer at most.
//
// The data of a request is part of its phase (HTTP1Phase), so nothing of it is left when the next one
// comes.
//
// Unsafe use: received bytes are used during the call that brings them. Owner: the loop's thread.

import LinuxIO

@safe
final class HTTP1Session: ProtocolSession {
    /// What the peer may still send.
    private enum Input: Equatable {
        case open
        /// It sends nothing more.
        case ended
        /// What it sends is of no interest.
        case ignored
    }

    let connection: Connection
    let limits: HTTPLimits
    let buffers: SharedBuffers
    private var parser: HTTP1Parser
    private(set) var phase = HTTP1Phase.between(headSinceMs: nil)
    private var input = Input.open
    /// The bytes after a request that is not answered yet.
    private var held: [UInt8] = []
    /// The present request is the last one.
    private var isDraining = false
    /// It came while the server was draining already, so that is no reason to close it unanswered.
    private var servesLast = false
    private var closesIdle = false
    private var requestCount: UInt32 = 0
    /// Requests that were begun in this turn, directly one after another.
    private var requestsThisTurn = 0
    var outgoing = HTTP1Outgoing()

    init(connection: Connection) {
        self.connection = connection
        limits = connection.server.limits
        buffers = connection.server.buffers
        parser = HTTP1Parser(limits: limits, isSecure: unsafe connection.ssl != nil)
    }

    var nowMs: UInt64 { connection.server.loop.nowMs }

    // MARK: Receiving

    var wantsInput: Bool {
        guard input == .open, held.isEmpty else { return false }
        return (phase.turn?.exchange.body.uncreditedBytes ?? 0) < limits.requestWindowBytes
    }

    var headerSectionSinceMs: UInt64? { phase.headSinceMs }

    func receive(_ bytes: UnsafeRawBufferPointer) -> Bool {
        if input == .ignored { return true }
        requestsThisTurn = 0
        if !held.isEmpty || phase.isAnswering {
            unsafe held.append(contentsOf: bytes)
        } else {
            unsafe consume(bytes)
        }
        return true
    }

    /// A client that ends its side still gets the answer to a complete request, or an answer that did
    /// not wait for all of its request. Live responses are different, because they have no end: a viewer
    /// who says goodbye is gone.
    func receiveEnd() -> Bool {
        if input == .open { input = .ended }
        if let turn = phase.turn, turn.endsWithInput { finishRequest() }
        switch phase {
        case .between, .over:
            // Sends what is under way to its end.
            let isSending = !outgoing.isEmpty || connection.isBlocked
            if isSending { finish() }
            return isSending
        case .receiving(let turn):
            return turn.exchange.hasResponded && !turn.exchange.isEndless
        case .answering(let turn):
            return !turn.exchange.isEndless
        }
    }

    private func consume(_ bytes: UnsafeRawBufferPointer) {
        let span = unsafe bytes.assumingMemoryBound(to: UInt8.self).span
        var position = 0
        var wantsMore = false
        while !wantsMore, input != .ignored, !phase.isAnswering {
            switch parser.next(in: span, from: &position) {
            case .needsMore: wantsMore = true
            case .head(let head): begin(head)
            case .body(let range):
                // Bytes that are not wanted need no credit.
                _ = unsafe phase.turn?.exchange.receiveBody(
                    UnsafeRawBufferPointer(rebasing: bytes[range]))
            case .end: finishRequest()
            case .failure(let failure): fail(failure.problem)
            }
        }
        if phase.isAnswering, position < bytes.count {
            unsafe held.append(contentsOf: bytes[position...])
        }
        guard case .between(let sinceMs) = phase else { return }
        phase = .between(headSinceMs: parser.isInsideHead ? sinceMs ?? nowMs : nil)
    }

    var hasHeldInput: Bool { !held.isEmpty && phase.isBetween }

    /// The response has been sent: the turn goes to the request that waited behind it.
    func receiveHeld() -> Bool {
        requestsThisTurn = 0
        consumeHeld()
        lookForEnd()
        return true
    }

    private func consumeHeld() {
        requestsThisTurn += 1
        let bytes = held
        held = []
        unsafe bytes.withUnsafeBytes { unsafe consume($0) }
    }

    private func begin(_ head: HTTP1Head) {
        let endsWithInput = head.framing == .untilClose
        let hasBody = head.framing != .none && head.framing != .length(0)
        var (peer, client) = (connection.peer, connection.client)
        if connection.hasOtherAskers { (peer, client) = connection.asker(head.block) }
        let request = Request(
            block: head.block, hasBody: hasBody, isEndless: endsWithInput,
            marksEnds: head.version != .v10, peer: peer, connectionID: connection.id)
        let exchange = Exchange(request: request, client: client, transport: self)
        exchange.beganUs = connection.server.loop.turnUs
        exchange.isOfProxy = connection.isOfProxy
        requestCount &+= 1
        exchange.ordinal = requestCount
        phase.begin(
            HTTP1Turn(
                exchange: exchange, version: head.version, endsWithInput: endsWithInput,
                persists: head.persists && !isDraining))
        connection.server.counters.counts.requests += 1
        connection.application.begin(exchange)
        guard hasBody, !exchange.isOver else { return }
        exchange.expectBody(
            isContinueAwaited: head.expectsContinue, isAcceptanceAwaited: head.expectsAcceptance)
        connection.ensureCheck(afterMs: limits.bodyFirstByteMs)
    }

    private func finishRequest() {
        phase.finishRequest()?.exchange.finishBody()
    }

    /// The peer does not send HTTP: it is told so, and nothing else follows.
    private func fail(_ problem: Problem) {
        input = .ignored
        guard var turn = phase.turn else {
            queue(problem)
            return finish()
        }
        turn.persists = false
        phase.update(turn)
        // An answer that was begun is sent to its end. Then the connection ends as well.
        guard !turn.exchange.hasResponded else { return }
        turn.exchange.respond(problem)
        turn.exchange.noteCause(.reset)
    }

    // MARK: Sending

    /// Queues an answer to something that never became a request.
    private func queue(_ problem: Problem) {
        queue(HTTP1Response.last(problem, date: connection.server.date.text(nowMs: nowMs)))
    }

    func queue(_ bytes: [UInt8]) {
        outgoing.append(bytes)
        connection.markReady()
    }

    /// Decides how the response to the present request is framed. Returns that decision.
    func beginResponse(_ head: ResponseHead, isCutOff: Bool) -> HTTP1Turn? {
        guard var turn = phase.turn else { return nil }
        turn.begin(head, isCutOff: isCutOff || isDraining)
        phase.update(turn)
        return turn
    }

    /// All of the response is in the stage.
    func finishResponse() {
        let isRequestComplete = phase.isAnswering
        guard let turn = phase.close() else { return }
        turn.exchange.didSendResponse()
        let isLast = !turn.persists || !isRequestComplete || (isDraining && closesIdle)
        if isLast || (input == .ended && held.isEmpty) { finish() }
        turn.exchange.close(.completed)
        guard !phase.isOver else { return }
        connection.didBecomeIdle()
        // A few requests run at once; then it is the turn of other connections.
        if !held.isEmpty {
            guard requestsThisTurn < limits.requestsPerTurn else { return connection.queueInput() }
            consumeHeld()
        }
        lookForEnd()
        connection.watchHeaderSection()
        connection.inputMayBeWanted()
    }

    /// Looks whether the bytes that have been taken were the last ones.
    private func lookForEnd() {
        guard input == .ended, held.isEmpty, !receiveEnd() else { return }
        closeExchanges(.connectionLost)
        finish()
    }

    /// Reads nothing more; the connection ends when everything is sent.
    private func finish() {
        input = .ignored
        phase.finish()
        held = []
        connection.markReady()
    }

    var isFinished: Bool { phase.isOver && outgoing.isEmpty }

    // MARK: The end of the connection

    func beginDrain(closesIdle: Bool) {
        guard !servesLast else { return }
        isDraining = true
        self.closesIdle = closesIdle
        if closesIdle, case .between(headSinceMs: nil) = phase { finish() }
    }

    /// The connection came while the server drains: it gets a single answer.
    func serveLast() {
        isDraining = true
        servesLast = true
    }

    func finishDrain() {
        if closesIdle, phase.isBetween { finish() }
    }

    func terminate(_ end: SessionEnd) {
        if phase.headSinceMs != nil { queue(.requestTimeout) }
        phase.close()?.exchange.close(.timeout)
        finish()
    }

    func closeExchanges(_ cause: CloseCause) {
        phase.close()?.exchange.close(cause)
    }

    var openExchanges: [Exchange] { phase.turn.map { [$0.exchange] } ?? [] }
}
