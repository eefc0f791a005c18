// Exchanges that carry one request after another.

import FakeExchange
import Testing

@testable import HTTP

@Suite struct SpentExchangeTests {
    private final class Silent: BodySource {
        override func produce(into buffer: UnsafeMutableRawBufferPointer) -> Production { .wait }
    }

    private final class Follower: ExchangeHandler {
        func exchange(_ exchange: Exchange, didReceiveBody bytes: UnsafeRawBufferPointer) {}
        func exchangeDidFinishBody(_ exchange: Exchange) {}
        func exchangeDidClose(_ exchange: Exchange, cause: CloseCause) {}
    }

    /// What an exchange knows, member by member.
    private func members(_ exchange: Exchange) -> [String] {
        Mirror(reflecting: exchange).children.map { "\($0.label ?? ""): \($0.value)" }
    }

    private func answered(_ answer: (Exchange) -> Void) -> Exchange {
        let fake = FakeExchange(
            Request(method: "PUT", target: "/a/live?b=c", headers: [HeaderField("a", "b")]))
        answer(fake.exchange)
        fake.exchange.sendWatch = ProgressWatch(heldSinceMs: 7)
        fake.exchange.slot = 3
        fake.exchange.isResetByUs = true
        fake.close(.completed)
        return fake.exchange
    }

    @Test("one that is used again knows nothing of what was before")
    func renewed() {
        let prepared = PreparedResponse(status: 200, headers: [], body: [1, 2, 3])
        let answers: [(Exchange) -> Void] = [
            { $0.respond(prepared, headers: [HeaderField("a", "b")]) },
            { $0.respond(status: 200, headers: [], body: .stream(Silent(), length: 9)) },
            {
                $0.respond(
                    status: 200, headers: [], body: .bytes([UInt8](repeating: 0, count: 9_999)))
            },
            { $0.respond(.nothing) },
        ]
        for answer in answers {
            let exchange = answered(answer)
            exchange.route = RouteMatch(pattern: 1, first: 0..<1, second: 2..<3)
            #expect(exchange.mayBeRenewed)
            let next = FakeExchange(Request(method: "GET", target: "/"), nowMs: 2_000)
            let fresh = Exchange(request: next.request, client: next.client, transport: next)
            let last = exchange.renew(
                request: next.request, client: next.client, transport: next, streamID: 0)
            #expect(last.target == "/a/live?b=c")
            #expect(members(exchange) == members(fresh))
            exchange.close(.completed)
            fresh.close(.completed)
            #expect(next.client.amount(of: .heldBytes) == 0)
        }
    }

    @Test("what others may still hold is not used again")
    func held() {
        #expect(!answered { $0.isMedia = true }.mayBeRenewed)
        let fake = FakeExchange(Request(method: "GET", target: "/"))
        fake.exchange.handler = Follower()
        #expect(!fake.exchange.mayBeRenewed)
        fake.close(.completed)
        let spent = SpentExchanges()
        let other = answered { $0.respond(.nothing) }
        spent.keep(other)
        let next = FakeExchange(Request(method: "GET", target: "/"))
        let made = spent.exchange(
            next.request, client: next.client, transport: next, streamID: 0)
        #expect(made !== other)
        made.close(.completed)
    }

    @Test("one with a long header section is not kept", arguments: [(10, true), (10_000, false)])
    func long(bytes: Int, isKept: Bool) {
        let spent = SpentExchanges()
        let next = FakeExchange(Request(method: "GET", target: "/"))
        let value = String(repeating: "x", count: bytes)
        let exchange = Exchange(
            request: Request(method: "GET", target: "/", headers: [HeaderField("a", value)]),
            client: next.client, transport: next)
        exchange.respond(.nothing)
        exchange.close(.completed)
        weak let looked = exchange
        spent.keep(consume exchange)
        #expect((looked != nil) == isKept)
        let made = spent.exchange(
            next.request, client: next.client, transport: next, streamID: 0)
        #expect((made === looked) == isKept)
        made.close(.completed)
    }

    @Test("the memory of a header section is used again when its request is over")
    func blocks() {
        let spent = SpentExchanges()
        let next = FakeExchange(Request(method: "GET", target: "/"))
        var blocks: Set<ObjectIdentifier> = []
        for _ in 0..<20 {
            let headers = spent.headers(sinceMs: 0, HTTPLimits())
            let block = headers.block
            spent.keep(headers)
            block.append(name: Array(":path".utf8).span, value: Array("/a".utf8).span)
            blocks.insert(ObjectIdentifier(block))
            let exchange = spent.exchange(
                Request(
                    block: consume block, hasBody: false, peer: next.request.peer, connectionID: 1),
                client: next.client, transport: next, streamID: 0)
            #expect(exchange.request.target == "/a")
            exchange.respond(status: 204, headers: [], body: .none)
            exchange.close(.completed)
            spent.keep(consume exchange)
        }
        #expect(blocks.count <= 3)
    }
}

extension Problem {
    fileprivate static let nothing = Problem(status: 404, slug: "x", title: "X")
}
