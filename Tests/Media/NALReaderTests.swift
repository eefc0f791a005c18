// Finding start codes: fast where there are none, and right where they stand close together.

import Testing

@testable import Media

/// Where units begin, found without any haste.
private func slowStarts(in frame: [UInt8]) -> [Int] {
    var starts: [Int] = []
    var index = 0
    while index + 3 <= frame.count {
        if frame[index] == 0, frame[index + 1] == 0, frame[index + 2] == 1 {
            starts.append(index + 3)
            index += 3
        } else {
            index += 1
        }
    }
    return starts
}

/// The units between them, without zeros at the end, and without empty ones.
private func slowUnits(in frame: [UInt8]) -> [[UInt8]] {
    let starts = slowStarts(in: frame)
    return starts.indices.compactMap { index in
        let end = index + 1 < starts.count ? starts[index + 1] - 3 : frame.count
        var unit = frame[starts[index]..<end]
        while unit.last == 0 { unit.removeLast() }
        return unit.isEmpty ? nil : [UInt8](unit)
    }
}

private func units(in frame: [UInt8]) -> [[UInt8]] {
    var reader = NALReader(.startCodes)
    var units: [[UInt8]] = []
    while let unit = reader.next(in: frame.span) { units.append([UInt8](frame[unit])) }
    return units
}

@Suite("Units behind start codes")
struct NALReaderTests {
    @Test("a start code is found at every place, in a frame of every length")
    func everyPlace() {
        for length in 3..<70 {
            for place in 0...length - 3 {
                var frame = [UInt8](repeating: 5, count: length)
                frame.replaceSubrange(place..<place + 3, with: [0, 0, 1])
                #expect(units(in: frame) == slowUnits(in: frame))
            }
        }
    }

    @Test("zeros and ones in any order are taken apart like by hand", arguments: 0..<40)
    func crowded(seed: UInt64) {
        var random = SeededRandom(seed: seed * 7_919 + 3)
        for _ in 0..<50 {
            let most: UInt8 = [1, 2, 4, 128][Int.random(in: 0..<4, using: &random)]
            let length = Int.random(in: 0..<200, using: &random)
            let frame = (0..<length).map { _ in UInt8.random(in: 0...most, using: &random) }
            #expect(units(in: frame) == slowUnits(in: frame))
        }
    }

    @Test("lengths take the place of start codes")
    func prefixed() {
        var output: [UInt8] = [9]
        let frame: [UInt8] = [0, 0, 0, 1, 0x67, 2, 3, 0, 0, 1, 0x65, 7, 0, 0, 0, 1]
        output.append(lengthPrefixing: frame.span)
        #expect(output == [9, 0, 0, 0, 3, 0x67, 2, 3, 0, 0, 0, 2, 0x65, 7])
    }
}
