// The life of a connection as values: its phases, its clock, what its socket takes.

import Testing

@testable import HTTP

struct ConnectionLifeTests {
    private typealias Stage = ConnectionPhase.Stage

    @Test("phases follow one another, none comes back, and only what is open announces its end")
    func phases() {
        let allowed: [ConnectionPhase.Stage: Set<ConnectionPhase.Stage>] = [
            .introducing: [.handshaking, .open, .lingering, .closed],
            .handshaking: [.open, .lingering, .closed], .open: [.ending, .lingering, .closed],
            .ending: [.lingering, .closed], .lingering: [.closed], .closed: [],
        ]
        for before in Stage.allCases {
            for after in Stage.allCases {
                #expect(before.mayBecome(after) == allowed[before]?.contains(after))
            }
        }
    }

    @Test("a phase that may not follow stops the process")
    func forbidden() async {
        await #expect(processExitsWith: .failure) {
            _ = ConnectionPhase.lingering.becoming(.handshaking)
        }
    }

    @Test("a phase carries a session only while something is served")
    func sessions() {
        for phase in [ConnectionPhase.handshaking, .lingering, .closed] {
            #expect(phase.session == nil)
        }
    }

    // MARK: The clock

    private static var limits: HTTPLimits {
        var limits = HTTPLimits()
        limits.proxyHeaderMs = 5
        limits.handshakeMs = 10
        limits.lingerMs = 20
        limits.headerSectionMs = 30
        limits.idleConnectionMs = 40
        return limits
    }

    struct Row: CustomTestStringConvertible {
        let stage: ConnectionPhase.Stage
        let headSinceMs: UInt64?
        let isIdle: Bool
        let deadlineMs: UInt64?
        var testDescription: String { "\(stage), head \(headSinceMs ?? 0), idle \(isIdle)" }
    }

    @Test(
        "each phase has its time",
        arguments: [
            Row(stage: .introducing, headSinceMs: nil, isIdle: true, deadlineMs: 105),
            Row(stage: .handshaking, headSinceMs: nil, isIdle: true, deadlineMs: 110),
            Row(stage: .open, headSinceMs: nil, isIdle: true, deadlineMs: 140),
            Row(stage: .open, headSinceMs: nil, isIdle: false, deadlineMs: nil),
            Row(stage: .open, headSinceMs: 105, isIdle: true, deadlineMs: 135),
            Row(stage: .open, headSinceMs: 115, isIdle: true, deadlineMs: 140),
            Row(stage: .open, headSinceMs: 115, isIdle: false, deadlineMs: 145),
            Row(stage: .ending, headSinceMs: 105, isIdle: false, deadlineMs: 120),
            Row(stage: .lingering, headSinceMs: nil, isIdle: true, deadlineMs: 120),
            Row(stage: .closed, headSinceMs: nil, isIdle: true, deadlineMs: nil),
        ])
    func deadlines(row: Row) {
        let clock = ConnectionClock(nowMs: 100)
        let deadlineMs = clock.deadlineMs(
            in: row.stage, headSinceMs: row.headSinceMs, isIdle: row.isIdle, Self.limits)
        #expect(deadlineMs == row.deadlineMs)
    }

    @Test("a phase counts from its beginning, idleness from the last request")
    func restarts() {
        var clock = ConnectionClock(nowMs: 100)
        clock.phaseDidChange(nowMs: 200)
        clock.didBecomeIdle(nowMs: 300)
        let limits = Self.limits
        #expect(clock.deadlineMs(in: .lingering, headSinceMs: nil, isIdle: true, limits) == 220)
        #expect(clock.deadlineMs(in: .open, headSinceMs: nil, isIdle: true, limits) == 340)
    }

    // MARK: What the socket takes

    @Test("the share of a turn follows what the socket takes, between one record and the most")
    func share() {
        var output = SocketOutput()
        var shares = [output.shareBytes]
        for _ in 0..<9 {
            output.tookShare(mostBytes: 256 * 1024)
            shares.append(output.shareBytes)
        }
        #expect(shares[1] == 2 * shares[0] && shares[9] == 256 * 1024)
        for _ in 0..<9 {
            [UInt8](repeating: 1, count: 10).withUnsafeBytes {
                guard let base = $0.baseAddress else { return }
                output.refused(base, count: 10, nowMs: 0)
            }
        }
        let (shareBytes, remainderBytes) = (output.shareBytes, output.remainderBytes)
        #expect(shareBytes == 16 * 1024 && remainderBytes == 90)
    }

    @Test("what was refused goes first, in order, and is watched until it has gone")
    func refused() {
        var output = SocketOutput()
        let rule = ProgressRule(bytes: 4, windowMs: 100)
        for bytes in [[1, 2, 3], [4, 5]] as [[UInt8]] {
            bytes.withUnsafeBytes {
                guard let base = $0.baseAddress else { return }
                bytes[0] == 1
                    ? output.refused(base, count: bytes.count, nowMs: 1_000)
                    : output.wait(base, count: bytes.count)
            }
        }
        var seen: [UInt8] = []
        func take(_ bytes: UnsafeRawBufferPointer, most: Int) -> Int {
            seen += Array(bytes.prefix(most))
            return min(most, bytes.count)
        }
        var verdicts = [output.look(nowMs: 1_040, rule)]
        output.retry { take($0, most: 4) }
        output.took(4)
        verdicts.append(output.look(nowMs: 1_100, rule))
        verdicts.append(output.look(nowMs: 1_200, rule))
        output.retry { take($0, most: 4) }
        verdicts.append(output.look(nowMs: 9_000, rule))
        #expect(seen == [1, 2, 3, 4, 5])
        #expect(
            verdicts == [.held(lookAfterMs: 60), .held(lookAfterMs: 100), .tooSlow, .free])
    }
}
