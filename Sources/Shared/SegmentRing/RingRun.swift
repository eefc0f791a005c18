// Entries of media that lie one behind another and need nothing done to them. Readers at the live edge all
// want the same ones, so what has been found out for one of them is kept for the others: they copy all of
// it at once.
//
// What is kept stays true: the numbers of an entry never change, and whether its bytes are still there is
// found out by each copy.

/// Whole entries of media without the beginning of a group; never empty.
package struct RingRun {
    let first: RingEntry
    /// The entry behind the last one.
    private(set) var end: UInt64
    /// How many bytes they are.
    package private(set) var bytes: Int
    /// Where the stream's time stands after the last one.
    package private(set) var mediaEndMs: Int64
    /// The newest entry there was when the run was put together: then it could not be longer.
    fileprivate var head: UInt64

    /// Nil when the entry is not one for a run.
    fileprivate init?(_ entry: RingEntry, head: UInt64) {
        guard Self.takes(entry) else { return nil }
        first = entry
        end = entry.sequence + 1
        bytes = entry.length
        mediaEndMs = entry.mediaEndMs
        self.head = head
    }

    private static func takes(_ entry: RingEntry) -> Bool {
        entry.kind == .media && !entry.flags.contains(.groupStart)
    }

    /// False: the entry is not one for this run.
    fileprivate mutating func append(_ entry: RingEntry, mostBytes: Int) -> Bool {
        guard Self.takes(entry), entry.position == first.position + UInt64(bytes),
            entry.bootMs >= first.bootMs, entry.length <= mostBytes - bytes
        else { return false }
        end = entry.sequence + 1
        bytes += entry.length
        mediaEndMs = entry.mediaEndMs
        return true
    }
}

extension Ring {
    /// How many entries are put together at most.
    private static let entriesPerRun = 64

    /// The run that begins with this entry; nil when it is not there, or not one for a run.
    func run(from sequence: UInt64) -> RingRun? {
        let head = entryHead
        guard sequence < head else { return nil }
        if let kept = lastRun, kept.first.sequence == sequence, kept.head == head { return kept }
        guard case .entry(let entry) = lookup(sequence), var run = RingRun(entry, head: head) else {
            return nil
        }
        while run.end < head, run.end - sequence < Self.entriesPerRun,
            case .entry(let next) = lookup(run.end),
            run.append(next, mostBytes: geometry.fragmentBytes)
        {}
        lastRun = run
        return run
    }
}
