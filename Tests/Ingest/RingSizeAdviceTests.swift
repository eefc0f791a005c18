// When a broadcaster's host is told that the ring is too small.

import Testing

@testable import Ingest

@Suite("Advice on the size of rings") struct RingSizeAdviceTests {
    private static let mib = 1 << 20

    /// What is said, and at which segment.
    private func advice(
        targetDurationMs: UInt32, ringMiB: Int, capacityMs: UInt64?
    ) -> [Int: UInt64] {
        var advice = RingSizeAdvice()
        var said: [Int: UInt64] = [:]
        for segment in 1...10 {
            let bytes = advice.note(
                targetDurationMs: targetDurationMs, ringBytes: ringMiB * Self.mib,
                capacityMs: capacityMs)
            if let bytes { said[segment] = bytes >> 20 }
        }
        return said
    }

    @Test(
        "it is given once, when five eighths of the ring are less than three target durations",
        arguments: [
            // 6 Mbit/s, and key frames every ten seconds or every two.
            (12_000, 32, UInt64(44_700), UInt64?(64)), (3_000, 32, 44_700, nil),
            (12_000, 32, 57_599, 64), (12_000, 32, 57_600, nil), (12_000, 16, 5_000, 256),
            (3_000, 1, 0, nil), (60_000, 4_096, 1, UInt64(1) << 20),
        ])
    func table(targetMs: UInt32, ringMiB: Int, capacityMs: UInt64, wantedMiB: UInt64?) {
        let said = advice(
            targetDurationMs: targetMs, ringMiB: ringMiB, capacityMs: capacityMs)
        #expect(said == (wantedMiB.map { [4: $0] } ?? [:]))
    }

    @Test("it waits until there is media to tell the bit rate from")
    func unknown() {
        #expect(advice(targetDurationMs: 12_000, ringMiB: 32, capacityMs: nil).isEmpty)
    }
}
