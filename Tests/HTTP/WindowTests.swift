// The windows of an HTTP/2 connection, from the outside (Clients/frames.py) and as arithmetic.

import Settings
import Testing

@testable import HTTP

@Suite(.serialized)
struct WindowTests {
    @Test(
        "bodies that nobody takes leave a part of the window to answers",
        arguments: [65_535, 100_000, 1_048_576, 12 * 1_048_576, 15_728_640])
    func reserve(window: Int) throws {
        try withServer { server in
            #expect(server.frames("answers_beside_full_windows", "\(window)") == nil)
        }
    }

    @Test(
        "a client that opens its windows late gets everything",
        arguments: [65_535, 100_000, 1_048_576, 6 * 1_048_576])
    func lateUpdates(window: Int) throws {
        try withServer { server in
            #expect(server.frames("windows_that_open_late", "\(window)") == nil)
        }
    }
}

@Suite struct LiveFlowTests {
    private static let stream = 6 * 1_048_576
    private static let megabyte = 1_048_576

    private func connection(_ bytes: Int) -> ConnectionWindow {
        var window = ConnectionWindow()
        window.opened(to: bytes)
        return window
    }

    private func judge(
        _ flow: inout LiveFlow, isMedia: Bool = true, of window: Int, remaining: Int,
        stream: Int = LiveFlowTests.stream, length: Int = 16_384
    ) -> LiveFlow.Verdict {
        flow.judge(
            length: length, isMedia: isMedia, stream: stream, connection: connection(window),
            remaining: remaining)
    }

    @Test(
        "the reserve is a part of the window, and a page at most",
        arguments: [
            (0, 8_191), (65_535, 8_191), (1_048_576, 131_072), (12_582_912, 1_048_576),
            (15_728_640, 1_048_576), (Int(Int32.max), 1_048_576),
        ])
    func reserves(window: Int, reserve: Int) {
        #expect(connection(window).reserve == reserve)
        // A client that opens a window when half of it is used is never waited for.
        #expect(connection(window).reserve < connection(window).largest / 4)
    }

    @Test(
        "media goes down to the reserve, events to half of it",
        arguments: [65_535, 1_048_576, 15_728_640])
    func floors(window: Int) {
        let reserve = connection(window).reserve
        for (isMedia, floor) in [(true, reserve), (false, reserve / 2)] {
            var flow = LiveFlow(nowMs: 0)
            #expect(
                judge(&flow, isMedia: isMedia, of: window, remaining: floor + 20_000)
                    == .allowed(16_384))
            #expect(
                judge(&flow, isMedia: isMedia, of: window, remaining: floor + 2_000)
                    == .allowed(2_000))
            #expect(
                judge(&flow, isMedia: isMedia, of: window, remaining: floor + 100)
                    == .heldByConnection)
            #expect(flow.held == .heldByConnection)
            // Few bytes go where few bytes are what there is.
            #expect(
                judge(&flow, isMedia: isMedia, of: window, remaining: floor + 100, length: 1)
                    == .allowed(1))
            #expect(flow.held == nil)
        }
    }

    @Test(
        "media that its peer does not take gets nothing more once half of the window is used",
        arguments: [
            // The connection's window, the stream's, and what has gone of it.
            (15_728_640, 6_291_456, 3_538_944), (12_582_912, 12_582_912, 4_718_592),
            (1_048_576, 1_048_576, 589_824), (65_535, 65_535, 36_862), (65_535, 1_000, 32_768),
            (Int(Int32.max), Int(Int32.max), 4_718_592),
        ])
    func still(window: Int, stream: Int, sentBytes: Int) {
        let scarce = connection(window).scarce
        var flow = LiveFlow(nowMs: 0)
        #expect(
            judge(&flow, of: window, remaining: window, stream: stream, length: 1) == .allowed(1))
        flow.sent(sentBytes - 1, nowMs: 0)
        // Its peer has had no reason to open the window.
        #expect(
            judge(&flow, of: window, remaining: scarce, stream: stream, length: 1) == .allowed(1))
        flow.sent(1, nowMs: 0)
        // As long as there is enough, nobody needs it.
        #expect(
            judge(&flow, of: window, remaining: scarce + 1, stream: stream, length: 1)
                == .allowed(1))
        #expect(
            judge(&flow, of: window, remaining: scarce, stream: stream, length: 1)
                == .heldByStream)
        #expect(flow.held == .heldByStream)
        // Events and the like are small.
        #expect(
            judge(
                &flow, isMedia: false, of: window, remaining: scarce, stream: stream, length: 1)
                == .allowed(1))
        _ = flow.opened(by: 1, to: 2, nowMs: 0)
        #expect(
            judge(&flow, of: window, remaining: scarce, stream: stream, length: 1) == .allowed(1))
    }

    @Test(
        "what waits behind a window that was shut for two seconds is old",
        arguments: [
            // Shut: so many bytes were left before it opened.
            (0, 1_999, false), (0, 2_000, true), (16_383, 2_000, true), (16_384, 60_000, false),
            (5_000_000, 60_000, false),
        ] as [(Int, UInt64, Bool)])
    func old(leftBytes: Int, afterMs: UInt64, isOld: Bool) {
        var flow = LiveFlow(nowMs: 0)
        flow.sent(1_000_000, nowMs: 1_000)
        let result = flow.opened(
            by: 1_000_000, to: leftBytes + 1_000_000, nowMs: 1_000 + afterMs)
        #expect(result == isOld)
    }

    @Test("so is what was held because the window stood still")
    func oldAfterHold() {
        let window = 15 * Self.megabyte
        var flow = LiveFlow(nowMs: 0)
        _ = judge(&flow, of: window, remaining: window)
        flow.sent(4 * Self.megabyte, nowMs: 0)
        #expect(judge(&flow, of: window, remaining: window / 2) == .heldByStream)
        let first = flow.opened(by: 1_000, to: 3 * Self.megabyte, nowMs: 3_001)
        #expect(first)
        flow.resumed()
        #expect(flow.held == nil)
        let second = flow.opened(by: 1_000, to: 3 * Self.megabyte, nowMs: 3_002)
        #expect(second == false)
    }
}
