// Entries of media that lie one behind another and need nothing done to them. Readers at the live edge all
// want the same ones, so what has been found out for one of them is kept for the others. Each copies as
// many of them at once as it has room for, and goes on from there: a frame of HTTP/2 takes 16 KiB, and
// what a crowd is woken for may be more.
//
// What is kept of a sound ring stays true: the numbers of an entry never change, and whether its bytes are
// still there is found out by each copy. A damaged one may say something else later; readers get other
// bytes then, and never more of them.

/// Whole entries of media without the beginning of a group; never empty.
package struct RingRun {
    /// The number of the first one,
    let start: UInt64
    /// and the one behind the last one.
    let end: UInt64
    let position: UInt64
    /// How many bytes they are.
    package let bytes: Int
    /// By how much the first one is older than the newest entry of the ring.
    let behindMs: UInt64
    /// Where the stream's time stands after the last one.
    package let mediaEndMs: Int64
}

/// Entries that were looked up together, and of each one what a run says of it.
struct FoundEntries {
    private struct Found {
        let position: UInt64
        let bytes: Int
        let bootMs: UInt64
        let mediaEndMs: Int64
        /// Whether it may be in a run.
        let isFit: Bool

        init(_ entry: RingEntry) {
            position = entry.position
            bytes = entry.length
            bootMs = entry.bootMs
            mediaEndMs = entry.mediaEndMs
            isFit = entry.kind == .media && !entry.flags.contains(.groupStart)
        }

        /// Whether it may stand behind this one in a run.
        func continues(_ last: Found) -> Bool {
            isFit && position == last.position + UInt64(last.bytes) && bootMs >= last.bootMs
        }
    }

    /// How many are looked up at most, and when it is enough.
    private static let mostEntries = 64
    private static let enoughBytes = 256 * 1024

    private let start: UInt64
    /// The entry behind the newest one there was. When that changes, there may be more.
    private let head: UInt64
    /// When the newest one was committed, on the ring's clock.
    private let newestMs: UInt64
    /// One behind another; empty when the first one is not there.
    private let entries: [Found]

    /// From this entry on, of a ring with that head.
    init(from start: UInt64, before head: UInt64, in ring: Ring) {
        var entries: [Found] = []
        entries.reserveCapacity(Int(min(head - start, UInt64(Self.mostEntries))))
        var bytes = 0
        while entries.count < Self.mostEntries, bytes < Self.enoughBytes,
            start + UInt64(entries.count) < head,
            case .entry(let entry) = ring.lookup(start + UInt64(entries.count))
        {
            entries.append(Found(entry))
            bytes += entry.length
        }
        self.start = start
        self.head = head
        self.entries = entries
        newestMs = ring.newestEntry?.bootMs ?? 0
    }

    /// Whether they say what a run from this entry on is, as long as the head is that one.
    func know(_ sequence: UInt64, before head: UInt64) -> Bool {
        guard self.head == head, sequence >= start else { return false }
        return sequence == start || sequence - start < UInt64(entries.count)
    }

    /// The run from this entry on, of which they know; nil when it is not one for a run, or does not fit.
    func run(from sequence: UInt64, mostBytes: Int) -> RingRun? {
        let first = Int(sequence - start)
        guard first < entries.count, entries[first].isFit, entries[first].bytes <= mostBytes else {
            return nil
        }
        var (last, bytes) = (first, entries[first].bytes)
        while last + 1 < entries.count, entries[last + 1].continues(entries[last]),
            entries[last + 1].bytes <= mostBytes - bytes
        {
            last += 1
            bytes += entries[last].bytes
        }
        return RingRun(
            start: sequence, end: start + UInt64(last) + 1, position: entries[first].position,
            bytes: bytes, behindMs: newestMs - min(entries[first].bootMs, newestMs),
            mediaEndMs: entries[last].mediaEndMs)
    }
}

extension Ring {
    /// The run that begins with this entry, of whole entries that fit. Nil when the entry is not there, is
    /// not one for a run, or does not fit.
    func run(from sequence: UInt64, mostBytes: Int) -> RingRun? {
        let head = entryHead
        guard sequence < head else { return nil }
        if foundEntries?.know(sequence, before: head) != true {
            foundEntries = FoundEntries(from: sequence, before: head, in: self)
        }
        return foundEntries?.run(
            from: sequence, mostBytes: min(mostBytes, geometry.fragmentBytes))
    }
}
