// What lies below an exchange: a session of HTTP/1.1 or HTTP/2, or what a test puts in its place.

/// Carries out what an exchange asks for. All calls come on the loop's thread, and only while the
/// exchange is open.
///
/// Who carries an exchange tells it in turn what comes from the peer: `receiveBody` and `finishBody`,
/// `produce` when there is room for more of the response, `didSendResponse`, and `close` at the end. A
/// test of a route does that without a connection: see FakeExchange in Tests/HTTP/FakeExchange.
package protocol ExchangeTransport: AnyObject {
    /// The handler is done with so many bytes of the body.
    func credit(_ exchange: Exchange, _ bytes: Int)
    /// Sends the header section; the body is asked for with `produce`.
    func respond(_ exchange: Exchange, _ head: ResponseHead)
    /// The source of the body has more.
    func resume(_ exchange: Exchange)
    func reset(_ exchange: Exchange, _ code: ResetCode)
    func sendContinue(_ exchange: Exchange)
    /// Tells a client that will not send its body before it is told 200.
    func sendAcceptance(_ exchange: Exchange)
    /// The exchange carries live media from now on, or did until now.
    func mediaDidChange(_ exchange: Exchange, isMedia: Bool)
    /// The connection's socket takes nothing more for now.
    var isBlocked: Bool { get }
    var hasPeerEnded: Bool { get }
    /// Milliseconds of the loop.
    var nowMs: UInt64 { get }
    /// Whether this is the thread that everything here belongs to.
    var isOnOwnThread: Bool { get }
}

/// What a protocol has to say of a response before its body.
package struct ResponseHead {
    package let status: Int
    package let headers: [HeaderField]
    /// The length of the body that there is, or would be if this were not the answer to HEAD. Nil when
    /// nobody knows it, or it is not to be told.
    package let contentLength: Int?
    /// Bytes of a body follow.
    package let hasBody: Bool
    /// 200 has been sent already, before the request was complete (see RequestBody.Expectation): only the
    /// end of the connection is left to tell.
    package let isAnswered: Bool
    /// Status and fields as they were made before; `headers` follow them. Nil when there are none but
    /// `headers`.
    let prepared: PreparedResponse?
}
