// One request and its response. Routes hold exchanges; the protocol underneath stays behind
// ExchangeTransport. Everything here happens on the loop's thread.
//
// Invariants: the transport is there exactly as long as the exchange is open; a response is given
// at most once; bytes received and not credited yet are counted, so that a closing exchange can
// give them back to its connection.

import Settings

/// What a protocol session does for its exchanges.
protocol ExchangeTransport: AnyObject {
    func credit(_ exchange: Exchange, _ bytes: Int)
    func respond(_ exchange: Exchange, status: Int, headers: [HeaderField], body: ResponseBody)
    func resume(_ exchange: Exchange)
    func reset(_ exchange: Exchange, _ code: ResetCode)
    func sendContinue(_ exchange: Exchange)
    /// Tells a client that will not send its body before it is told 200.
    func sendAcceptance(_ exchange: Exchange)
    var isBlocked: Bool { get }
    var hasPeerEnded: Bool { get }
    var connection: Connection { get }
}

/// How long the body of a request may take that we are willing to read.
package enum BodyPatience {
    /// It moves at the rate that is asked of everything (Limits.progressBytes), which gives a small one
    /// thirty seconds in all.
    case steady
    /// Each next byte comes within Limits.bodyIdleMs: it is live, and as fast as what it carries.
    case continuous
    /// Once it has begun, its handler sees to that, and knows better.
    case ofHandler
}

package final class Exchange {
    package let request: Request
    /// Who asks, and what else the same client has of this worker.
    package let client: ClientShare
    /// Kept alive by the exchange until it closes.
    package var handler: (any ExchangeHandler)?

    /// It carries live media, in one direction or the other: its connection has its turns before others.
    /// For good, once it is set.
    package var isMedia = false {
        didSet {
            guard isMedia, !oldValue else { return }
            transport?.connection.mediaExchangeCount += 1
        }
    }

    // MARK: State that the session keeps here

    /// Nil once the exchange is closed.
    var transport: (any ExchangeTransport)?
    let streamID: Int32
    /// Where the session's list of open exchanges holds this one.
    var slot = 0
    package private(set) var hasResponded = false
    /// Whether a client that asked to be told when to send the body (RFC 9110, section 10.1.1) has to
    /// wait. To be set within `Application.begin`, and taken back later.
    package var withholdsContinue = false {
        didSet { if !withholdsContinue { sendContinueIfOwed() } }
    }
    /// What the client waits for before it sends its body.
    enum Owed {
        case nothing
        /// 100 (Continue).
        case continuation
        /// 200: source clients of Icecast.
        case acceptance
    }
    var owes = Owed.nothing
    /// Nothing more comes from the peer.
    var isBodyComplete: Bool
    /// Set when something decides the cause before the protocol reports the end.
    var closeCause: CloseCause?
    /// The response went out to its end.
    var hasSentResponse = false
    /// The response does not depend on what more comes of the request's body.
    var discardsBody = false
    /// Bytes received and not credited.
    var uncreditedBytes = 0
    /// When the peer last sent body bytes or was given room for some; milliseconds of the loop.
    var bodyActivityMs: UInt64
    var hasReceivedBody = false
    /// Bytes of the body that have come.
    var receivedBytes = 0
    var bodyWatch: ProgressWatch
    /// How long the body may take.
    package var bodyPatience = BodyPatience.steady

    var source: BodySource?
    var bodyBytes: [UInt8] = []
    var bodyOffset = 0
    /// What the client has of its share because of this response.
    private var heldBytes = Limits.heldBytesPerRequest
    /// The source said `.wait` and has not been resumed.
    var isWaiting = false
    /// The response has bytes that may be sent as soon as the peer lets us.
    var wantsToSend = false
    /// Bytes of the response's body that were handed on.
    var sentBytes = 0
    /// What it may take of HTTP/2's windows, when it has no end.
    var flow: LiveFlow
    /// Over what the peer holds back of them.
    var sendWatch = ProgressWatch()
    /// When the response went out to its end; milliseconds of the loop.
    var sentMs: UInt64 = 0
    /// We have asked for the reset that ends it.
    var isResetByUs = false
    private var isProducing = false
    private var wasResumedWhileProducing = false

    init(
        request: Request, client: ClientShare, streamID: Int32, transport: any ExchangeTransport,
        nowMs: UInt64
    ) {
        self.request = request
        self.client = client
        self.streamID = streamID
        self.transport = transport
        isBodyComplete = !request.hasBody
        bodyActivityMs = nowMs
        bodyWatch = ProgressWatch(heldSinceMs: nowMs)
        flow = LiveFlow(nowMs: nowMs)
        client.force(.heldBytes, heldBytes)
    }

    // MARK: For routes

    /// The handler is done with that many body bytes: the peer may send as many more.
    package func credit(_ bytes: Int) {
        guard let transport, bytes > 0 else { return }
        precondition(bytes <= uncreditedBytes, "more was credited than was received")
        uncreditedBytes -= bytes
        transport.credit(self, bytes)
    }

    /// Sends the response: once, at any time. A HEAD request never gets the body. Instead of a body that
    /// would be one too many in memory, because the client does not take what it has asked for, it gets
    /// 503.
    package func respond(status: Int, headers: [HeaderField], body: ResponseBody) {
        precondition(!hasResponded, "an exchange has one response")
        let costBytes = Self.costBytes(of: body)
        // A problem costs nothing, so the answer that is given instead is given.
        if costBytes > 0 {
            guard client.take(.heldBytes, costBytes) else { return respond(.tooManyUnreadBytes) }
            heldBytes += costBytes
        }
        hasResponded = true
        transport?.respond(self, status: status, headers: headers, body: body)
    }

    /// What a body costs beyond what its request is taken to cost.
    private static func costBytes(of body: ResponseBody) -> Int {
        switch body {
        case .none, .stream: 0
        case .bytes(let bytes): bytes.count > Limits.heldBytesPerRequest ? bytes.count : 0
        case .shared(let bytes): bytes.count / Limits.heldPartOfSharedResponse
        }
    }

    /// The body source that said `.wait` has more. Cheap: sending happens at the end of the turn.
    package func resume() {
        guard isWaiting else {
            wasResumedWhileProducing = isProducing
            return
        }
        isWaiting = false
        transport?.resume(self)
    }

    /// Ends the exchange at once. `exchangeDidClose` follows with `.reset`.
    package func reset(_ code: ResetCode) {
        transport?.reset(self, code)
    }

    package var isClosed: Bool { transport == nil }

    /// There is nothing left to answer: the peer has gone, or has its response. The latter may be the
    /// session's own doing, when the body turns out to be no HTTP, so whoever answers later than in
    /// `Application.begin` looks here first.
    package var isOver: Bool { isClosed || hasResponded }

    /// The connection's socket takes nothing more for now: no use producing.
    package var isBlocked: Bool { transport?.isBlocked ?? true }

    /// The peer has ended its side of the connection, or it is gone: what is not here already never
    /// comes. Asks the system.
    package var hasPeerEnded: Bool { transport?.hasPeerEnded ?? true }

    // MARK: For the session

    func sendContinueIfOwed() {
        guard !withholdsContinue, !hasResponded, !isBodyComplete else { return }
        switch owes {
        case .nothing: return
        case .continuation: if !hasReceivedBody { transport?.sendContinue(self) }
        case .acceptance: transport?.sendAcceptance(self)
        }
        owes = .nothing
    }

    /// Fills a buffer with the next bytes of the response's body.
    func produce(into buffer: UnsafeMutableRawBufferPointer) -> Production {
        guard let source else { return unsafe produceBytes(into: buffer) }
        isProducing = true
        wasResumedWhileProducing = false
        var production = unsafe source.produce(into: buffer)
        isProducing = false
        if case .wait = production, wasResumedWhileProducing {
            // What arrived during the call must not be forgotten: one more try, then it waits.
            wasResumedWhileProducing = false
            production = unsafe source.produce(into: buffer)
        }
        switch production {
        case .bytes(let count), .last(let count): sentBytes += count
        case .wait:
            isWaiting = true
            sendWatch.stop()
        case .end, .abort: break
        }
        return production
    }

    private func produceBytes(into buffer: UnsafeMutableRawBufferPointer) -> Production {
        let count = min(bodyBytes.count - bodyOffset, buffer.count)
        unsafe bodyBytes.withUnsafeBytes { bytes in
            let piece = unsafe bytes[bodyOffset..<bodyOffset + count]
            unsafe buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: piece))
        }
        bodyOffset += count
        sentBytes += count
        return bodyOffset == bodyBytes.count ? .last(count) : .bytes(count)
    }

    /// Decides the cause, unless something has decided it before.
    func noteCause(_ cause: CloseCause) {
        if closeCause == nil { closeCause = cause }
    }

    /// Cuts the exchange off from its session and tells the handler.
    func close(_ cause: CloseCause) {
        if isMedia { transport?.connection.mediaExchangeCount -= 1 }
        transport = nil
        source = nil
        bodyBytes = []
        client.giveBack(.heldBytes, heldBytes)
        heldBytes = 0
        let last = handler
        handler = nil
        last?.exchangeDidClose(self, cause: closeCause ?? cause)
    }
}
