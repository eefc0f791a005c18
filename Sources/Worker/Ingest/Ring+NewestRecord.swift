// The newest segment record of a ring, for a broadcast that begins anew where the last one's state cannot
// be read.
//
// Unsafe use: the ring copies into the memory of our array, which is as long as stated and lives for
// that one call.

import Media
import SegmentRing

extension Ring {
    /// Nil when there is none, or none near the end.
    var newestSegmentRecord: SegmentRecord? {
        let head = entryHead
        let first = max(oldestSequence, head - min(head, Self.mostEntriesToRecord))
        for sequence in (first..<max(first, head)).reversed() {
            guard case .entry(let entry) = lookup(sequence), entry.kind == .segmentRecord,
                entry.length <= SegmentRecord.mostEncodedBytes
            else { continue }
            var bytes = [UInt8](repeating: 0, count: entry.length)
            let isCopied = unsafe bytes.withUnsafeMutableBytes {
                unsafe copy(entry, from: 0, into: $0)
            }
            if isCopied, let record = SegmentRecord(decoding: bytes) { return record }
        }
        return nil
    }

    /// Far more entries than a segment has.
    private static let mostEntriesToRecord: UInt64 = 4_096
}
