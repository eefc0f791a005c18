// How long ago something was is computed from one look at the clock. With two, `now - min(then, now)` traps when
// another process has written a `then` that lies between them.

import Testing

struct ClockTests {
    /// What is a new look each time that it is written.
    private static let looks = ["Clock.nowMs()", "Clock.nowUs()", "bootNowMs"]

    private static func looksTwice(_ line: String) -> Bool {
        let parts = line.split(separator: " - min(", maxSplits: 1)
        guard parts.count == 2 else { return false }
        return looks.contains { parts[0].hasSuffix($0) && parts[1].contains($0) }
    }

    @Test("nobody looks at a clock twice for one duration")
    func once() {
        for file in SourceTree.sources {
            for (index, line) in file.lines.enumerated() {
                #expect(!Self.looksTwice(line), "\(file.path):\(index + 1): see UInt64.since")
            }
        }
    }

    @Test("such a line is found")
    func found() {
        #expect(Self.looksTwice("x = ring.bootNowMs - min(then, ring.bootNowMs)"))
        #expect(Self.looksTwice("(BootClock.nowMs() - min(a[.b], BootClock.nowMs()))"))
        #expect(!Self.looksTwice("nowMs - min(then, nowMs)"))
    }
}
