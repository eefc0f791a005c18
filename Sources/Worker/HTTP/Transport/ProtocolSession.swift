// What a connection needs of the protocol it carries, be it HTTP/2 or HTTP/1.1. A session knows
// neither socket nor TLS: received bytes are handed in, bytes to send go into the shared stage.
//
// Owner: the loop's thread.

/// Why a connection ends although nothing is wrong with its bytes.
enum SessionEnd {
    /// Nothing happened for too long.
    case silence
    /// The peer went over a budget of the AbuseGuard.
    case abuse
}

/// How far a session came when it was to put into the stage what is to be sent.
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
    /// The peer said that it sends nothing more; false when there is no use in going on.
    func receiveEnd() -> Bool
    /// Puts what is to be sent into the stage, up to its limit.
    func fillStage() -> StageOutcome
    /// Whether more of what the peer sends can be taken now.
    var wantsInput: Bool { get }
    /// Something was received that the session will take when it has its next turn.
    var hasHeldInput: Bool { get }
    /// Takes of that what one turn is for; false when the connection cannot go on.
    func receiveHeld() -> Bool
    var wantsToSend: Bool { get }
    /// Nothing more is to be received or sent: the connection is done.
    var isFinished: Bool { get }

    // MARK: Requests

    var openExchanges: [Exchange] { get }
    /// When the header section began that is not complete yet, in milliseconds of the loop.
    var headerSectionSinceMs: UInt64? { get }
    /// The peer holds back what this response wants to send, and only this one.
    func isHeldByPeer(_ exchange: Exchange) -> Bool
    /// The peer holds back all responses, other than by its socket.
    var isHeldByPeer: Bool { get }
    /// Bytes of all responses' bodies that were handed on.
    var payloadBytesSent: Int { get }
    /// The response is complete, the request is not, and had its time.
    func cutOffBody(_ exchange: Exchange)

    // MARK: The end

    /// Announces the end; what is open, or on its way, may finish.
    func beginDrain()
    /// From here on nothing new is accepted.
    func finishDrain()
    /// Nothing more is received; what has to be said is said.
    func terminate(_ end: SessionEnd)
    /// The connection is gone: so are its exchanges.
    func closeExchanges(_ cause: CloseCause)
}
