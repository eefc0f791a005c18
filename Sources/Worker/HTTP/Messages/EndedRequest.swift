// A request that is over, with what a log of accesses says of it.

package struct EndedRequest {
    package let exchange: Exchange
    /// 0 when there was no answer.
    package let status: Int
    /// Of the body of the answer.
    package let sentBytes: Int
    package let cause: CloseCause
    /// The protocol, as logs write it.
    package let version: String
    package let durationMs: UInt64

    /// To be made before the exchange forgets its transport.
    init(_ exchange: Exchange, _ cause: CloseCause, over version: String) {
        self.exchange = exchange
        status = exchange.status
        sentBytes = exchange.sentBytes
        self.cause = cause
        self.version = version
        let nowMs = exchange.transport?.nowMs ?? exchange.beganMs
        durationMs = nowMs - min(nowMs, exchange.beganMs)
    }
}
