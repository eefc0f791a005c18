// Lines: first in, first out.

import Testing

@testable import HTTP

struct LineTests {
    @Test("what came first leaves first, whatever comes and goes in between")
    func order() {
        var line = Line<Int>()
        var next = 0
        var expected = 0
        for round in 0..<1_000 {
            for _ in 0..<(round % 7) {
                line.append(next)
                next += 1
            }
            for _ in 0..<(round % 5) {
                guard let first = line.popFirst() else { break }
                #expect(first == expected)
                expected += 1
            }
            #expect(line.count == next - expected)
        }
        while let first = line.popFirst() {
            #expect(first == expected)
            expected += 1
        }
        #expect(line.isEmpty && expected == next)
    }

    @Test("what has left is not kept alive")
    func release() {
        final class Thing {}
        var line = Line<Thing>()
        weak var weakly: Thing?
        do {
            let thing = Thing()
            weakly = thing
            line.append(thing)
            line.append(Thing())
        }
        _ = line.popFirst()
        #expect(weakly == nil)
    }
}
