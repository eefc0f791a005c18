// Which key frame of a ring becomes its still.
//
// Unsafe use: the ring copies into the memory of an array that is as long as stated and lives for that one
// call.

import Media
import SegmentRing
import Settings

extension Ring {
    /// How many places to begin are looked at: while no picture comes, sound makes one every second.
    private static var placesLooked: Int { 64 }
    /// How many frames are copied, of which the first ones show nothing by themselves.
    private static var framesTried: Int { 3 }

    /// The newest entry that begins with a picture and is no larger than a still may be, before `sequence`,
    /// or of all. Costs a few looks into the index.
    func pictureEntry(before sequence: UInt64? = nil) -> RingEntry? {
        var next = sequence.map { $0 == 0 ? nil : independent(upTo: $0 - 1) } ?? newestIndependent
        for _ in 0..<Self.placesLooked {
            guard let found = next, case .entry(let entry) = lookup(found) else { return nil }
            if !entry.flags.contains(.withoutPicture) {
                return entry.length <= Limits.stillBytes ? entry : nil
            }
            next = found == 0 ? nil : independent(upTo: found - 1)
        }
        return nil
    }

    /// The still of the newest key frame that shows a picture, made now.
    func keyFrameStill(_ initialization: Initialization) -> Still? {
        var entry = pictureEntry()
        for _ in 0..<Self.framesTried {
            guard let found = entry else { return nil }
            if let still = still(of: found, initialization) { return still }
            entry = pictureEntry(before: found.sequence)
        }
        return nil
    }

    private func still(of entry: RingEntry, _ initialization: Initialization) -> Still? {
        var bytes = [UInt8](repeating: 0, count: entry.length)
        let isCopied = unsafe bytes.withUnsafeMutableBytes {
            unsafe copy(entry, from: 0, into: $0)
        }
        return isCopied ? Still(keyFrameOf: bytes.span, initialization) : nil
    }
}
