// The routes of the test server. All of it runs on the loop's thread.

import Foundation
import HTTP
import LinuxIO

final class TestApplication: Application {
    weak var server: TestServer?
    /// How each exchange with a handler ended, in order.
    private(set) var causes: [String: [CloseCause]] = [:]
    private(set) var held: HeldHandler?
    private var begun: [String: Int] = [:]
    private var waitingForDrain: [Exchange] = []
    private var waitingForClose: [Exchange] = []

    func begin(_ exchange: Exchange) {
        let target = exchange.request.target
        begun[target, default: 0] += 1
        let handler = CountingHandler(self, target)
        exchange.handler = handler
        let text = [HeaderField("content-type", "text/plain")]
        switch target {
        case "/hello":
            exchange.respond(status: 200, headers: text, body: .bytes(Array("hello".utf8)))
        case "/count": handler.answersCount = true
        case "/held":
            held = HeldHandler(exchange)
            exchange.handler = held
        case "/credit":
            held?.creditAll()
            exchange.respond(status: 204, headers: [], body: .none)
        case "/held-bytes": answer(exchange, held?.received ?? 0)
        case "/never-begun": answer(exchange, begun["/never", default: 0])
        case "/early": exchange.respond(Problem(status: 409, slug: "taken", title: "Taken"))
        case "/ticks": tick(exchange)
        case "/after-ticks":
            server?.loop.schedule(afterMs: 5) {
                exchange.respond(status: 200, headers: text, body: .bytes(Array("late".utf8)))
            }
        case "/endless": exchange.respond(status: 200, headers: text, body: .stream(Endless()))
        case "/reset": exchange.reset(.refused)
        case "/abort": exchange.respond(status: 200, headers: text, body: .stream(Aborting()))
        case "/echo-fields":
            let fields = exchange.request.headers.map { "\($0.name)=\($0.value)" }
            exchange.respond(
                status: 200, headers: text, body: .bytes(Array(fields.joined(separator: ";").utf8)))
        case "/long-head":
            exchange.respond(status: 200, headers: Self.longFields, body: .bytes(Array("end".utf8)))
        case "/drain":
            exchange.respond(status: 204, headers: [], body: .none)
            server?.server.drain(closesIdle: true)
            for other in waitingForDrain { other.respond(status: 204, headers: [], body: .none) }
        case "/waiting-for-drain": answer(exchange, waitingForDrain.count)
        case "/never-until-drained": waitingForDrain.append(exchange)
        case "/wait-for-close": waitingForClose.append(exchange)
        default:
            guard let bytes = target.split(separator: "/").last.flatMap({ Int($0) }) else { return }
            answer(exchange, target, with: Pattern(bytes: bytes), bytes: bytes)
        }
    }

    /// With so many bytes, of which it says so much.
    private func answer(_ exchange: Exchange, _ target: String, with source: Pattern, bytes: Int) {
        let said = [HeaderField("content-length", "\(bytes)")]
        if target.hasPrefix("/size/") {
            exchange.respond(status: 200, headers: [], body: .stream(source))
        } else if target.hasPrefix("/known/") {
            exchange.respond(status: 200, headers: [], body: .stream(source, length: bytes))
        } else if target.hasPrefix("/said/") {
            exchange.respond(status: 200, headers: said, body: .stream(source))
        } else if target.hasPrefix("/short/") {
            exchange.respond(status: 200, headers: [], body: .stream(source, length: bytes + 10))
        } else if target.hasPrefix("/long/") {
            exchange.respond(status: 200, headers: [], body: .stream(source, length: bytes - 10))
        } else if target.hasPrefix("/contradicted/") {
            exchange.respond(
                status: 200, headers: said, body: .bytes([UInt8](repeating: 0, count: bytes + 1)))
        } else if target.hasPrefix("/resource/") {
            resource.answer(exchange)
        } else if target.hasPrefix("/content/") {
            exchange.respond(content)
        }
    }

    /// Bytes of the pattern, which say when they are compressed that they are.
    private let content = Content(
        fields: [HeaderField("vary", "accept-encoding")],
        contentFields: [HeaderField("content-type", "text/plain")],
        bytes: (0..<100_000).map(Pattern.byte), tag: EntityTag("\"plain\""),
        gzip: (bytes: Array("compressed".utf8), tag: EntityTag("\"gz\"")), hasParts: true)
    private lazy var resource = Resource(content)

    /// More than one frame of HTTP/2 holds.
    static let longFields = "abcdefghijklmnopqrst".map { letter in
        HeaderField("x-long-\(letter)", String(repeating: letter, count: 1_500))
    }

    private func answer(_ exchange: Exchange, _ number: Int) {
        exchange.respond(status: 200, headers: [], body: .bytes(Array("\(number)".utf8)))
    }

    fileprivate func note(_ target: String, _ cause: CloseCause) {
        causes[target, default: []].append(cause)
        guard target.hasPrefix("/size/") else { return }
        for other in waitingForClose where !other.isClosed {
            other.respond(status: 200, headers: [], body: .none)
        }
        waitingForClose = []
    }

    /// Five pieces, each a millisecond after the last.
    private func tick(_ exchange: Exchange) {
        let source = Ticking()
        exchange.respond(status: 200, headers: [], body: .stream(source))
        func next(_ left: Int) {
            server?.loop.schedule(afterMs: 1) {
                source.ticks += 1
                source.isLast = left == 1
                exchange.resume()
                if left > 1 { next(left - 1) }
            }
        }
        next(5)
    }
}

/// Credits what comes, and may answer with how much it was.
final class CountingHandler: ExchangeHandler {
    var answersCount = false
    private var count = 0
    private let target: String
    private unowned let application: TestApplication

    init(_ application: TestApplication, _ target: String) {
        self.application = application
        self.target = target
    }

    func exchange(_ exchange: Exchange, didReceiveBody bytes: UnsafeRawBufferPointer) {
        count += bytes.count
        exchange.credit(bytes.count)
    }

    func exchangeDidFinishBody(_ exchange: Exchange) {
        guard answersCount else { return }
        exchange.respond(status: 200, headers: [], body: .bytes(Array("\(count)".utf8)))
    }

    func exchangeDidClose(_ exchange: Exchange, cause: CloseCause) {
        application.note(target, cause)
    }
}

/// Credits nothing until it is told to.
final class HeldHandler: ExchangeHandler {
    private let held: Exchange
    private(set) var received = 0

    init(_ exchange: Exchange) { held = exchange }

    func creditAll() { held.credit(received) }

    func exchange(_ exchange: Exchange, didReceiveBody bytes: UnsafeRawBufferPointer) {
        received += bytes.count
    }

    func exchangeDidFinishBody(_ exchange: Exchange) {}
    func exchangeDidClose(_ exchange: Exchange, cause: CloseCause) {}
}

/// So many bytes of a pattern that shows when one is lost or doubled.
final class Pattern: BodySource {
    private let bytes: Int
    private var sent = 0

    init(bytes: Int) { self.bytes = bytes }

    static func byte(_ index: Int) -> UInt8 { UInt8(index % 251) }

    override func produce(into buffer: UnsafeMutableRawBufferPointer) -> Production {
        let count = min(buffer.count, bytes - sent)
        if count == 0 { return .end }
        for index in 0..<count { buffer[index] = Self.byte(sent + index) }
        sent += count
        return .bytes(count)
    }
}

final class Ticking: BodySource {
    var ticks = 0
    var isLast = false

    override func produce(into buffer: UnsafeMutableRawBufferPointer) -> Production {
        guard ticks > 0 else { return isLast ? .end : .wait }
        ticks -= 1
        buffer.copyBytes(from: Array("tick".utf8))
        return .bytes(4)
    }
}

/// Never says anything, and does not end.
final class Endless: BodySource {
    override func produce(into buffer: UnsafeMutableRawBufferPointer) -> Production { .wait }
}

final class Aborting: BodySource {
    override func produce(into buffer: UnsafeMutableRawBufferPointer) -> Production { .abort }
}
