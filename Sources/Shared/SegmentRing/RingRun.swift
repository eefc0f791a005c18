// Entries of media that lie one behind another and need nothing done to them. Readers at the live edge all
// want the same ones, so what has been found out for one of them is kept for the others. Each copies as
// many of them at once as it has room for, and goes on from there: a frame of HTTP/2 takes 16 KiB, and
// what a crowd is woken for may be more.
//
// What is kept stays true: the numbers of an entry never change, and whether its bytes are still there is
// found out by each copy.

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

/// The entries that were put together last, and of each one what a run says of it.
struct KeptEntries {
    private struct Kept {
        let bytes: Int
        let bootMs: UInt64
        let mediaEndMs: Int64
    }

    private let start: UInt64
    private let position: UInt64
    /// One behind another. Empty when the first one is not there, or not one for a run.
    private let entries: [Kept]
    /// Behind the newest entry there was when they were put together: then there could not be more of them.
    private let head: UInt64
    /// When that one was committed, on the ring's clock.
    private let newestMs: UInt64

    /// How many are put together at most.
    private static let mostEntries = 64

    /// From this entry on.
    init(from start: UInt64, before head: UInt64, in ring: Ring) {
        var entries: [Kept] = []
        var position: UInt64?
        var (next, end, bootMs) = (start, UInt64(0), UInt64(0))
        while next < head, entries.count < Self.mostEntries,
            case .entry(let entry) = ring.lookup(next), entry.kind == .media,
            !entry.flags.contains(.groupStart), entry.position == end || position == nil,
            entry.bootMs >= bootMs
        {
            position = position ?? entry.position
            (next, end, bootMs) = (next + 1, entry.end, entry.bootMs)
            entries.append(
                Kept(bytes: entry.length, bootMs: bootMs, mediaEndMs: entry.mediaEndMs))
        }
        self.start = start
        self.position = position ?? 0
        self.entries = entries
        self.head = head
        newestMs = entries.isEmpty ? 0 : ring.newestEntry?.bootMs ?? bootMs
    }

    /// Whether they say all there is to say of a run from this entry on.
    func know(_ sequence: UInt64, before head: UInt64) -> Bool {
        guard self.head == head, sequence >= start else { return false }
        return sequence == start || sequence - start < UInt64(entries.count)
    }

    /// As many as fit, from this one on, which they know; nil when not even that one does.
    func run(from sequence: UInt64, mostBytes: Int) -> RingRun? {
        let first = Int(sequence - start)
        var (end, bytes) = (first, 0)
        while end < entries.count, entries[end].bytes <= mostBytes - bytes {
            bytes += entries[end].bytes
            end += 1
        }
        guard end > first else { return nil }
        let skippedBytes = entries[..<first].reduce(0) { $0 + $1.bytes }
        return RingRun(
            start: sequence, end: start + UInt64(end), position: position + UInt64(skippedBytes),
            bytes: bytes, behindMs: newestMs - min(entries[first].bootMs, newestMs),
            mediaEndMs: entries[end - 1].mediaEndMs)
    }
}

extension Ring {
    /// The run that begins with this entry, of whole entries that fit. Nil when the entry is not there, is
    /// not one for a run, or does not fit.
    func run(from sequence: UInt64, mostBytes: Int) -> RingRun? {
        let head = entryHead
        guard sequence < head else { return nil }
        var kept = keptEntries
        if kept?.know(sequence, before: head) != true {
            kept = KeptEntries(from: sequence, before: head, in: self)
            keptEntries = kept
        }
        return kept?.run(from: sequence, mostBytes: min(mostBytes, geometry.fragmentBytes))
    }
}
