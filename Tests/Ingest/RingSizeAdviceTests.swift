// When a broadcaster's host is told that the ring is too small.

import Testing

@testable import Ingest

@Suite("Advice on the size of rings") struct RingSizeAdviceTests {
    private static let mib = 1 << 20

    @Test(
        "it is given when five eighths of the ring are less than three target durations",
        arguments: [
            // 6 Mbit/s, and key frames every ten seconds or every two.
            (12_000, 32, UInt64(44_700), UInt64?(64)), (3_000, 32, 44_700, nil),
            (12_000, 32, 57_599, 64), (12_000, 32, 57_600, nil), (12_000, 16, 5_000, 256),
            (3_000, 1, 0, nil), (60_000, 4_096, 1, UInt64(1) << 20),
        ])
    func table(targetMs: UInt32, ringMiB: Int, capacityMs: UInt64, wantedMiB: UInt64?) {
        let bytes = RingSizeAdvice.neededBytes(
            targetDurationMs: targetMs, ringBytes: ringMiB * Self.mib, capacityMs: capacityMs)
        #expect(bytes.map { $0 >> 20 } == wantedMiB)
    }

    @Test("it waits until there is media to tell the bit rate from")
    func unknown() {
        let bytes = RingSizeAdvice.neededBytes(
            targetDurationMs: 12_000, ringBytes: 32 * Self.mib, capacityMs: nil)
        #expect(bytes == nil)
    }
}
