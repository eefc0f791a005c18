// Whether a stream can be joined, and when it is told that nobody can.

import SegmentRing
import Settings
import StreamBench
import StreamState
import Testing

@testable import Streams

@Suite struct JoinWatchTests {
    private let overdueMs = Limits.startOverdueMs

    @Test("a stream that can be joined is nothing to tell") func joinable() {
        var watch = JoinWatch()
        for second in 0..<100 as Range<UInt64> {
            let mustTell = watch.mustTell(
                isJoinable: true, hasLostItsStart: false, nowMs: second * 1_000)
            #expect(!mustTell)
        }
    }

    @Test("one that has just begun has a moment for its first key frame") func beginning() {
        var watch = JoinWatch()
        func mustTell(_ nowMs: UInt64) -> Bool {
            watch.mustTell(isJoinable: false, hasLostItsStart: false, nowMs: nowMs)
        }
        #expect(!mustTell(1_000))
        #expect(!mustTell(999 + overdueMs))
        #expect(mustTell(1_000 + overdueMs))
    }

    @Test("one whose last key frame is gone is told at once, and then once a minute") func lost() {
        var watch = JoinWatch()
        let told = (0..<180 as Range<UInt64>).filter {
            watch.mustTell(isJoinable: false, hasLostItsStart: true, nowMs: $0 * 1_000)
        }
        #expect(told == [0, 60, 120])
    }

    @Test("time in which it could be joined, or was not live, does not count") func interrupted() {
        var watch = JoinWatch()
        func mustTell(_ nowMs: UInt64, isJoinable: Bool = false) -> Bool {
            watch.mustTell(isJoinable: isJoinable, hasLostItsStart: false, nowMs: nowMs)
        }
        #expect(!mustTell(0))
        #expect(!mustTell(4_000, isJoinable: true))
        #expect(!mustTell(overdueMs + 1_000))
        watch.forget()
        #expect(!mustTell(2 * overdueMs + 2_000))
    }
}

@Suite struct JoinableTests {
    /// A ring of 64 KiB with this many fragments of 4 KiB, of which the first is a place to begin if
    /// `beginsWithKey`, and so is the last if `endsWithKey`.
    private func stream(
        _ bench: StreamBench, fragments: Int, beginsWithKey: Bool, endsWithKey: Bool
    ) throws -> LiveStream {
        let writer = try Ring.create(
            path: bench.ringPath(),
            geometry: RingGeometry(
                dataBytes: 65_536, entries: 64, initializationBytes: 4_096, carryBytes: 0,
                stateBytes: 0),
            initialization: bench.initialization(), state: [])
        for index in 0..<fragments {
            let isKey =
                (index == 0 && beginsWithKey) || (index == fragments - 1 && endsWithKey)
            try [UInt8](repeating: 7, count: 4_096).withUnsafeBytes {
                try writer.append(
                    $0, flags: isKey ? .independent : [], mediaTimeMs: Int64(index) * 40,
                    durationMs: 40, bootMs: writer.ring.bootNowMs, state: [])
            }
        }
        writer.ring.status.lastIngestBootMs = writer.ring.bootNowMs
        writer.release()
        return try #require(bench.streams.find(bench.name))
    }

    struct Case: Sendable {
        let fragments: Int
        var beginsWithKey = true
        var endsWithKey = false
        let isJoinable: Bool
        var hasLostItsStart = false
    }

    @Test(
        "a stream can be joined while there is a place to begin in its ring",
        arguments: [
            Case(fragments: 0, isJoinable: false),
            Case(fragments: 1, isJoinable: true),
            Case(fragments: 3, beginsWithKey: false, isJoinable: false),
            Case(fragments: 10, isJoinable: true),
            Case(fragments: 40, isJoinable: false, hasLostItsStart: true),
            Case(fragments: 40, beginsWithKey: false, isJoinable: false, hasLostItsStart: true),
            Case(fragments: 40, endsWithKey: true, isJoinable: true),
        ])
    func joinable(_ row: Case) throws {
        let bench = try StreamBench()
        let stream = try stream(
            bench, fragments: row.fragments, beginsWithKey: row.beginsWithKey,
            endsWithKey: row.endsWithKey)
        #expect(stream.isJoinable == row.isJoinable)
        #expect(stream.hasLostItsStart == row.hasLostItsStart)
        let facts = ChangingFacts(of: stream, ringMs: 60_000)
        let json = StreamDescription.json(of: stream, facts).text
        #expect(json.contains(#""joinable":\#(row.isJoinable)"#))
    }

    @Test("a stream that has ended cannot be joined, whatever is in its ring") func ended() throws {
        let bench = try StreamBench()
        let stream = try stream(bench, fragments: 3, beginsWithKey: true, endsWithKey: true)
        stream.ring.status.endedAtBootMs = stream.ring.bootNowMs
        #expect(!stream.isJoinable)
    }
}
