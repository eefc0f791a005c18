// A server for measuring the HTTP module alone: fixed answers from memory over TLS and HTTP/2 on
// loopback. `HTTPThroughput PORT CERTIFICATE KEY`, then run h2load against it:
//
//   /1k, /512k   that many bytes, known in advance
//   /asset       1 KiB, prepared once
//   /stream      512 KiB from a body source, the way live media is sent
//   /hold        headers, then nothing: what an idle viewer costs
//   /live        2.5 Mbit/s for ever, in pieces every 40 ms: what a live viewer costs
//
// Every connection is accepted by this process itself; it stops on SIGINT.
//
// Unsafe use: the listener's address structure, and a memset into the buffer a source is given.

import Glibc
import HTTP
import LinuxIO

/// Answers from memory.
final class FixedAnswers: Application {
    private let small = [UInt8](repeating: 0x61, count: 1_024)
    private let large = [UInt8](repeating: 0x62, count: 512 * 1_024)
    private var viewers: [(exchange: Exchange, source: LiveSource)] = []
    private let fields = [HeaderField("content-type", "application/octet-stream")]
    private let asset = Resource(
        Content(
            fields: [
                HeaderField("cache-control", "public, max-age=31536000, immutable"),
                HeaderField("x-content-type-options", "nosniff"),
                HeaderField("cross-origin-resource-policy", "same-origin"),
                HeaderField("vary", "accept-encoding"),
            ],
            contentFields: [HeaderField("content-type", "text/javascript; charset=utf-8")],
            bytes: [UInt8](repeating: 0x61, count: 1_024), tag: EntityTag("\"0123456789abc\""),
            hasParts: true))

    func begin(_ exchange: Exchange) {
        if exchange.request.hasTarget("/asset") { return asset.answer(exchange) }
        switch exchange.request.target {
        case "/1k": exchange.respond(status: 200, headers: fields, body: .bytes(small))
        case "/512k": exchange.respond(status: 200, headers: fields, body: .bytes(large))
        case "/stream":
            let source = CountedSource(bytes: large.count)
            exchange.respond(status: 200, headers: fields, body: .stream(source))
        case "/live":
            let source = LiveSource()
            viewers.append((exchange, source))
            exchange.respond(status: 200, headers: fields, body: .stream(source))
        case "/hold": exchange.respond(status: 200, headers: fields, body: .stream(SilentSource()))
        default: exchange.respond(status: 404, headers: [], body: .none)
        }
    }
}

extension FixedAnswers {
    /// 25 times a second, every viewer gets its next piece.
    func feedViewers(_ loop: EventLoop) {
        loop.schedule(afterMs: 40) {
            self.viewers.removeAll { $0.exchange.isClosed }
            for viewer in self.viewers {
                viewer.source.waiting += LiveSource.pieceBytes
                viewer.exchange.resume()
            }
            self.feedViewers(loop)
        }
    }
}

/// Sends what has come up, then waits.
final class LiveSource: BodySource {
    static let pieceBytes = 12_500
    var waiting = 0

    override func produce(into buffer: UnsafeMutableRawBufferPointer) -> Production {
        guard waiting > 0, let base = buffer.baseAddress else { return .wait }
        let count = min(waiting, buffer.count)
        unsafe memset(base, 0x64, count)
        waiting -= count
        return .bytes(count)
    }
}

/// So many bytes, made on the fly.
final class CountedSource: BodySource {
    private var left: Int

    init(bytes: Int) {
        left = bytes
    }

    override func produce(into buffer: UnsafeMutableRawBufferPointer) -> Production {
        let count = min(left, buffer.count)
        guard let base = buffer.baseAddress else { return .end }
        unsafe memset(base, 0x63, count)
        left -= count
        return left == 0 ? .last(count) : .bytes(count)
    }
}

final class SilentSource: BodySource {
    override func produce(into buffer: UnsafeMutableRawBufferPointer) -> Production { .wait }
}

/// Accepts connections for the server.
final class Listener: EventHandler {
    private let descriptor: Descriptor
    private let server: HTTPServer

    init(port: UInt16, server: HTTPServer) throws(SystemError) {
        let raw = try systemCall("socket") {
            socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
        }
        descriptor = Descriptor(owning: raw)
        self.server = server
        var yes: Int32 = 1
        _ = unsafe setsockopt(
            raw, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let length = socklen_t(MemoryLayout<sockaddr_in>.size)
        try systemCall("bind") {
            unsafe withUnsafePointer(to: &address) { pointer in
                unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    unsafe bind(raw, $0, length)
                }
            }
        }
        try systemCall("listen") { listen(raw, 4_096) }
    }

    var raw: Int32 { descriptor.raw }

    func handleReadiness(_ readiness: Readiness) {
        for _ in 0..<64 {
            let accepted = accept(raw, nil, nil)
            guard accepted >= 0 else { return }
            server.adopt(Descriptor(owning: accepted))
        }
    }
}

guard CommandLine.arguments.count == 4, let port = UInt16(CommandLine.arguments[1]) else {
    print("usage: HTTPThroughput PORT CERTIFICATE KEY")
    exit(2)
}
let loop = try EventLoop()
let answers = FixedAnswers()
let context = try TLSContext(
    chain: CertificateChain(
        pem: FileSystem.contents(of: CommandLine.arguments[2], limitBytes: 1 << 20)),
    key: PrivateKey(pem: FileSystem.contents(of: CommandLine.arguments[3], limitBytes: 1 << 20)))
var limits = HTTPLimits()
// One benchmark connection asks far more often than any client would be allowed to.
limits.streamsPerConnection = 1_000
let server = HTTPServer(
    loop: loop, tls: context, application: answers, counters: HTTPCounters(), limits: limits)
let listener = try Listener(port: port, server: server)
_ = try loop.add(listener.raw, interest: .readable, handler: listener)
answers.feedViewers(loop)
print("https://127.0.0.1:\(port)")
loop.run()
