// How slow a peer may be, with a clock of our own: a table of peers, each as what it takes and when.

import Testing

@testable import HTTP

/// A peer and what becomes of it within ten minutes.
private struct Peer: Sendable, CustomTestStringConvertible {
    let testDescription: String
    /// Bytes taken in the second that begins then.
    let bytes: @Sendable (_ second: Int) -> Int
    /// Whether something waits for it at that moment.
    var isHeld: @Sendable (_ second: Int) -> Bool = { _ in true }
    /// Whether it takes all there is in that second.
    var catchesUp: @Sendable (_ second: Int) -> Bool = { _ in false }
    let isServed: Bool
}

struct ProgressWatchTests {
    private static let rule = ProgressRule(bytes: 30 * 1024, windowMs: 30_000)

    private static let peers = [
        Peer(testDescription: "takes nothing", bytes: { _ in 0 }, isServed: false),
        Peer(testDescription: "a byte a second", bytes: { _ in 1 }, isServed: false),
        Peer(
            testDescription: "a byte in 29 seconds", bytes: { $0 % 29 == 0 ? 1 : 0 },
            isServed: false),
        Peer(testDescription: "1,000 bytes a second", bytes: { _ in 1_000 }, isServed: false),
        Peer(testDescription: "1,100 bytes a second", bytes: { _ in 1_100 }, isServed: true),
        Peer(
            testDescription: "32 KiB in 25 seconds", bytes: { $0 % 25 == 0 ? 32_768 : 0 },
            isServed: true),
        Peer(
            testDescription: "fast, then nothing", bytes: { $0 < 100 ? 100_000 : 0 },
            isServed: false),
        Peer(
            testDescription: "up to date whenever somebody looks", bytes: { _ in 10 },
            isHeld: { _ in false }, isServed: true),
        Peer(
            testDescription: "little, but all there is, and often late with it",
            bytes: { $0 % 10 == 0 ? 100 : 0 }, catchesUp: { $0 % 10 == 3 }, isServed: true),
        Peer(
            testDescription: "held back for 20 seconds of each 45", bytes: { _ in 0 },
            isHeld: { $0 % 45 < 20 }, isServed: true),
    ]

    @Test("who moves at the stated rate is served, and nobody else is", arguments: peers)
    fileprivate func table(_ peer: Peer) {
        var tested = ProgressWatch(heldSinceMs: 0)
        var moved = 0
        var isServed = true
        var lookMs: UInt64 = 15_000
        for second in 0..<600 where isServed {
            let nowMs = UInt64(second) * 1_000
            if nowMs >= lookMs {
                let verdict = tested.look(
                    isHeld: peer.isHeld(second), movedBytes: moved, nowMs: nowMs, Self.rule)
                lookMs = nowMs + 15_000
                switch verdict {
                case .tooSlow: isServed = false
                case .held(let afterMs): lookMs = min(lookMs, nowMs + afterMs)
                case .free: break
                }
            }
            moved += peer.bytes(second)
            if peer.catchesUp(second) { tested.stop() }
        }
        #expect(isServed == peer.isServed)
    }

    @Test("the verdict falls when the time is over, neither sooner nor later")
    func moment() {
        var tested = ProgressWatch()
        #expect(look(&tested, 1_000, 5_000) == .held(lookAfterMs: 30_000))
        #expect(look(&tested, 1_001, 34_999) == .held(lookAfterMs: 1))
        #expect(look(&tested, 1_001, 35_000) == .tooSlow)
    }

    @Test("each window begins with nothing")
    func windows() {
        var tested = ProgressWatch(heldSinceMs: 0)
        #expect(look(&tested, 1_000_000, 30_000) == .held(lookAfterMs: 30_000))
        #expect(look(&tested, 1_000_100, 60_000) == .tooSlow)
    }

    @Test("a window that has begun goes on when it is begun again")
    func beginAgain() {
        var tested = ProgressWatch()
        tested.begin(movedBytes: 0, nowMs: 0)
        tested.begin(movedBytes: 0, nowMs: 29_000)
        #expect(look(&tested, 10, 30_000) == .tooSlow)
    }

    private func look(
        _ tested: inout ProgressWatch, _ movedBytes: Int, _ nowMs: UInt64
    ) -> ProgressWatch.Verdict {
        tested.look(isHeld: true, movedBytes: movedBytes, nowMs: nowMs, Self.rule)
    }
}
