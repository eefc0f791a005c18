// Where an HTTP/1.1 connection stands, and how a response is framed, as values.

import FakeExchange
import Testing

@testable import HTTP

struct HTTP1PhaseTests {
    private func turn(
        _ version: HTTP1Version = .v11, method: String = "GET", persists: Bool = true
    ) -> (FakeExchange, HTTP1Turn) {
        let fake = FakeExchange(Request(method: method, target: "/"))
        let turn = HTTP1Turn(
            exchange: fake.exchange, version: version, endsWithInput: false, persists: persists)
        return (fake, turn)
    }

    @Test("a request is received, then answered, then gone")
    func order() {
        var phase = HTTP1Phase.between(headSinceMs: 5)
        #expect(phase.headSinceMs == 5)
        let (fake, turn) = turn()
        phase.begin(turn)
        #expect(phase.turn?.exchange === fake.exchange && !phase.isAnswering)
        let finished = phase.finishRequest()
        #expect(finished?.exchange === fake.exchange && phase.isAnswering)
        let again = phase.finishRequest()
        #expect(again == nil, "it has been complete before")
        let closed = phase.close()
        #expect(closed?.exchange === fake.exchange)
        #expect(phase.isBetween && phase.headSinceMs == nil)
        let closedAgain = phase.close()
        #expect(closedAgain == nil)
        phase.finish()
        #expect(phase.isOver && phase.turn == nil)
        fake.close(.completed)
    }

    @Test("what is changed of a request stays with it")
    func update() {
        let (fake, turn) = turn()
        var phase = HTTP1Phase.between(headSinceMs: nil)
        phase.begin(turn)
        var changed = turn
        changed.persists = false
        phase.update(changed)
        #expect(phase.turn?.persists == false && !phase.isAnswering)
        _ = phase.finishRequest()
        changed.persists = true
        phase.update(changed)
        #expect(phase.turn?.persists == true && phase.isAnswering)
        fake.close(.completed)
    }

    @Test("a second request does not begin before the first is gone")
    func overlap() async {
        await #expect(processExitsWith: .failure) {
            let fake = FakeExchange(Request(method: "GET", target: "/"))
            let turn = HTTP1Turn(
                exchange: fake.exchange, version: .v11, endsWithInput: false, persists: true)
            var phase = HTTP1Phase.between(headSinceMs: nil)
            phase.begin(turn)
            phase.begin(turn)
        }
    }

    enum Body { case none, bytes, stream }

    @Test(
        "framing follows from version, method, status and body",
        arguments: [
            (.v11, "GET", 200, .stream, .chunked), (.v10, "GET", 200, .stream, .untilClose),
            (.v11, "HEAD", 200, .stream, .none), (.v11, "GET", 200, .bytes, .length(3)),
            (.v11, "HEAD", 200, .bytes, .length(3)), (.v11, "GET", 200, .none, .length(0)),
            (.v11, "HEAD", 200, .none, .none), (.v11, "GET", 304, .none, .none),
            (.v11, "GET", 204, .none, .none), (.v11, "GET", 204, .bytes, .none),
        ] as [(HTTP1Version, String, Int, Body, HTTP1Response.Framing)])
    func framing(
        version: HTTP1Version, method: String, status: Int, body: Body,
        expected: HTTP1Response.Framing
    ) throws {
        var (fake, turn) = turn(version, method: method)
        let content: ResponseBody =
            switch body {
            case .none: .none
            case .bytes: .bytes([1, 2, 3])
            case .stream: .stream(BodySource())
            }
        fake.exchange.respond(status: status, headers: [], body: content)
        turn.begin(try #require(fake.answer), isCutOff: false)
        #expect(turn.framing == expected)
        // Only the end of the connection can tell the end of such a body.
        #expect(turn.persists == (expected != .untilClose))
        fake.close(.completed)
    }

    @Test(
        "the field Connection says what differs from the version's habit",
        arguments: [
            (.v11, true, false, nil), (.v11, false, false, "close"), (.v11, true, true, "close"),
            (.v10, true, false, "keep-alive"), (.v10, false, false, "close"),
        ] as [(HTTP1Version, Bool, Bool, String?)])
    func connectionField(
        version: HTTP1Version, persists: Bool, isCutOff: Bool, expected: String?
    ) throws {
        var (fake, turn) = turn(version, persists: persists)
        fake.exchange.respond(status: 200, headers: [], body: .none)
        turn.begin(try #require(fake.answer), isCutOff: isCutOff)
        #expect(turn.connectionField == expected)
        fake.close(.completed)
    }
}
