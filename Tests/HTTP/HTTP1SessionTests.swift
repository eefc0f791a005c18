// HTTP/1.1 connections from the outside: Clients/http1.py says what is to be said byte by byte.

import Foundation
import Testing

@testable import HTTP

@Suite(.serialized)
struct HTTP1SessionTests {
    /// Waits until the server has let go of all connections.
    private func waitForCloses(_ server: TestServer) {
        while server.onLoop({ server.server.connectionCount }) > 0 {}
    }

    @Test(
        "the raw client sees what it expects",
        arguments: [
            "kept_alive", "asked_to_close", "http10_closes", "http10_keeps_alive",
            "http10_gets_no_chunks", "head", "chunked_response", "said_length",
            "known_length", "short_of_its_length", "aborted_source", "pipelining",
            "pipelined_bodies", "many_pipelined", "behind_a_close", "garbage_behind_a_request",
            "chunks", "longer_than_declared", "broken_chunks", "answered_before_broken_chunks",
            "expect_continue",
            "no_continue_before_an_early_answer", "early_answer_to_a_long_body",
            "body_until_close", "source_until_close", "refused_source", "credentials",
            "reset_by_route", "backpressure", "plaintext",
        ])
    func scenario(_ name: String) throws {
        try withServer { server in
            #expect(server.http1(name) == nil)
        }
    }

    @Test(
        "the raw client sees what it expects without TLS",
        arguments: [
            "plain_serves", "half_closed", "half_closed_in_a_request",
            "half_closed_behind_half_a_request", "half_closed_behind_an_answer",
            "tls_on_the_plain_port",
        ])
    func plainScenario(_ name: String) throws {
        try withServer { server in
            #expect(server.http1(name, isPlain: true) == nil)
        }
    }

    @Test(
        "who takes too long is told so",
        arguments: [
            "slow_head", "slow_head_behind_a_request", "body_never_comes", "body_stops",
            "trickled_body", "trickled_trailers",
        ])
    func timeouts(_ name: String) throws {
        try withServer(shortLimits(for: name)) { server in
            #expect(server.http1(name) == nil)
        }
    }

    @Test(
        "a connection without requests is closed",
        arguments: ["idle_connection", "silent_connection"])
    func idle(_ name: String) throws {
        var limits = HTTPLimits()
        // Long enough to ask for something first.
        limits.idleConnectionMs = 1_000
        try withServer(limits) { server in
            #expect(server.http1(name) == nil)
        }
    }

    @Test("a client that resets its connection while nothing is read from it is noticed")
    func lostWhilePaused() throws {
        try withServer { server in
            #expect(server.http1("lost_while_input_is_paused") == nil)
            waitForCloses(server)
            #expect(server.onLoop { server.application.causes["/never"] } == [.connectionLost])
        }
    }

    @Test("a viewer that says good-bye is gone, though it could still be sent something")
    func goodbye() throws {
        try withServer { server in
            #expect(server.http1("viewer_says_goodbye", isPlain: true) == nil)
            waitForCloses(server)
            #expect(server.onLoop { server.application.causes["/endless"] } == [.connectionLost])
        }
    }

    @Test("draining ends what is idle, and what is open after its answer")
    func drain() throws {
        try withServer { server in
            #expect(server.http1("drain") == nil)
            waitForCloses(server)
        }
    }

    @Test("a draining server still answers on its plain port, and on that one only")
    func drainWithPlainPort() throws {
        try withServer { server in
            server.onLoop { server.server.drain(closesIdle: true) }
            #expect(server.http1("plain_serves", isPlain: true) == nil)
            #expect(server.http1("drained_port_is_silent") == nil)
        }
    }

    @Test("every exchange is closed exactly once, and knows why")
    func causes() throws {
        try withServer { server in
            for name in ["kept_alive", "reset_by_route", "aborted_source", "broken_chunks"] {
                #expect(server.http1(name) == nil)
            }
            waitForCloses(server)
            let causes = server.onLoop { server.application.causes }
            #expect(causes["/hello"] == [.completed, .completed, .completed])
            #expect(causes["/reset"] == [.reset])
            #expect(causes["/abort"] == [.reset])
            #expect(causes["/count"] == [.reset])
        }
    }
}
