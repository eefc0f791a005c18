// Small blocks of memory that are free and kept, by size. For each request, nghttp2 takes about seven and
// gives them back before the next batch of requests; the C library keeps fewer of a size than a batch
// has requests, and does much more for each of the others.
//
// They are ordinary blocks of the C library, which tells how large each one is. So nothing is stored with
// a block in use, and any small block may be kept, wherever it was made. A kept block holds the address of
// the next one.
//
// Invariants: a block in list N has room for N * `stepBytes`; no more than `mostKeptBytes` are kept.
//
// Unsafe use: a kept block belongs to nobody else, and has room for an address. Blocks that are still kept
// are freed in deinit. Owner: the loop's thread.

import CNghttp2
import Glibc

@safe
struct SmallBlocks: ~Copyable {
    private static let stepBytes = 16
    private static let lists = 33
    /// Larger ones are not kept.
    static let largestBytes = (lists - 1) * stepBytes

    private let mostKeptBytes: Int
    /// What the blocks that are kept have room for.
    private(set) var keptBytes = 0
    private var first = unsafe InlineArray<33, UnsafeMutableRawPointer?>(repeating: nil)

    init(mostKeptBytes: Int) {
        unsafe precondition(first.count == Self.lists, "there is a list for each size")
        self.mostKeptBytes = mostKeptBytes
    }

    deinit {
        for list in 0..<Self.lists {
            var block = unsafe first[list]
            while let kept = unsafe block {
                unsafe block = kept.load(as: UnsafeMutableRawPointer?.self)
                unsafe free(kept)
            }
        }
    }

    /// A block of at least `count` bytes, from those that are kept if possible; nil when memory ran out.
    mutating func take(_ count: Int) -> UnsafeMutableRawPointer? {
        guard count > 0, count <= Self.largestBytes else { return unsafe malloc(count) }
        let list = (count + Self.stepBytes - 1) / Self.stepBytes
        // Rounded up, so that the block comes into the same list when it is free.
        guard let block = unsafe first[list] else { return unsafe malloc(list * Self.stepBytes) }
        unsafe first[list] = unsafe block.load(as: UnsafeMutableRawPointer?.self)
        keptBytes -= list * Self.stepBytes
        return unsafe block
    }

    /// Takes back any block that malloc, calloc or realloc has made.
    mutating func giveBack(_ block: UnsafeMutableRawPointer) {
        let list = unsafe weir_usable_bytes(block) / Self.stepBytes
        guard list > 0, list < Self.lists, keptBytes + list * Self.stepBytes <= mostKeptBytes else {
            return unsafe free(block)
        }
        unsafe block.storeBytes(of: first[list], as: UnsafeMutableRawPointer?.self)
        unsafe first[list] = unsafe block
        keptBytes += list * Self.stepBytes
    }
}
