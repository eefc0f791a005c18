// Looking for bytes sixteen at a time gives what looking at each one gives.

import Testing

@testable import Media

@Suite("Searching spans")
struct SearchTests {
    @Test("a byte is found at every place of every length, from everywhere")
    func firstIndex() {
        for length in 0..<50 {
            for place in 0..<max(1, length) {
                var bytes = [UInt8](repeating: 0x1E, count: length)
                if place < length { bytes[place] = 0x1F }
                for start in 0...length {
                    let found = bytes.span.firstIndex(of: 0x1F, from: start)
                    #expect(found == bytes[start...].firstIndex(of: 0x1F))
                }
            }
        }
    }

    @Test("no pair of zeros is passed over", arguments: [0, 1, 15, 16, 17, 40])
    func zeros(start: Int) {
        for length in start..<start + 60 {
            for place in start..<max(start + 1, length - 1) {
                var bytes = [UInt8](repeating: 9, count: length)
                for index in [place, place + 1] where index < length { bytes[index] = 0 }
                let near = bytes.span.placeNearZeros(from: start)
                #expect(start...max(start, place) ~= near)
                #expect(place + 1 >= length || place - near < 32)
            }
        }
    }
}
