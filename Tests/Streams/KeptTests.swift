// What is made once and given to all.

import Testing

@testable import Streams

struct KeptTests {
    /// Makes numbers, each at a cost.
    private final class Maker {
        var nowUs: UInt64 = 1_000
        var made = 0
        var kept = Kept<Int>()
        let costUs: UInt64

        init(costUs: UInt64) { self.costUs = costUs }

        func ask(isOutdated: Bool) -> Int {
            kept.value(
                isOutdated: isOutdated, clockUs: { nowUs },
                make: {
                    nowUs += costUs
                    made += 1
                    return made
                })
        }
    }

    @Test("it is made once for all who ask while it is not out of date")
    func once() {
        let maker = Maker(costUs: 100)
        for _ in 0..<1_000 { #expect(maker.ask(isOutdated: false) == 1) }
    }

    @Test(
        "out of date all the time, it takes a tenth of the time and no more",
        arguments: [1, 50, 5_000])
    func tenth(costUs: UInt64) {
        let maker = Maker(costUs: costUs)
        let endUs: UInt64 = 1_000 + costUs * 1_100
        while maker.nowUs < endUs {
            _ = maker.ask(isOutdated: true)
            maker.nowUs += max(1, costUs / 10)
        }
        #expect((80...110).contains(maker.made))
    }

    @Test("a clock that stands still costs nothing and makes it anew each time")
    func free() {
        let maker = Maker(costUs: 0)
        #expect(maker.ask(isOutdated: true) == 1)
        #expect(maker.ask(isOutdated: true) == 2)
    }
}
