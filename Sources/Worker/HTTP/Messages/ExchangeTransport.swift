// The layer below an exchange: a session of HTTP/1.1 or HTTP/2, or its stand-in in a test.

/// Carries out what an exchange asks for. All calls come on the loop's thread, and only while the
/// exchange is open.
///
/// The transport in turn tells the exchange what comes from the peer: `receiveBody` and `finishBody`;
/// `produce` when there is room for more of the response; `didSendResponse`; and `close` at the end. A
/// test of a route does that without a connection: see FakeExchange in Tests/HTTP/FakeExchange.
package protocol ExchangeTransport: AnyObject {
    /// The handler has finished with this many bytes of the body.
    func credit(_ exchange: Exchange, _ bytes: Int)
    /// Sends the header section; `produce` gets the body. If the exchange has a prepared response, `head`
    /// has only the fields that follow that response's own.
    func respond(_ exchange: Exchange, _ head: ResponseHead)
    /// The source of the body has more.
    func resume(_ exchange: Exchange)
    func reset(_ exchange: Exchange, _ code: ResetCode)
    func sendContinue(_ exchange: Exchange)
    /// Sends 200 to a client that will not send its body before that.
    func sendAcceptance(_ exchange: Exchange)
    /// The exchange carries live media from now on, or did until now.
    func mediaDidChange(_ exchange: Exchange, isMedia: Bool)
    /// The exchange is over; it can still be asked about everything.
    func didEnd(_ exchange: Exchange, _ cause: CloseCause)
    /// Each response says the name of its request. (One that tells of an error always does.)
    var namesRequests: Bool { get }
    /// The connection's socket takes nothing more for now.
    var isBlocked: Bool { get }
    var hasPeerEnded: Bool { get }
    /// Milliseconds of the loop.
    var nowMs: UInt64 { get }
    /// Whether this is the thread that owns the exchange.
    var isOnOwnThread: Bool { get }
}

/// What a protocol has to send before the body of a response.
package struct ResponseHead {
    package let status: Int
    package let headers: [HeaderField]
    /// The length of the body, or of the body that an answer to HEAD leaves out. Nil when it is not
    /// known, or not to be sent.
    package let contentLength: Int?
    /// A body follows.
    package let hasBody: Bool
    /// 200 has been sent already, before the request was complete (see RequestBody.Expectation): only
    /// the end of the connection can still tell the outcome.
    package let isAnswered: Bool
}
