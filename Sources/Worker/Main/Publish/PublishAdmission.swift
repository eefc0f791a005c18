// A request to publish before it is known whether it may. What comes in meanwhile is kept, uncredited,
// so flow control bounds it, and nothing of it is stored; a client that waits for 100 (Continue) goes
// on waiting.
//
// Owner: the worker's loop thread.

import HTTP
import Settings

final class PublishAdmission: ExchangeHandler {
    let exchange: Exchange
    private let environment: WorkerEnvironment
    private var pending: [UInt8] = []
    private var isBodyComplete = false
    /// Neither handed on, nor answered, nor gone.
    private(set) var isOpen = true

    init(_ exchange: Exchange, environment: WorkerEnvironment) {
        self.exchange = exchange
        self.environment = environment
        exchange.handler = self
        exchange.withholdsContinue = true
    }

    /// The request may publish: `next` follows it from now on, as if it had done so all the time.
    func admit(to next: some ExchangeHandler) {
        isOpen = false
        exchange.handler = next
        exchange.withholdsContinue = false
        let kept = takePending()
        if !kept.isEmpty {
            unsafe kept.withUnsafeBytes { unsafe next.exchange(exchange, didReceiveBody: $0) }
        }
        if isBodyComplete, !exchange.isClosed { next.exchangeDidFinishBody(exchange) }
    }

    /// It may not; nothing more of it is wanted.
    func refuse(_ problem: Problem, headers: [HeaderField]) {
        isOpen = false
        exchange.credit(takePending().count)
        if !exchange.isOver { exchange.respond(problem, headers: headers) }
    }

    func exchange(_ exchange: Exchange, didReceiveBody bytes: UnsafeRawBufferPointer) {
        guard isOpen else { return exchange.credit(bytes.count) }
        guard environment.waitingBytes + bytes.count <= Limits.waitingBytesPerWorker else {
            exchange.credit(bytes.count)
            return refuse(PublishError.tooBusy.problem, headers: [])
        }
        unsafe pending.append(contentsOf: bytes)
        environment.waitingBytes += bytes.count
    }

    func exchangeDidFinishBody(_ exchange: Exchange) {
        isBodyComplete = true
    }

    func exchangeDidClose(_ exchange: Exchange, cause: CloseCause) {
        isOpen = false
        _ = takePending()
    }

    private func takePending() -> [UInt8] {
        environment.waitingBytes -= pending.count
        defer { pending = [] }
        return pending
    }
}
