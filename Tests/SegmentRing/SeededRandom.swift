// Chance that can be had again: a test that draws from it takes its seed as an argument, so a failure
// names the seed, and WEIR_TEST_SEED=SEED repeats it.

import Glibc

/// The same numbers from the same seed (SplitMix64).
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }

    /// True in one of `count` times.
    mutating func once(in count: Int) -> Bool { Int.random(in: 0..<count, using: &self) == 0 }

    /// So many seeds that no run had before, or the one that is to be repeated.
    static func fresh(_ count: Int = 1) -> [UInt64] {
        if let text = getenv("WEIR_TEST_SEED"), let seed = UInt64(String(cString: text)) {
            return [seed]
        }
        return (0..<count).map { _ in UInt64.random(in: 0...UInt64.max) }
    }
}
