// A publish request, before it is known whether it may publish. What comes in meanwhile is kept and not
// credited, so flow control bounds it, and none of it is stored. A client that waits for 100 (Continue)
// goes on waiting.
//
// Owner: the worker's loop thread.

import HTTP

final class PublishAdmission: ExchangeHandler {
    let exchange: Exchange
    /// What has come of the body; also the request's place among those who wait, once it waits.
    let body: WaitingBody
    private(set) var isBodyComplete: Bool
    private let headers: [HeaderField]
    private let onRefusal: (Problem) -> Void
    /// Not yet handed on, answered or gone.
    private(set) var isOpen = true

    /// - Parameters:
    ///   - headers: fields of the answer, should it be a refusal.
    ///   - onRefusal: is told the answer before it is given.
    init(
        _ exchange: Exchange, body: WaitingBody, headers: [HeaderField],
        onRefusal: @escaping (Problem) -> Void
    ) {
        self.exchange = exchange
        self.body = body
        self.headers = headers
        self.onRefusal = onRefusal
        isBodyComplete = !exchange.request.hasBody
        exchange.handler = self
        exchange.withholdsContinue = true
    }

    /// The verdict does not come at once: from now on the request is one of those who wait.
    func wait() {
        guard isOpen, let bound = body.takePlace() else { return }
        refuse(PublishError.tooManyWait(bound).problem)
    }

    /// The request may publish: its next owner takes over its body as well.
    func handOn() {
        isOpen = false
    }

    /// It may not publish; no more of it is wanted.
    func refuse(_ problem: Problem) {
        isOpen = false
        body.leavePlace()
        exchange.credit(body.drop())
        onRefusal(problem)
        if !exchange.isOver { exchange.respond(problem, headers: headers) }
    }

    func exchange(_ exchange: Exchange, didReceiveBody bytes: UnsafeRawBufferPointer) {
        guard isOpen else { return exchange.credit(bytes.count) }
        if let bound = unsafe body.keep(bytes) {
            exchange.credit(bytes.count)
            refuse(PublishError.tooManyWait(bound).problem)
        }
    }

    func exchangeDidFinishBody(_ exchange: Exchange) {
        isBodyComplete = true
    }

    func exchangeDidClose(_ exchange: Exchange, cause: CloseCause) {
        isOpen = false
        body.leavePlace()
        body.drop()
    }
}
