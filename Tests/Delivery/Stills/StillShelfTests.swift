// How many stills are kept, and how much of the time is spent on making them.

import HTTP
import Settings
import StreamState
import Testing

@testable import Delivery

@Suite struct StillShelfTests {
    private func name(_ number: Int) throws -> StreamName { try StreamName("name-\(number)") }

    private func put(
        _ number: Int, bytes: Int, atUs: UInt64 = 0, costUs: UInt64 = 0,
        on shelf: inout StillShelf
    ) throws {
        _ = shelf.put(
            nil, bytes: bytes, as: try name(number), tag: "t\(number)", of: 1, startUs: atUs,
            endUs: atUs + costUs)
    }

    @Test("what was asked for longest ago goes when there is no room")
    func room() throws {
        var shelf = StillShelf(mostBytes: 30_000)
        for number in 0..<3 { try put(number, bytes: 10_000, atUs: UInt64(number), on: &shelf) }
        #expect(shelf.bytes == 30_000)
        #expect(shelf.find(try name(0), nowUs: 10) != nil)
        try put(3, bytes: 10_000, atUs: 20, on: &shelf)
        #expect(shelf.find(try name(1), nowUs: 30) == nil)
        for number in [0, 2, 3] { #expect(shelf.find(try name(number), nowUs: 30) != nil) }
        #expect(shelf.bytes == 30_000)
        // The newest one stays, however large it is.
        try put(4, bytes: 90_000, atUs: 40, on: &shelf)
        #expect(shelf.bytes == 90_000)
        shelf.remove(try name(4))
        #expect(shelf.bytes == 0)
    }

    @Test("many small ones, or names without any, take room as well")
    func small() throws {
        var shelf = StillShelf(mostBytes: 100_000)
        for number in 0..<1_000 { try put(number, bytes: 0, atUs: UInt64(number), on: &shelf) }
        #expect(shelf.bytes <= 100_000)
        #expect(shelf.find(try name(999), nowUs: 0)?.tag == "t999")
        #expect(shelf.find(try name(0), nowUs: 0) == nil)
    }

    @Test("making them takes a tenth of the time, and some may be made at once")
    func pace() throws {
        var shelf = StillShelf()
        var nowUs: UInt64 = 1_000_000
        let endUs = nowUs + 10_000_000
        var spentUs: UInt64 = 0
        while nowUs < endUs {
            if shelf.mayMake(nowUs: nowUs) {
                try put(1, bytes: 1, atUs: nowUs, costUs: 1_000, on: &shelf)
                spentUs += 1_000
                nowUs += 1_000
            } else {
                nowUs += 500
            }
        }
        #expect(spentUs >= 1_000_000)
        #expect(spentUs <= 1_000_000 + Limits.stillsBurstUs + 2_000)
    }
}
