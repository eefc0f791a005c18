// The blocks of memory that HTTP/2 sessions give back and get again.

import CNghttp2
import Glibc
import Testing

@testable import HTTP

struct SmallBlocksTests {
    @Test("no more is kept than the limit, of whatever sizes")
    func limit() {
        var blocks = SmallBlocks(mostKeptBytes: 1_000)
        let taken = (0..<100).map { blocks.take(1 + 7 * $0 % SmallBlocks.largestBytes) }
        #expect(blocks.keptBytes == 0)
        var most = 0
        for block in taken.compactMap({ $0 }) {
            blocks.giveBack(block)
            most = max(most, blocks.keptBytes)
        }
        #expect((800...1_000).contains(most))
        #expect(blocks.keptBytes == most)
    }

    @Test(
        "a block is used again for its size, and for no larger one",
        arguments: [1, 16, 24, 500, 512])
    func reuse(count: Int) {
        var blocks = SmallBlocks(mostKeptBytes: 10_000)
        let block = blocks.take(count)
        guard let block else { return }
        blocks.giveBack(block)
        let larger = blocks.take(count + 16)
        #expect(larger != block)
        #expect(blocks.take(count) == block)
        #expect(blocks.keptBytes == 0)
        blocks.giveBack(block)
        if let larger { blocks.giveBack(larger) }
    }

    @Test("blocks are aligned, have their size, and do not overlap")
    func distinct() {
        var blocks = SmallBlocks(mostKeptBytes: 100_000)
        var seed = UInt64(7)
        func next(_ below: Int) -> Int {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(seed >> 33) % below
        }
        var held: [(block: UnsafeMutableRawPointer, count: Int, mark: UInt8)] = []
        for round in 0..<5_000 {
            if held.count < 50, next(2) == 0, let block = blocks.take(1 + next(600)) {
                let count = weir_usable_bytes(block)
                #expect(UInt(bitPattern: block) % 16 == 0)
                memset(block, Int32(round % 251), count)
                held.append((block, count, UInt8(round % 251)))
            } else if !held.isEmpty {
                let (block, count, mark) = held.remove(at: next(held.count))
                let bytes = UnsafeRawBufferPointer(start: block, count: count)
                #expect(bytes.allSatisfy { $0 == mark })
                blocks.giveBack(block)
            }
        }
        for (block, _, _) in held { blocks.giveBack(block) }
    }

    @Test("what was never made here may be given back: large blocks, and those of realloc")
    func foreign() {
        var blocks = SmallBlocks(mostKeptBytes: 10_000)
        if let large = malloc(100_000) { blocks.giveBack(large) }
        #expect(blocks.keptBytes == 0)
        if let grown = realloc(malloc(10), 300) { blocks.giveBack(grown) }
        // What it has room for, in whole steps: the C library gives it more than was asked for, or not.
        #expect(blocks.keptBytes >= 288)
    }
}
