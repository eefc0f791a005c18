// The body of a request that brings a still: small, and kept whole until its end.
//
// Owner: the worker's loop thread.

import HTTP
import Settings

/// Reads a body to its end.
final class StillBody: ExchangeHandler {
    private var bytes: [UInt8] = []
    private var isTooLong = false
    /// How much of the client's share this body takes, in bytes.
    private var heldBytes = 0
    private var then: ((Result<[UInt8], Problem>) -> Void)?

    /// Becomes the exchange's handler. `then` is not called when the exchange ends first.
    static func read(_ exchange: Exchange, then: @escaping (Result<[UInt8], Problem>) -> Void) {
        let body = StillBody(then)
        if let length = exchange.request.contentLength, length > Limits.studioStillBytes {
            body.isTooLong = true
        }
        exchange.handler = body
        if body.isTooLong || !exchange.request.hasBody { body.finish() }
    }

    private init(_ then: @escaping (Result<[UInt8], Problem>) -> Void) { self.then = then }

    func exchange(_ exchange: Exchange, didReceiveBody received: UnsafeRawBufferPointer) {
        let count = received.count
        if bytes.count + count > Limits.studioStillBytes {
            isTooLong = true
        } else if !isTooLong {
            unsafe bytes.append(contentsOf: received)
            exchange.client.force(.heldBytes, count)
            heldBytes += count
        }
        exchange.credit(count)
        if isTooLong { finish() }
    }

    func exchangeDidFinishBody(_ exchange: Exchange) { finish() }

    func exchangeDidClose(_ exchange: Exchange, cause: CloseCause) {
        then = nil
        exchange.client.giveBack(.heldBytes, heldBytes)
        heldBytes = 0
    }

    private func finish() {
        guard let then else { return }
        self.then = nil
        then(isTooLong ? .failure(.stillTooLarge) : .success(bytes))
    }
}

extension Problem {
    fileprivate static let stillTooLarge = Problem(
        status: 413, slug: "still-too-large", title: "The picture is too large",
        detail: "A still may have \(Limits.studioStillBytes) bytes.")
}
