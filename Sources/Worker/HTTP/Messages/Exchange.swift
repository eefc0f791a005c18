// One request and its response. Routes hold exchanges; the protocol underneath stays hidden by
// ExchangeTransport. The handling of both bodies is decided here, once for both protocols. Everything
// here happens on the loop's thread.
//
// Invariants: the transport is set exactly as long as the exchange is open. A response is given at most
// once. Bytes that were received and not credited yet are counted, so that a closing exchange can give
// them back to its connection.

import Settings

package final class Exchange {
    package var request: Request { section }
    /// The client that asks, with its share of this worker.
    package var client: ClientShare { asking }
    /// Kept alive by the exchange until it closes.
    package var handler: (any ExchangeHandler)? {
        get { follower }
        set { follower = newValue }
    }

    /// Who asks, once that is known: the name of an account.
    package var account: String? {
        get { knownAccount }
        set { knownAccount = newValue }
    }

    /// It carries live media, in one direction or the other, so its connection goes before others. It
    /// never goes back to false.
    package var isMedia: Bool {
        get { carriesMedia }
        set {
            guard newValue, !carriesMedia else { return }
            carriesMedia = true
            transport?.mediaDidChange(self, isMedia: true)
        }
    }

    // What is stored is known to this module alone. So the compiler sees that no two accesses overlap;
    // otherwise each is checked while the program runs.
    private var section: Request
    private var asking: ClientShare
    private var follower: (any ExchangeHandler)?
    private var carriesMedia = false
    private var keepsWaiting = false
    private var countedAs = 0
    /// The route of the request, with the parts of its target that are parameters; nil when it has no
    /// route.
    var route: RouteMatch?
    /// Under which number the request is counted; 0 if no route has taken it.
    package var routeNumber: Int {
        get { countedAs }
        set { countedAs = newValue }
    }
    /// The start of the turn of the loop in which the request came, in microseconds. Set by sessions.
    var beganUs: UInt64 = 0

    /// Nil once the exchange is closed.
    private(set) var transport: (any ExchangeTransport)?
    private(set) var body: RequestBody
    var response = ResponseProgress.awaited
    /// How many bytes the source of the response has promised and not produced yet; nil when it has
    /// promised no length.
    var promisedBytes: Int?
    /// The library has pointers into it as long as the stream is open.
    private(set) var prepared: PreparedResponse?
    /// Set when something decides the cause before the protocol reports the end.
    private(set) var closeCause: CloseCause?
    /// How much of the client's share this exchange takes, in bytes.
    private var heldBytes = Limits.heldBytesPerRequest
    /// Bytes of the response's body that were handed to the protocol.
    var sentBytes = 0
    /// The status of the response; 0 while there is none.
    private(set) var status = 0
    /// Its connection is a trusted proxy's.
    var isOfProxy = false
    private var knownAccount: String?
    /// Watches the bytes that the peer holds back.
    var sendWatch = ProgressWatch()

    /// Whether a client that waits to be told to send the body (RFC 9110, section 10.1.1) is kept
    /// waiting. Set it within `Application.begin`, and take it back later.
    package var withholdsContinue: Bool {
        get { keepsWaiting }
        set {
            keepsWaiting = newValue
            if !newValue { sendContinueIfOwed() }
        }
    }

    /// Which of its connection's requests this is. HTTP/1.1 counts them.
    var ordinal: UInt32 = 0
    var requestNumber: UInt32 { streamID > 0 ? UInt32(streamID) : ordinal }

    // MARK: Used by HTTP/2

    private(set) var streamID: Int32
    /// The position of this exchange in the session's list of open exchanges.
    var slot = 0
    /// How much of the windows a response without an end may take.
    var flow: LiveFlow
    /// We have asked for the reset that ends the stream.
    var isResetByUs = false

    /// Begins an exchange. Sessions do this, and so do tests of routes, which need no connection: any
    /// ExchangeTransport will do (FakeExchange in Tests/HTTP/FakeExchange is one).
    package init(
        request: Request, client: ClientShare, transport: any ExchangeTransport,
        streamID: Int32 = 0
    ) {
        let nowMs = transport.nowMs
        section = request
        asking = client
        self.streamID = streamID
        self.transport = transport
        body = RequestBody(isExpected: request.hasBody, nowMs: nowMs)
        flow = LiveFlow(nowMs: nowMs)
        client.force(.heldBytes, heldBytes)
    }

    // MARK: Reuse

    /// Only its session knows it now, and nothing of it is left, so it may carry another request. An
    /// exchange with a handler is never used again: handlers have references of their own.
    var mayBeRenewed: Bool {
        follower == nil && !carriesMedia && !keepsWaiting && closeCause == nil
    }

    /// Begins anew, like `init`; call after `close`. Returns the request that it had.
    func renew(
        request: Request, client: ClientShare, transport: any ExchangeTransport, streamID: Int32
    ) -> Request {
        precondition(self.transport == nil && mayBeRenewed, "one request after another")
        let nowMs = transport.nowMs
        body = RequestBody(isExpected: request.hasBody, nowMs: nowMs)
        let last = section
        section = request
        // It is usually the same, and need not be counted anew.
        if asking !== client { asking = client }
        route = nil
        routeNumber = 0
        self.streamID = streamID
        self.transport = transport
        response = .awaited
        promisedBytes = nil
        prepared = nil
        heldBytes = Limits.heldBytesPerRequest
        sentBytes = 0
        status = 0
        knownAccount = nil
        sendWatch = ProgressWatch()
        slot = 0
        flow = LiveFlow(nowMs: nowMs)
        isResetByUs = false
        client.force(.heldBytes, heldBytes)
        return last
    }

    /// Whether the memory of its header section may be used for another one.
    var hasSpentBlock: Bool { section.hasSpentBlock }

    /// The next one that is over; kept by SpentExchanges.
    var nextSpent: Exchange?

    /// Goes on as if the request had come with this target.
    func replaceTarget(_ target: [UInt8]) {
        var changed = section
        changed.replaceTarget(target)
        section = changed
    }

    // MARK: For routes

    /// The handler has finished with this many body bytes, so the peer may send as many more.
    package func credit(_ bytes: Int) {
        assertOwnThread()
        guard let transport, bytes > 0 else { return }
        body.credited(bytes, nowMs: transport.nowMs)
        transport.credit(self, bytes)
    }

    /// How long the request's body may take.
    package var bodyPatience: BodyPatience {
        get { body.patience }
        set { body.patience = newValue }
    }

    /// Sends the response: once, at any time. A HEAD request never gets the body. If the client already
    /// holds too much memory because it does not take what it has asked for, it gets 503 instead of the
    /// body.
    package func respond(status: Int, headers: [HeaderField], body: ResponseBody) {
        guard let transport = transportToRespond(), take(costBytes: body.costBytes) else {
            return
        }
        // A length among the fields could contradict the body, so it is removed.
        var (headers, body) = (headers, body)
        if let index = headers.firstIndex(where: { $0.name == "content-length" }) {
            if case .stream(let source, nil) = body {
                body = .stream(source, length: Int(headers[index].value))
            }
            headers.remove(at: index)
        }
        if case .stream(_, let length) = body { promisedBytes = length }
        if status >= 400 || transport.namesRequests { headers.append(nameField) }
        let head = begin(body.start, status: status, headers: headers, length: body.length)
        transport.respond(self, head)
    }

    /// The same with one that was made before. `headers` follow its own; `source` produces its body.
    package func respond(
        _ response: PreparedResponse, headers: [HeaderField] = [], from source: BodySource? = nil
    ) {
        let costBytes = source.map { ResponseBody.stream($0).costBytes } ?? response.heldBytes
        guard let transport = transportToRespond(), take(costBytes: costBytes) else { return }
        prepared = response
        if source != nil { promisedBytes = response.length }
        let headers = transport.namesRequests ? headers + [nameField] : headers
        let head = begin(
            source.map { .source($0) } ?? .prepared(offset: 0), status: response.status,
            headers: headers, length: response.length)
        transport.respond(self, head)
    }

    /// The fields of a response that was made before, for tests.
    package var preparedHeaders: [HeaderField] { prepared?.headers ?? [] }

    private var nameField: HeaderField { HeaderField("x-request-id", requestID) }

    /// Nil when there is no one left to answer.
    private func transportToRespond() -> (any ExchangeTransport)? {
        assertOwnThread()
        precondition(!hasResponded, "an exchange has one response")
        if let transport, closeCause == nil { return transport }
        response = .abandoned
        return nil
    }

    /// Charges the cost of a body to the client. False: that is too much, and the client was answered
    /// with a problem.
    private func take(costBytes: Int) -> Bool {
        // A problem costs nothing, so this answer cannot be refused as well.
        guard costBytes > 0 else { return true }
        guard client.take(.heldBytes, costBytes) else {
            respond(.tooManyUnreadBytes)
            return false
        }
        heldBytes += costBytes
        return true
    }

    /// Decides how much of the body is sent, and whether the rest of the request's body is wanted.
    /// - Parameter progress: how the response goes on if its body is sent.
    private func begin(
        _ progress: ResponseProgress, status: Int, headers: [HeaderField], length: Int?
    ) -> ResponseHead {
        self.status = status
        // RFC 9110, sections 9.3.2, 15.3.5 and 15.4.5: these never have a body.
        let mayHaveBody = status != 204 && status != 304 && !request.isHead
        let isAnswered = body.expectation == .accepted
        let contentLength = isAnswered || status == 204 ? nil : length
        response = mayHaveBody && !isAnswered && length != 0 ? progress : .handedOn
        // The rest of the request matters only to a source that still produces the response.
        if response.source == nil { body.discard() }
        return ResponseHead(
            status: status, headers: headers, contentLength: contentLength,
            hasBody: response.wantsToSend, isAnswered: isAnswered)
    }

    /// A body source that said `.wait` has more. Cheap: sending happens at the end of the turn.
    package func resume() {
        assertOwnThread()
        switch response {
        case .waiting(let source):
            response = .source(source)
            transport?.resume(self)
        case .producing(let source, false):
            response = .producing(source, isResumed: true)
        default: return
        }
    }

    /// Ends the exchange at once. `exchangeDidClose` follows with `.reset`.
    package func reset(_ code: ResetCode) {
        assertOwnThread()
        guard let transport else { return }
        noteCause(.reset)
        transport.reset(self, code)
    }

    package var isClosed: Bool { transport == nil }

    package var hasResponded: Bool { response.isGiven }

    /// There is nothing left to answer: the peer has gone, or has its response. The session itself may
    /// have given the response, when the body turned out not to be HTTP. So a handler that answers later
    /// than in `Application.begin` checks this first.
    package var isOver: Bool { isClosed || hasResponded }

    /// The connection's socket takes nothing more for now, so it is no use producing.
    package var isBlocked: Bool { transport?.isBlocked ?? true }

    /// The peer has ended its side of the connection, or the connection is gone: bytes that are not here
    /// yet will never come. Asks the system.
    package var hasPeerEnded: Bool { transport?.hasPeerEnded ?? true }

    // MARK: For the transport: the request

    /// The route has had the header section, and the body may come: sends what the client waits for.
    package func expectBody(isContinueAwaited: Bool, isAcceptanceAwaited: Bool = false) {
        guard body.isWanted else { return }
        if isContinueAwaited { body.expectation = .continuation }
        if isAcceptanceAwaited { body.expectation = .acceptance }
        sendContinueIfOwed()
    }

    private func sendContinueIfOwed() {
        guard !withholdsContinue, !hasResponded, body.isWanted else { return }
        switch body.expectation {
        case .nothing, .accepted: return
        case .continuation:
            body.expectation = .nothing
            if body.phase == .awaited { transport?.sendContinue(self) }
        case .acceptance:
            body.expectation = .accepted
            transport?.sendAcceptance(self)
        }
    }

    /// Bytes of the body have come. False when they are not wanted, and need no credit.
    package func receiveBody(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard let transport else { return false }
        body.received(bytes.count, nowMs: transport.nowMs)
        guard let handler, closeCause == nil, body.isWanted else { return false }
        body.handedOn(bytes.count)
        unsafe handler.exchange(self, didReceiveBody: bytes)
        return true
    }

    /// The request is complete.
    package func finishBody() {
        guard body.finish(), closeCause == nil else { return }
        handler?.exchangeDidFinishBody(self)
    }

    /// How many bytes the handler will never credit now.
    func takeUncredited() -> Int { body.takeUncredited() }

    /// Whether an awaited body comes as fast as it should.
    func lookAtBody(nowMs: UInt64, _ limits: HTTPLimits) -> ProgressWatch.Verdict {
        body.look(isAwaited: !hasResponded && closeCause == nil, nowMs: nowMs, limits)
    }

    // MARK: For the transport: the response

    /// Whether the response has no end and is not over yet.
    var isEndless: Bool { response.source != nil && promisedBytes == nil }

    /// The whole response has left.
    package func didSendResponse() {
        assert(response.isHandedOn, "what has left was handed on before")
        response = .sent(atMs: transport?.nowMs ?? 0)
    }

    /// Nothing more of the response is sent, because of `cause`.
    func abandonResponse(_ cause: CloseCause) {
        noteCause(cause)
        response = .abandoned
    }

    // MARK: For the transport: the end

    /// Decides the cause, unless something has decided it before.
    func noteCause(_ cause: CloseCause) {
        if closeCause == nil { closeCause = cause }
    }

    /// Cuts the exchange off from its session and tells the handler.
    package func close(_ cause: CloseCause) {
        guard let transport else { return }
        if isMedia { transport.mediaDidChange(self, isMedia: false) }
        transport.didEnd(self, closeCause ?? cause)
        self.transport = nil
        prepared = nil
        if hasResponded { response = .abandoned }
        client.giveBack(.heldBytes, heldBytes)
        heldBytes = 0
        let last = handler
        handler = nil
        last?.exchangeDidClose(self, cause: closeCause ?? cause)
    }

    private func assertOwnThread() {
        assert(transport?.isOnOwnThread ?? true, "an exchange belongs to its loop's thread")
    }
}
