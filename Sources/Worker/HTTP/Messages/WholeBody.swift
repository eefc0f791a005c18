// The body of a request, kept whole until its end: for small ones, whose parts mean nothing.
//
// Owner: the worker's loop thread.

/// Reads a body to its end, and reports it once.
package final class WholeBody: ExchangeHandler {
    private let mostBytes: Int
    private var bytes: [UInt8] = []
    private var isTooLong = false
    /// How much of the client's share this body takes, in bytes.
    private var heldBytes = 0
    private var then: (([UInt8]?) -> Void)?

    /// Becomes the exchange's handler. `then` gets nil when the body is longer than `mostBytes`, and is not
    /// called when the exchange ends first.
    package static func read(
        _ exchange: Exchange, mostBytes: Int, then: @escaping ([UInt8]?) -> Void
    ) {
        let body = WholeBody(mostBytes: mostBytes, then)
        if let length = exchange.request.contentLength, length > mostBytes {
            body.isTooLong = true
        }
        exchange.handler = body
        if body.isTooLong || !exchange.request.hasBody { body.finish() }
    }

    private init(mostBytes: Int, _ then: @escaping ([UInt8]?) -> Void) {
        self.mostBytes = mostBytes
        self.then = then
    }

    package func exchange(_ exchange: Exchange, didReceiveBody received: UnsafeRawBufferPointer) {
        let count = received.count
        if bytes.count + count > mostBytes {
            isTooLong = true
        } else if !isTooLong {
            unsafe bytes.append(contentsOf: received)
            exchange.client.force(.heldBytes, count)
            heldBytes += count
        }
        exchange.credit(count)
        if isTooLong { finish() }
    }

    package func exchangeDidFinishBody(_ exchange: Exchange) { finish() }

    package func exchangeDidClose(_ exchange: Exchange, cause: CloseCause) {
        then = nil
        exchange.client.giveBack(.heldBytes, heldBytes)
        heldBytes = 0
    }

    private func finish() {
        guard let then else { return }
        self.then = nil
        then(isTooLong ? nil : bytes)
    }
}
