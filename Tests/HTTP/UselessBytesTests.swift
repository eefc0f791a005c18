// What a peer may send for nothing: each kind of flood ends soon, no kind of honest peer ever.

import Testing

@testable import HTTP

/// One second of a peer, as an HTTP/2 session would report it.
private struct PeerSecond {
    /// Bytes that come in frames, all told.
    var received = 0
    var requests = 0
    /// Bytes of the frames of each request's header section.
    var headerBytes = 60
    var body = 0
    /// DATA frames that we send it.
    var dataFrames = 0
    var cutOffs = 0
}

struct UselessBytesTests {
    /// How much a peer sends in one piece.
    private static let pieceBytes = 16 * 1024

    /// After how many bytes, or nil when it may go on for ten minutes.
    private func end(of second: PeerSecond) -> Int? {
        var tested = UselessBytes(limits: HTTPLimits(), nowMs: 0)
        var total = 0
        for number in 0..<60_000 {
            // Spread over the second, in a hundred parts.
            let share = { (count: Int) in
                count * (number % 100 + 1) / 100 - count * (number % 100) / 100
            }
            for _ in 0..<share(second.requests) { tested.didTakeHeaders(second.headerBytes) }
            for _ in 0..<share(second.dataFrames) { tested.didSendData() }
            for _ in 0..<share(second.cutOffs) { tested.didCutOffBody() }
            tested.didTakeBody(share(second.body))
            var rest = share(second.received)
            while rest > 0 {
                let piece = min(rest, Self.pieceBytes)
                rest -= piece
                total += piece
                if !tested.allows(received: piece, nowMs: UInt64(number) * 10) { return total }
            }
        }
        return nil
    }

    @Test(
        "a flood of what leads to nothing ends after a mebibyte and what a second brings",
        arguments: [
            // Frames of unknown types, or for closed streams, as fast as a network carries them.
            PeerSecond(received: 100_000_000),
            // Little enough to go unnoticed for a while.
            PeerSecond(received: 200_000),
            // One byte in each DATA frame, and as much padding as there can be.
            PeerSecond(received: 266 * 100_000, body: 100_000),
            // One byte in each DATA frame, alone.
            PeerSecond(received: 10 * 100_000, body: 100_000),
            // Bodies cut off again and again, and junk behind them.
            PeerSecond(received: 50_000_000, requests: 50, cutOffs: 50),
        ])
    fileprivate func flood(_ second: PeerSecond) {
        let allowance = 1024 * 1024 + 50 * 64 * 1024
        let perSecond = second.received
        let ended = end(of: second)
        #expect(ended.map { $0 <= allowance + 12 * perSecond } ?? false)
        #expect(ended.map { $0 >= 1024 * 1024 } ?? false)
    }

    @Test("a flood as fast as it goes ends within the allowance")
    func fastFlood() {
        #expect((end(of: PeerSecond(received: 1_000_000_000)) ?? .max) < 1_200_000)
    }

    @Test(
        "nobody who does something of use is ever refused",
        arguments: [
            // A viewer: two updates for each frame, and a PING each second.
            PeerSecond(received: 100 * 26 + 17, dataFrames: 100),
            // A very fast download.
            PeerSecond(received: 70_000 * 26, dataFrames: 70_000),
            // A viewer of very little who says it is there ten times a second.
            PeerSecond(received: 170, dataFrames: 1),
            // A publisher in frames of 1,200 bytes, and of 20 bytes.
            PeerSecond(received: 1_209 * 2_000, body: 1_200 * 2_000),
            PeerSecond(received: 29 * 5_000, body: 20 * 5_000),
            // One that sends byte by byte, a thousand times a second.
            PeerSecond(received: 10 * 1_000, body: 1_000),
            // A load generator: 50,000 requests, each with a body of one byte.
            PeerSecond(
                received: (60 + 10 + 9 + 26) * 50_000, requests: 50_000, body: 50_000,
                dataFrames: 50_000),
            // A page's encoder that is refused four times a second and sends on for a while.
            PeerSecond(
                received: 4 * (60 + 250_000 + 60_000), requests: 4, body: 4 * 250_000, cutOffs: 4),
            // A player that seeks all the time: requests, resets, updates for streams that are gone.
            PeerSecond(received: 19 * (60 + 13 + 4 * 13), requests: 19, dataFrames: 40),
        ])
    fileprivate func honest(_ second: PeerSecond) {
        #expect(end(of: second) == nil)
    }

    @Test("the allowance comes back with time, and never above itself")
    func refill() {
        var tested = UselessBytes(limits: HTTPLimits(), nowMs: 0)
        let most = HTTPLimits().uselessBytes
        #expect(allows(&tested, most, atMs: 0))
        #expect(allows(&tested, 64 * 1024, atMs: 1_000))
        #expect(!allows(&tested, 1, atMs: 1_000))
        #expect(allows(&tested, most - 1, atMs: 1_000_000))
        #expect(allows(&tested, 1, atMs: 1_000_000))
        #expect(!allows(&tested, 1, atMs: 1_000_000))
    }

    @Test("what is earned ahead is worth no more than the allowance")
    func earned() {
        var tested = UselessBytes(limits: HTTPLimits(), nowMs: 0)
        for _ in 0..<1_000_000 { tested.didSendData() }
        #expect(allows(&tested, 100, atMs: 0))
        #expect(allows(&tested, HTTPLimits().uselessBytes, atMs: 0))
        #expect(!allows(&tested, 1, atMs: 0))
    }

    @Test("a clock that goes back gives nothing away")
    func clock() {
        var tested = UselessBytes(limits: HTTPLimits(), nowMs: 5_000)
        #expect(allows(&tested, HTTPLimits().uselessBytes, atMs: 5_000))
        #expect(!allows(&tested, 1, atMs: 4_000))
        #expect(!allows(&tested, 1, atMs: 5_000))
    }

    private func allows(_ tested: inout UselessBytes, _ bytes: Int, atMs nowMs: UInt64) -> Bool {
        tested.allows(received: bytes, nowMs: nowMs)
    }
}
