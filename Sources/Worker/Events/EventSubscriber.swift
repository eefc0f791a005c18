// One open `GET /api/events` response: joins the HTTP exchange to a cursor into the table of events.
//
// Owner: the worker's loop thread.

import HTTP
import Streams

final class EventSubscriber: BodySource, ExchangeHandler, Waiter {
    private unowned let exchange: Exchange
    private let hub: EventHub
    let topic: EventTopic
    private var cursor: EventCursor
    private var isWaiting = false
    private var hasSentLately = true
    var place = 0

    init(
        exchange: Exchange, scope: EventCursor.Scope, topic: EventTopic, hub: EventHub, retryMs: Int
    ) {
        self.exchange = exchange
        self.hub = hub
        self.topic = topic
        cursor = EventCursor(scope, retryMs: retryMs)
        super.init()
    }

    /// There is something to tell, or the worker is going.
    func wake() {
        guard isWaiting else { return }
        isWaiting = false
        exchange.resume()
    }

    /// Keeps the response alive unless something has been sent since the last call.
    func lookAfter(nowMs: UInt64) {
        defer { hasSentLately = false }
        guard !hasSentLately, isWaiting else { return }
        cursor.keepAlive()
        wake()
    }

    func letGo() { exchange.reset(.cancel) }

    override func produce(into buffer: UnsafeMutableRawBufferPointer) -> Production {
        if hub.isEnding { return .end }
        let count = unsafe cursor.write(from: hub.table, into: buffer)
        guard count > 0 else {
            isWaiting = true
            return .wait
        }
        hasSentLately = true
        return .bytes(count)
    }

    // MARK: ExchangeHandler

    func exchange(_ exchange: Exchange, didReceiveBody bytes: UnsafeRawBufferPointer) {
        // A GET with a body is legal; the body is ignored.
        exchange.credit(bytes.count)
    }

    func exchangeDidFinishBody(_ exchange: Exchange) {}

    func exchangeDidClose(_ exchange: Exchange, cause: CloseCause) {
        hub.left(self)
        exchange.client.giveBack(.eventSubscribers)
    }
}
