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
}
