// One HTTP/1.1 connection: the parser's events on one side, exchanges on the other. Requests are
// served one after another; those that a client sends ahead wait, unread, for the response before
// them.
//
// Flow control is the socket's: while the handler has not credited a window's worth of body bytes,
// or a pipelined request waits, nothing is read. What one read has brought is taken in any case, so
// a window is exceeded by one receive buffer at most.
//
// Unsafe use: received bytes are used during the call that brings them; the stage is written
// between `stageCount` and `stageLimit` only. Owner: the loop's thread.

import LinuxIO

@safe
final class HTTP1Session: ProtocolSession {
    let connection: Connection
    let limits: HTTPLimits
    let buffers: SharedBuffers
    private var parser: HTTP1Parser
    /// The request that is being received or answered.
    private(set) var exchange: Exchange?
    private var version = HTTP1Version.v11
    /// The request before the held input is complete.
    private var isRequestComplete = true
    /// What came behind a request that is not answered yet.
    private var held: [UInt8] = []
    /// Another request may follow the present one.
    private var persists = true
    /// The body of the present request ends with the connection.
    private var endsWithInput = false
    /// 200 was sent while the present request was still coming: its outcome has no status any more.
    var hasAccepted = false
    /// What the peer still sends is of no interest.
    private var ignoresInput = false
    /// The peer sends nothing more.
    private var hasInputEnded = false
    private var isDraining = false
    private var isOver = false
    private(set) var headerSectionSinceMs: UInt64?

    // The response. See HTTP1Exchanges.swift.

    /// Header sections that are to be sent, from `outgoingOffset` on.
    var outgoing: [UInt8] = []
    var outgoingOffset = 0
    var framing = HTTP1Response.Framing.none
    /// Everything of the response's body is in the stage, or there is none.
    var isBodySent = false
    var isStageFull = false
    /// Requests that were begun without a turn of their own, one right behind the other.
    private var requestsThisTurn = 0

    init(connection: Connection) {
        self.connection = connection
        limits = connection.server.limits
        buffers = connection.server.buffers
        parser = HTTP1Parser(limits: limits, isSecure: unsafe connection.ssl != nil)
    }

    var nowMs: UInt64 { connection.server.loop.nowMs }

    // MARK: Receiving

    var wantsInput: Bool {
        guard !ignoresInput, !hasInputEnded, held.isEmpty else { return false }
        return (exchange?.uncreditedBytes ?? 0) < limits.requestWindowBytes
    }

    func receive(_ bytes: UnsafeRawBufferPointer) -> Bool {
        if ignoresInput { return true }
        requestsThisTurn = 0
        if !held.isEmpty || isHolding {
            unsafe held.append(contentsOf: bytes)
        } else {
            unsafe consume(bytes)
        }
        return true
    }

    /// What a client has asked for completely it gets, though it sends nothing more, and so it does an
    /// answer that did not wait for all of the request. Not so live responses, which have no end: one
    /// who watches and then says good-bye is gone.
    func receiveEnd() -> Bool {
        hasInputEnded = true
        if endsWithInput, !isRequestComplete { finishRequest() }
        guard let exchange else {
            // What is on its way goes out to its end.
            let isSending = outgoingOffset < outgoing.count || connection.isBlocked
            if isSending { finish() }
            return isSending
        }
        return (isRequestComplete || exchange.hasResponded) && exchange.source == nil
    }

    /// A complete request is being answered: the next one has to wait.
    private var isHolding: Bool { exchange != nil && isRequestComplete }

    private func consume(_ bytes: UnsafeRawBufferPointer) {
        let span = unsafe bytes.assumingMemoryBound(to: UInt8.self).span
        var position = 0
        var wantsMore = false
        while !wantsMore, !ignoresInput, !isHolding {
            switch parser.next(in: span, from: &position) {
            case .needsMore: wantsMore = true
            case .head(let head): begin(head)
            case .body(let range):
                unsafe receiveBody(UnsafeRawBufferPointer(rebasing: bytes[range]))
            case .end: finishRequest()
            case .failure(let failure): fail(failure.problem)
            }
        }
        if isHolding, position < bytes.count { unsafe held.append(contentsOf: bytes[position...]) }
        let isInside = parser.isInsideHead
        headerSectionSinceMs = isInside ? headerSectionSinceMs ?? nowMs : nil
    }

    var hasHeldInput: Bool { !held.isEmpty && exchange == nil && !isOver }

    /// The response is sent: the request that waited behind it has its turn.
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
        headerSectionSinceMs = nil
        version = head.version
        persists = head.persists && !isDraining
        isRequestComplete = false
        endsWithInput = head.framing == .untilClose
        hasAccepted = false
        let hasBody = head.framing != .none && head.framing != .length(0)
        let request = Request(
            block: head.block, hasBody: hasBody, isEndless: endsWithInput, peer: connection.peer,
            connectionID: connection.id)
        let exchange = Exchange(
            request: request, client: connection.client, streamID: 0, transport: self, nowMs: nowMs)
        self.exchange = exchange
        connection.server.counters.requests += 1
        connection.application.begin(exchange)
        guard hasBody, !exchange.hasResponded, !exchange.isClosed else { return }
        if head.expectsContinue { exchange.owes = .continuation }
        if head.expectsAcceptance { exchange.owes = .acceptance }
        exchange.sendContinueIfOwed()
        connection.ensureCheck(afterMs: limits.bodyFirstByteMs)
    }

    private func receiveBody(_ bytes: UnsafeRawBufferPointer) {
        guard let exchange else { return }
        exchange.hasReceivedBody = true
        exchange.bodyActivityMs = nowMs
        exchange.receivedBytes += bytes.count
        guard let handler = exchange.handler, exchange.closeCause == nil, !exchange.discardsBody
        else { return }
        exchange.uncreditedBytes += bytes.count
        unsafe handler.exchange(exchange, didReceiveBody: bytes)
    }

    private func finishRequest() {
        isRequestComplete = true
        guard let exchange, !exchange.isBodyComplete else { return }
        exchange.isBodyComplete = true
        guard exchange.closeCause == nil, !exchange.discardsBody else { return }
        exchange.handler?.exchangeDidFinishBody(exchange)
    }

    /// What the peer sends is no HTTP: it is told so, and that was all.
    private func fail(_ problem: Problem) {
        ignoresInput = true
        persists = false
        guard let exchange else {
            queue(problem)
            return finish()
        }
        // An answer that was given is sent to its end. That is the end of the connection as well.
        guard !exchange.hasResponded else { return }
        exchange.respond(problem)
        exchange.noteCause(.reset)
    }

    /// An answer to what never became a request.
    private func queue(_ problem: Problem) {
        queue(HTTP1Response.last(problem, date: connection.server.date.text(nowMs: nowMs)))
    }

    func queue(_ bytes: [UInt8]) {
        if outgoingOffset == outgoing.count {
            outgoing = bytes
            outgoingOffset = 0
        } else {
            outgoing += bytes
        }
        connection.markReady()
    }

    // MARK: The end of a response

    /// What the field Connection has to say in a response to the present request. `isCutOff`: the
    /// rest of the request will not be read, so nothing can follow it.
    func connectionField(isCutOff: Bool) -> String? {
        if isCutOff || framing == .untilClose || isDraining { persists = false }
        switch version {
        case .v11: return persists ? nil : "close"
        case .v10: return persists ? "keep-alive" : "close"
        }
    }

    var allowsChunks: Bool { version == .v11 }

    /// The response has gone into the stage to its end.
    func finishResponse() {
        guard let exchange else { return }
        exchange.hasSentResponse = true
        let isLast = !persists || !isRequestComplete || isDraining
        self.exchange = nil
        if isLast || (hasInputEnded && held.isEmpty) { finish() }
        exchange.close(.completed)
        guard !isOver else { return }
        connection.didBecomeIdle()
        // A few at once; then others have their turn.
        if !held.isEmpty {
            guard requestsThisTurn < limits.requestsPerTurn else { return connection.queueInput() }
            consumeHeld()
        }
        lookForEnd()
        connection.watchHeaderSection()
        connection.inputMayBeWanted()
    }

    /// Everything that came is taken: perhaps that was all.
    private func lookForEnd() {
        guard hasInputEnded, held.isEmpty, !receiveEnd() else { return }
        closeExchanges(.connectionLost)
        finish()
    }

    /// Nothing more is read; the connection ends when everything is sent.
    private func finish() {
        ignoresInput = true
        isOver = true
        held = []
        headerSectionSinceMs = nil
        connection.markReady()
    }

    var isFinished: Bool { isOver && exchange == nil && outgoingOffset == outgoing.count }

    // MARK: The end of the connection

    func beginDrain() {
        guard !isDraining else { return }
        isDraining = true
        if exchange == nil, headerSectionSinceMs == nil { finish() }
    }

    /// The connection came while the server drains: it gets one answer.
    func serveLast() { isDraining = true }

    func finishDrain() {
        if exchange == nil { finish() }
    }

    func terminate(_ end: SessionEnd) {
        if let exchange {
            self.exchange = nil
            exchange.close(.timeout)
        } else if headerSectionSinceMs != nil {
            queue(.requestTimeout)
        }
        finish()
    }

    func closeExchanges(_ cause: CloseCause) {
        let last = exchange
        exchange = nil
        last?.close(cause)
    }

    var openExchanges: [Exchange] { exchange.map { [$0] } ?? [] }
}
