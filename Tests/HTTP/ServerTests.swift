// The module from the outside: curl, openssl and a raw-frame client against a server on loopback.

import Foundation
import Testing

@testable import HTTP

@Suite(.serialized)
struct ServerTests {
    /// What curl calls the protocols that all routes are served over.
    private static let protocols = ["--http2", "--http1.1"]

    @Test(
        "a request gets its response over TLS",
        arguments: zip(protocols, ["HTTP/2 200", "HTTP/1.1 200"]))
    func roundTrip(version: String, statusLine: String) throws {
        try withServer { server in
            let result = server.curl("-D-", "\(server.base)/hello", over: version)
            #expect(result.text.hasPrefix(statusLine))
            #expect(result.text.contains("content-length: 5\r\n"))
            #expect(result.text.contains("date: "))
            #expect(result.text.hasSuffix("hello"))
        }
    }

    @Test("a header section of several frames is whole, also beside others that share the buffer")
    func longHeads() throws {
        try withServer { server in
            let urls = (0..<6).map { _ in "\(server.base)/long-head" }
            let arguments = [
                "curl", "-sSk", "--http2", "--parallel", "--parallel-immediate", "-D-",
            ]
            let result = run(arguments + urls)
            #expect(result.status == 0, "\(result.errors)")
            let lines = Set(result.text.split { $0.isNewline }.map(String.init))
            for field in TestApplication.longFields {
                #expect(lines.contains("\(field.name): \(field.value)"))
            }
            #expect(result.text.components(separatedBy: "HTTP/2 200").count == 7)
        }
    }

    @Test(
        "a streamed body arrives whole", arguments: [0, 1, 16_384, 1_000_000, 20_000_000], protocols
    )
    func streamed(_ bytes: Int, version: String) throws {
        try withServer { server in
            let result = server.curl("\(server.base)/size/\(bytes)", over: version)
            #expect(result.output.count == bytes)
            let isExact = result.output.enumerated().allSatisfy { $1 == Pattern.byte($0) }
            #expect(isExact)
        }
    }

    @Test("slow readers get every byte too", arguments: protocols)
    func slowReader(version: String) throws {
        try withServer { server in
            let result = server.curl(
                "--limit-rate", "8M", "\(server.base)/size/5000000", over: version)
            #expect(result.output.count == 5_000_000)
            let isExact = result.output.enumerated().allSatisfy { $1 == Pattern.byte($0) }
            #expect(isExact)
        }
    }

    @Test("an upload is received whole", arguments: [0, 1, 300_000, 10_000_000], protocols)
    func upload(_ bytes: Int, version: String) throws {
        try withServer { server in
            let body = Data(repeating: 0x61, count: bytes)
            let result = server.curl(
                "-T", "-", "-X", "POST", "\(server.base)/count", over: version, input: body)
            #expect(result.text == "\(bytes)", "\(result.errors)")
        }
    }

    @Test("an early answer reaches curl, whether its upload is short or long", arguments: protocols)
    func earlyAnswer(version: String) throws {
        try withServer { server in
            for bytes in [500, 3_000_000] {
                let body = Data(repeating: 0x61, count: bytes)
                let result = server.curl(
                    "-o", "/dev/null", "-w", "%{http_code}", "-X", "POST", "--data-binary", "@-",
                    "\(server.base)/early", over: version, input: body)
                #expect(result.text == "409", "\(result.errors)")
            }
        }
    }

    @Test(
        "many requests at once on many connections are all answered",
        arguments: ["h2", "http/1.1"])
    func load(version: String) throws {
        try withServer { server in
            let result = run(
                "h2load", "--npn-list", version, "-n", "3000", "-c", "20", "-m", "50",
                "\(server.base)/size/20000")
            #expect(result.text.contains("3000 succeeded, 0 failed"), "\(result.text)")
        }
    }

    @Test(
        "the raw-frame client sees what it expects",
        arguments: [
            "head", "trailers", "expect_continue", "reset_by_route", "aborted_source",
            "peer_reset", "backpressure", "incremental_body", "large_headers", "many_headers",
            "header_bomb", "long_target", "strict_authority",
            "connection_specific", "wrong_length", "no_alpn",
            "http1_alpn", "foreign_alpn", "rapid_reset", "provoked_resets", "ping_flood",
            "settings_flood", "broken_length_resets", "unknown_frame_flood",
            "closed_stream_data_flood", "closed_stream_update_flood", "padded_byte_flood",
            "priority_flood", "window_flood", "empty_data_flood", "continuation_flood", "drain",
        ])
    func scenario(_ name: String) throws {
        try withServer { server in
            #expect(server.frames(name) == nil)
        }
    }

    @Test(
        "who takes too long is let go",
        arguments: [
            "early_response", "body_never_comes", "body_stops",
            "body_stops_and_window_is_closed", "closed_window", "trickled_window",
            "trickled_connection_window", "caught_up_behind_a_closed_window", "trickled_body",
            "endless_headers",
            "silent_handshake", "reader_that_stops",
        ])
    func timeouts(_ name: String) throws {
        try withServer(shortLimits(for: name)) { server in
            #expect(server.frames(name) == nil)
        }
    }

    @Test("a connection without requests is closed")
    func idle() throws {
        var limits = HTTPLimits()
        limits.idleConnectionMs = 150
        try withServer(limits) { server in
            #expect(server.frames("idle_connection") == nil)
        }
    }

    @Test("every exchange is closed exactly once, and knows why")
    func causes() throws {
        try withServer { server in
            _ = server.curl("\(server.base)/hello")
            _ = server.frames("peer_reset")
            _ = server.frames("reset_by_route")
            // It gives up when it has asked, on a machine that is busy as well.
            _ = server.curl("--max-time", "3", "\(server.base)/never")
            while server.onLoop({ server.server.connectionCount }) > 0 {}
            let causes = server.onLoop { server.application.causes }
            #expect(causes["/hello"] == [.completed, .completed])
            #expect(causes["/reset"] == [.reset])
            let never = causes["/never"] ?? []
            #expect(never.count == 2)
            #expect(never.contains(.peerReset))
        }
    }

    @Test(
        "each request is told of once, with its status or that it got none",
        arguments: [true, false])
    func observed(isHTTP2: Bool) throws {
        let version = isHTTP2 ? "--http2" : "--http1.1"
        try withServer { server in
            _ = server.curl(version, "\(server.base)/hello")
            _ = server.curl(version, "\(server.base)/early")
            _ = server.curl(version, "\(server.base)/after-ticks")
            _ = server.curl(version, "--max-time", "3", "\(server.base)/never")
            while server.onLoop({ server.server.connectionCount }) > 0 {}
            #expect(server.onLoop { server.observed.statuses } == [200, 409, 200, 0])
            #expect(server.onLoop { server.observed.handshakes } == 4)
        }
    }

    @Test("connections beyond the limit are closed at once")
    func tooMany() throws {
        var limits = HTTPLimits()
        limits.connections = 0
        try withServer(limits) { server in
            #expect(server.curl("\(server.base)/hello").status != 0)
            #expect(server.onLoop { server.counters.counts.connectionsRefused } == 1)
        }
    }

    @Test("an abuser costs its own connection only, and is counted")
    func abuseIsCounted() throws {
        try withServer { server in
            #expect(server.frames("rapid_reset") == nil)
            #expect(server.onLoop { server.counters.counts.abuseCloses } == 1)
            #expect(server.curl("\(server.base)/hello").text == "hello")
        }
    }
}
