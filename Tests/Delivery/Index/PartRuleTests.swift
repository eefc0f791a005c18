// Where parts end, frame by frame.

import Testing

@testable import Delivery

@Suite struct PartRuleTests {
    /// The lengths of the parts that frames of these lengths make.
    private func parts(_ frames: [UInt32], targetMs: UInt32?, timescale: UInt32) -> [UInt64] {
        var rule = PartRule(targetMs: targetMs, timescale: timescale)
        var parts: [UInt64] = []
        func close() {
            parts.append(rule.ticks)
            rule.close()
        }
        for frame in frames {
            if rule.isClosed(before: frame) { close() }
            rule.add(frame)
            if rule.isClosed(after: frame) { close() }
        }
        if !rule.isEmpty { close() }
        return parts
    }

    @Test("a part ends before the frame that would make it too long")
    func promise() {
        // Frames of 33 and 34 ms.
        let frames = (0..<30).map { UInt32($0 % 3 == 2 ? 34 : 33) }
        #expect(parts(frames, targetMs: 300, timescale: 1_000) == [300, 300, 300, 100])
        #expect(parts(frames, targetMs: 299, timescale: 1_000) == [266, 267, 267, 200])
        #expect(parts([200, 150, 150, 1], targetMs: 300, timescale: 1_000) == [200, 300, 1])
    }

    @Test("sound of 1,024 samples makes parts that are never over the target")
    func sound() {
        let frames = [UInt32](repeating: 1_024, count: 100)
        let parts = parts(frames, targetMs: 500, timescale: 44_100)
        #expect(parts.dropLast() == [UInt64](repeating: 21 * 1_024, count: 4)[...])
        #expect(parts.allSatisfy { $0 * 1_000 <= 500 * 44_100 })
    }

    @Test("a frame longer than a part is one by itself")
    func long() {
        #expect(parts([100, 900, 100], targetMs: 300, timescale: 1_000) == [100, 900, 100])
        #expect(parts([900], targetMs: 300, timescale: 1_000) == [900])
    }

    @Test("without parts a segment is one")
    func whole() {
        #expect(
            parts([100, 900, .max], targetMs: nil, timescale: 1_000) == [UInt64(UInt32.max) + 1_000]
        )
    }
}
