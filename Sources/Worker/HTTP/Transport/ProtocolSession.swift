// What a connection needs of the protocol it carries, HTTP/2 or HTTP/1.1. A session knows neither socket
// nor TLS: received bytes are handed in, bytes to send go into the shared stage.
//
// Owner: the loop's thread.

/// Why a connection ends although nothing is wrong with its bytes.
enum SessionEnd {
    /// Nothing happened for too long.
    case silence
    /// The peer exceeded a budget of the AbuseGuard.
    case abuse
}

/// The result of filling the stage with bytes to send.
enum StageOutcome {
    /// There is nothing more for now.
    case everything
    /// There is more, or may be: the stage is full.
    case full
    /// The connection cannot go on.
    case broken
}

protocol ProtocolSession: AnyObject {
    // MARK: Bytes

    /// Takes what the peer sent; false when the connection cannot go on.
    func receive(_ bytes: UnsafeRawBufferPointer) -> Bool
    /// The peer said that it sends nothing more; false when going on is no use.
    func receiveEnd() -> Bool
    /// Puts bytes to be sent into the stage, up to its limit.
    func fillStage() -> StageOutcome
    /// Whether more bytes of the peer can be taken now.
    var wantsInput: Bool { get }
    /// There are received bytes that the session will take in its next turn.
    var hasHeldInput: Bool { get }
    /// Takes as many of those as one turn allows; false when the connection cannot go on.
    func receiveHeld() -> Bool
    var wantsToSend: Bool { get }
    /// Nothing more is to be received or sent: the connection is done.
    var isFinished: Bool { get }

    // MARK: Requests

    var openExchanges: [Exchange] { get }
    /// When the incomplete header section began, in milliseconds of the loop.
    var headerSectionSinceMs: UInt64? { get }
    /// The peer holds back what this response wants to send, and only this one.
    func isHeldByPeer(_ exchange: Exchange) -> Bool
    /// The peer holds back all responses, other than by its socket.
    var isHeldByPeer: Bool { get }
    /// Bytes of all responses' bodies that were handed over to be sent.
    var payloadBytesSent: Int { get }
    /// The response is complete, the request is not, and its time is over.
    func cutOffBody(_ exchange: Exchange)

    // MARK: The end

    /// Announces the end; requests that are open or on their way may finish.
    func beginDrain(closesIdle: Bool)
    /// From here on nothing new is accepted.
    func finishDrain()
    /// Nothing more is received; bytes that have to be sent still go out.
    func terminate(_ end: SessionEnd)
    /// The connection is gone: so are its exchanges.
    func closeExchanges(_ cause: CloseCause)
}
