// Where parts end, frame by frame.

import Testing

@testable import Delivery

@Suite struct PartRuleTests {
    /// The lengths of the parts that frames of these lengths make. Those without a frame are negative.
    private func parts(_ frames: [UInt64], targetMs: UInt32?, timescale: UInt32) -> [Int64] {
        var rule = PartRule(targetMs: targetMs, timescale: timescale)
        var parts: [Int64] = []
        func close(isGap: Bool = false) {
            parts.append(isGap ? -Int64(rule.ticks) : Int64(rule.ticks))
            rule.close()
        }
        for frame in frames {
            var left = frame
            if rule.step(left) == .close { close() }
            guard case .addAndClose(let taken) = rule.step(left) else {
                rule.add(left)
                if rule.isClosed(after: left) { close() }
                continue
            }
            rule.add(taken)
            close()
            left -= taken
            let all = left
            while let ticks = rule.emptyPart(for: left, isFirst: left == all) {
                rule.pass(ticks)
                close(isGap: true)
                left -= ticks
            }
            rule.pass(left)
        }
        if rule.ticks > 0 { close(isGap: rule.isEmpty) }
        #expect(parts.reduce(0) { $0 + $1.magnitude } == frames.reduce(0, +))
        return parts
    }

    @Test("a part ends before the frame that would make it too long")
    func promise() {
        // Frames of 33 and 34 ms.
        let frames = (0..<30).map { UInt64($0 % 3 == 2 ? 34 : 33) }
        #expect(parts(frames, targetMs: 300, timescale: 1_000) == [300, 300, 300, 100])
        #expect(parts(frames, targetMs: 299, timescale: 1_000) == [266, 267, 267, 200])
        #expect(parts([260, 150, 150, 1], targetMs: 300, timescale: 1_000) == [260, 300, 1])
    }

    @Test("sound of 1,024 samples makes parts that are never over the target")
    func sound() {
        let frames = [UInt64](repeating: 1_024, count: 100)
        let parts = parts(frames, targetMs: 500, timescale: 44_100)
        #expect(parts.dropLast() == [Int64](repeating: 21 * 1_024, count: 4)[...])
        #expect(parts.allSatisfy { $0 * 1_000 <= 500 * 44_100 })
    }

    @Test(
        "T1, T2: a frame too long for its part is cut",
        arguments: [
            // What is left goes with the next frame, as long as that makes no part by itself.
            ([100, 350, 100, 100], [300, 300, -50]),
            ([100, 454, 100], [300, 300, -54]),
            ([100, 455, 100], [300, -255, 100]),
            // A part that has its least length ends before the frame.
            ([255, 350, 100, 100], [255, 300, 250]),
            ([300, 554, 10], [300, 300, 264]),
            ([300, 555, 10], [300, 300, -255, 10]),
            ([900], [300, -300, -300]), ([310], [300, -10]),
            ([100, 900, 100], [300, -300, -300, -100, 100]),
            ([300, 300, 299, 1], [300, 300, 299, 1]),
        ] as [([UInt64], [Int64])])
    func long(frames: [UInt64], expected: [Int64]) {
        #expect(parts(frames, targetMs: 300, timescale: 1_000) == expected)
    }

    @Test("T1, T2: ten frames a second make parts of a target that was made for thirty")
    func slowCamera() {
        let frames = (0..<40).map { UInt64($0 % 2 == 0 ? 101 : 99) }
        let parts = parts(frames, targetMs: 250, timescale: 1_000)
        #expect(parts.dropLast().allSatisfy { 213...250 ~= $0 })
    }

    @Test("without parts a segment is one")
    func whole() {
        #expect(parts([100, 900, 1 << 40], targetMs: nil, timescale: 1_000) == [1_000 + 1 << 40])
    }

    @Test("a target of less than a tick is a tick", arguments: [1, 1_000, 1_999])
    func tiny(timescale: UInt32) {
        #expect(parts([3, 1], targetMs: 1, timescale: timescale) == [1, -1, -1, 1])
    }
}
