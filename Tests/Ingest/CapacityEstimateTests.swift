// How much media a ring holds is worked out anew when that may have changed, and not with each piece.

import Testing

@testable import Ingest

@Suite struct CapacityEstimateTests {
    /// Appends pieces; returns how often the ring was looked at.
    private func looks(
        pieces: Int, of bytes: Int, ringBytes: Int, saying capacityMs: UInt64?
    ) -> Int {
        var estimate = CapacityEstimate()
        var looks = 0
        for _ in 0..<pieces {
            estimate.appended(bytes, ringBytes: ringBytes)
            let said = estimate.value {
                looks += 1
                return capacityMs
            }
            #expect(said == capacityMs)
        }
        return looks
    }

    @Test("as long as there is too little to tell, it is looked for with each piece")
    func unknown() {
        #expect(looks(pieces: 10, of: 5_000, ringBytes: 1 << 20, saying: nil) == 10)
    }

    @Test("in a full ring it is worked out when a sixty-fourth is new")
    func full() {
        let before = looks(pieces: 64, of: 1 << 14, ringBytes: 1 << 20, saying: 8_000)
        let after = looks(pieces: 64 + 640, of: 1 << 14, ringBytes: 1 << 20, saying: 8_000)
        // Of sixteen KiB, it takes two to be more than a sixty-fourth.
        #expect(after - before == 320)
    }

    @Test("in one that begins, what has come is little, so it is worked out more often")
    func beginning() {
        #expect(looks(pieces: 20, of: 5_000, ringBytes: 1 << 30, saying: 100) == 20)
        #expect(looks(pieces: 1_000, of: 5_000, ringBytes: 1 << 30, saying: 100) < 300)
    }

    @Test("what is said is what the last look has said")
    func newest() {
        var estimate = CapacityEstimate()
        estimate.appended(64_000, ringBytes: 1 << 20)
        #expect(estimate.value { 1_000 } == 1_000)
        estimate.appended(500, ringBytes: 1 << 20)
        #expect(estimate.value { 2_000 } == 1_000)
        estimate.appended(1_000, ringBytes: 1 << 20)
        #expect(estimate.value { 2_000 } == 2_000)
    }
}
