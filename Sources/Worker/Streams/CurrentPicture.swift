// The present size of a stream's pictures, as its newest key frame says. Kept until there is a newer key
// frame.
//
// Unsafe use: the ring copies into the memory of our array, which is as long as stated and lives for
// that one call.

import Media
import SegmentRing

struct CurrentPicture {
    /// Nil until a key frame has told it.
    private(set) var size: PictureSize?
    private var sequence: UInt64?

    /// Looks at the newest place where decoding can start, if it has changed since the last look.
    mutating func refresh(from ring: Ring, _ initialization: Initialization) {
        guard let newest = ring.newestIndependent, newest != sequence,
            case .entry(let entry) = ring.lookup(newest)
        else { return }
        sequence = newest
        let count = min(entry.length, Initialization.clusterStartBytes)
        var bytes = [UInt8](repeating: 0, count: max(0, count))
        let isCopied = unsafe bytes.withUnsafeMutableBytes {
            unsafe ring.copy(entry, from: 0, into: $0)
        }
        guard isCopied, let found = initialization.pictureSize(clusterStart: bytes.span) else {
            return
        }
        size = found
    }
}
