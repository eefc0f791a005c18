// How much of a ring lists name.

import Media
import Settings
import Testing

@testable import Delivery

@Suite struct ListWindowTests {
    private let window = ListWindow(dataBytes: 8_000, entries: 800)

    private func segments(_ places: [(position: UInt64, sequence: UInt64)]) -> [SegmentFacts] {
        places.map { place in
            SegmentFacts(
                SegmentRecord(
                    ordinal: 1, discontinuityOrdinal: 0, isIndependent: true,
                    isDiscontinuity: false, mediaTimeMs: 0, wallMs: 0,
                    plan: SegmentPlan(targetDurationMs: 4_000, partTargetMs: nil), clocks: []),
                sequence: place.sequence, position: place.position)
        }
    }

    @Test("small segments are listed through half of the ring")
    func small() {
        let places = (0..<100).map { (UInt64($0) * 100, UInt64($0)) }
        #expect(window.first(of: segments(places)) == 99 - 40)
        let byEntries = (0..<100).map { (UInt64($0), UInt64($0) * 20) }
        #expect(window.first(of: segments(byEntries)) == 99 - 20)
    }

    @Test("of large segments, six are listed, or as many as five eighths hold")
    func large() {
        let places = (0..<20).map { (UInt64($0) * 800, UInt64($0)) }
        #expect(window.first(of: segments(places)) == 19 - 6)
        let huge = (0..<20).map { (UInt64($0) * 1_900, UInt64($0)) }
        #expect(window.first(of: segments(huge)) == 19 - 2)
        let whole = (0..<20).map { (UInt64($0) * 7_900, UInt64($0)) }
        #expect(window.first(of: segments(whole)) == 19)
    }

    @Test("of very short segments, no more are listed than a list may have")
    func veryShort() {
        let places = (0..<3_000).map { (UInt64($0), UInt64($0)) }
        let large = ListWindow(dataBytes: 1 << 20, entries: 1 << 20)
        #expect(large.first(of: segments(places)) == 3_000 - Limits.segmentsPerList)
    }

    @Test("the first one never goes back", arguments: 0..<20 as Range<UInt64>)
    func forward(seed: UInt64) {
        var random = Seeded(seed)
        var places: [(UInt64, UInt64)] = []
        var last = 0
        for _ in 0..<200 {
            let bytes = UInt64.random(in: 1...2_000, using: &random)
            let entries = UInt64.random(in: 1...60, using: &random)
            places.append(((places.last?.0 ?? 0) + bytes, (places.last?.1 ?? 0) + entries))
            let first = window.first(of: segments(places))
            #expect(first >= last)
            last = first
        }
    }

    @Test("what a damaged ring claims is listed as far as it can be right")
    func damaged() {
        let places: [(UInt64, UInt64)] = [(5_000, 7), (100, 3), (1 << 61, 1 << 61)]
        #expect(window.first(of: segments(places)) == 2)
        #expect(window.first(of: []) == 0)
    }
}

/// The same numbers from the same seed (SplitMix64).
struct Seeded: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }

    mutating func once(in count: Int) -> Bool { Int.random(in: 0..<count, using: &self) == 0 }
}
