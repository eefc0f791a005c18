// A request that is over, with what a log of accesses says of it.

import LinuxIO

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

    init(_ exchange: Exchange, _ cause: CloseCause, over version: String) {
        self.exchange = exchange
        status = exchange.status
        sentBytes = exchange.sentBytes
        self.cause = cause
        self.version = version
        let nowUs = MonotonicClock.nowUs()
        durationMs = (nowUs - min(nowUs, exchange.beganUs)) / 1_000
    }
}
