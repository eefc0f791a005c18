// What the newest entries of a ring say about a stream.

import SegmentRing
import StreamBench
import Testing

@testable import Streams

@Suite struct RecentFiguresTests {
    private static let key: FragmentFlags = .independent
    private static let sound: FragmentFlags = [.independent, .withoutPicture]

    /// A ring with these entries, half a second of media each.
    private func makeRing(_ entries: [FragmentFlags], _ bench: StreamBench) throws -> Ring {
        let writer = try Ring.create(
            path: bench.ringPath(),
            geometry: RingGeometry(
                dataBytes: 64 * 1_024, entries: 64, initializationBytes: 4_096, carryBytes: 64,
                stateBytes: 64),
            initialization: bench.initialization(), state: [])
        for (index, flags) in entries.enumerated() {
            try [UInt8](repeating: 7, count: 100).withUnsafeBytes {
                try writer.append(
                    $0, flags: flags, mediaTimeMs: Int64(index) * 500, durationMs: 500,
                    bootMs: 10_000 + UInt64(index) * 500, state: [])
            }
        }
        return writer.ring
    }

    @Test(
        "the interval of key frames is told as long as there are any",
        arguments: [
            ([], nil), ([key], nil), ([key, [], key], 1_000), ([key, [], [], key, []], 1_500),
            // Sound before the first picture, no picture any more, the picture again.
            ([sound, key], nil), ([sound, key, [], key], 1_000), ([key, [], key, sound], nil),
            ([key, [], key, sound, sound], nil), ([key, sound, sound, key], nil),
            ([key, sound, sound, key, key], 500),
        ] as [([FragmentFlags], UInt64?)])
    func keyframeInterval(entries: [FragmentFlags], expected: UInt64?) throws {
        let bench = try StreamBench()
        let ring = try makeRing(entries, bench)
        #expect(RecentFigures(of: ring).keyframeIntervalMs == expected)
    }

    @Test("the least delay is that of the best moment of the last seconds, on one time line")
    func leastDelay() throws {
        let bench = try StreamBench()
        let writer = try Ring.create(
            path: bench.ringPath(), geometry: bench.ringGeometry,
            initialization: bench.initialization(), state: [])
        func append(
            atMs: UInt64, mediaMs: Int64, _ flags: FragmentFlags = Self.key
        ) throws -> Int64? {
            try [UInt8](repeating: 7, count: 100).withUnsafeBytes {
                try writer.append(
                    $0, flags: flags, mediaTimeMs: mediaMs, durationMs: 100, bootMs: atMs, state: []
                )
            }
            return RecentFigures(of: writer.ring).leastDelayMs
        }
        #expect(RecentFigures(of: writer.ring).leastDelayMs == nil)
        #expect(try append(atMs: 10_500, mediaMs: 0) == 10_400)
        #expect(
            try append(atMs: 10_300, mediaMs: 100) == 10_300, "the clock of a ring never goes back")
        #expect(try append(atMs: 13_000, mediaMs: 200) == 10_300)
        #expect(try append(atMs: 25_400, mediaMs: 14_900) == 10_300)
        #expect(
            try append(atMs: 26_000, mediaMs: 15_500) == 10_400, "what is long ago is forgotten")
        let jump = Self.key.union(.discontinuity)
        #expect(try append(atMs: 26_100, mediaMs: 90_000, jump) == 26_100 - 90_100)
    }
}
