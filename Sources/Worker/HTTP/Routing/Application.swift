// What the rest of the worker provides: an object that answers requests.

/// Answers requests. Called on the loop's thread.
package protocol Application: AnyObject {
    /// A header section is complete and valid. Sets `exchange.handler` when it wants the body or
    /// the end of the exchange, and responds now or later.
    func begin(_ exchange: Exchange)
}

/// Follows one exchange. All calls come on the loop's thread.
package protocol ExchangeHandler: AnyObject {
    /// Bytes of the request's body, valid during the call. Each must be credited sooner or later, even
    /// if it is ignored.
    func exchange(_ exchange: Exchange, didReceiveBody bytes: UnsafeRawBufferPointer)
    /// The request is complete, and as long as it announced.
    func exchangeDidFinishBody(_ exchange: Exchange)
    /// The last call, exactly once.
    func exchangeDidClose(_ exchange: Exchange, cause: CloseCause)
}

/// Why an exchange is over.
package enum CloseCause: Sendable, Equatable {
    /// The response was sent to its end.
    case completed
    /// The peer reset the stream.
    case peerReset
    /// The connection ended, or failed, before the exchange was complete.
    case connectionLost
    /// We reset the stream: `Exchange.reset`, an aborted body, or a violation of the protocol.
    case reset
    /// The peer did not send its body, or did not read ours, in time.
    case timeout
}

/// What a reset tells the peer (RFC 9113 section 7).
package enum ResetCode: Sendable, Equatable {
    case cancel, internalError, refused, enhanceYourCalm
}
