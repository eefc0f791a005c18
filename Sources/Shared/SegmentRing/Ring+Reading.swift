// The read side: lock-free, in any number of processes, while one writer goes on writing.
//
// A reader acquires the entry head, copies what it wants, and then looks at the writer's intents
// once more. They were published before the first byte was overwritten, so whatever they have not
// passed was whole. The fences and the argument for them: RingWriter.append and ring_copy.c.
//
// Every number from the mapping is checked before it is used as an index or a length, because any
// process with write access could have damaged it. Damage reads as "lapped", never as a crash.

import Synchronization

extension Ring {
    /// The sequence after the newest committed entry; the first entry is 0.
    package var entryHead: UInt64 {
        mapping.word(RingLayout.entryHead).loadAcquiring().position
    }

    /// The newest committed entry, of whatever kind; nil when there is none.
    package var newestEntry: RingEntry? {
        let head = entryHead
        guard head > 0, case .entry(let newest) = lookup(head - 1) else { return nil }
        return newest
    }

    /// The oldest entry that is wholly readable and will be for a while: the writer has at least an
    /// eighth of the data and of the index to go before it gets there. `entryHead` when there is
    /// none.
    package var oldestSequence: UInt64 {
        let head = entryHead
        guard head > 0, case .entry(let newest) = lookup(head - 1) else { return head }
        // One more entry, because the writer may be at the next one already.
        let entries = UInt64(geometry.entries - geometry.entries / 8 - 1)
        let bytes = UInt64(geometry.dataBytes - geometry.dataBytes / 8)
        let first = head > entries ? head - entries : 0
        // What is being overwritten now counts as gone; a damaged word cannot say more than that.
        let most = newest.end + UInt64(geometry.fragmentBytes)
        let intent = min(max(mapping.word(RingLayout.intent).load().position, newest.end), most)
        guard intent > bytes else { return first }
        return firstSequence(from: first, to: head) { $0.position >= intent - bytes }
    }

    /// What is known about a sequence number.
    package func lookup(_ sequence: UInt64) -> RingLookup {
        guard sequence < entryHead else { return .notYet }
        let words = mapping.slotWords(sequence)
        atomicMemoryFence(ordering: .acquiring)
        let intentEntry = mapping.word(RingLayout.intentEntry).load().bits
        let intent = mapping.word(RingLayout.intent).load().bits
        guard intentEntry &- sequence <= UInt64(geometry.entries),
            let entry = RingSlot.decode(words, sequence: sequence, geometry: geometry),
            intent &- entry.position <= UInt64(geometry.dataBytes)
        else { return .lapped }
        return .entry(entry)
    }

    /// Copies `target.count` bytes of an entry from `offset` on. False: the writer got there first
    /// (or the range is not inside the entry), and what is in `target` must not be used.
    package func copy(
        _ entry: RingEntry, from offset: Int, into target: UnsafeMutableRawBufferPointer
    ) -> Bool {
        guard offset >= 0, target.count <= geometry.fragmentBytes,
            entry.length <= geometry.fragmentBytes, offset <= entry.length - target.count,
            UntrustedNumber(entry.position).isPosition
        else { return false }
        return unsafe copy(position: entry.position + UInt64(offset), into: target)
    }

    /// Copies `target.count` bytes from a position on that lies in an entry, as the bytes do: for readers
    /// that keep the positions of parts of entries. False: the writer got there first (or no entry is as
    /// long), and what is in `target` must not be used.
    package func copy(position: UInt64, into target: UnsafeMutableRawBufferPointer) -> Bool {
        guard target.count <= geometry.fragmentBytes, UntrustedNumber(position).isPosition else {
            return false
        }
        let intent = unsafe mapping.copyOut(position: position, into: target)
        return intent &- position <= UInt64(geometry.dataBytes)
    }

    /// Whether an entry's bytes are still there, and are the same as when they were committed.
    package func verify(_ entry: RingEntry) -> Bool {
        guard entry.length >= 0, entry.length <= geometry.fragmentBytes else { return false }
        var bytes = [UInt8](repeating: 0, count: entry.length)
        let copied = unsafe bytes.withUnsafeMutableBytes { unsafe copy(entry, from: 0, into: $0) }
        return copied && Checksum.crc32c(bytes) == entry.checksum
    }

    // MARK: Where to start

    /// The newest entry at which decoding can start; nil when none is readable.
    package var newestIndependent: UInt64? {
        newestEntry.flatMap(readableIndependent)
    }

    /// The newest entry up to this one at which decoding can start; nil when none is readable.
    package func independent(upTo sequence: UInt64) -> UInt64? {
        guard case .entry(let entry) = lookup(sequence) else { return nil }
        return readableIndependent(entry)
    }

    /// The newest independent entry that is not younger than `bootMs`, so that a viewer starts
    /// at least that far back; the oldest independent one when all are younger; nil when there is
    /// none.
    package func independent(atOrBefore bootMs: UInt64) -> UInt64? {
        let head = entryHead
        let oldest = oldestSequence
        // The times of entries never decrease (the writer sees to it).
        let younger = firstSequence(from: oldest, to: head) { $0.bootMs > bootMs }
        if younger > oldest, case .entry(let last) = lookup(younger - 1),
            let found = readableIndependent(last), found >= oldest
        {
            return found
        }
        return firstIndependent(from: oldest, to: head) ?? newestIndependent
    }

    /// How far back a viewer can start: milliseconds between the oldest independent entry that is
    /// safe to read and the newest entry.
    package var rewindMs: UInt64 {
        guard let newest = newestEntry,
            let first = firstIndependent(from: oldestSequence, to: newest.sequence + 1),
            case .entry(let oldest) = lookup(first), oldest.bootMs <= newest.bootMs
        else { return 0 }
        return newest.bootMs - oldest.bootMs
    }

    /// The newest independent entry up to this one, if it can still be read.
    private func readableIndependent(_ entry: RingEntry) -> UInt64? {
        guard let sequence = entry.newestIndependent, case .entry(let found) = lookup(sequence),
            found.isIndependent
        else { return nil }
        return found.sequence
    }

    private func firstIndependent(from first: UInt64, to head: UInt64) -> UInt64? {
        (first..<max(first, head)).first { sequence in
            guard case .entry(let entry) = lookup(sequence) else { return false }
            return entry.isIndependent
        }
    }

    /// Binary search for the first sequence in `first..<head` whose entry fulfils a condition that,
    /// once true, stays true; `head` when there is none. Entries that are gone count as before it.
    private func firstSequence(
        from first: UInt64, to head: UInt64, where condition: (RingEntry) -> Bool
    ) -> UInt64 {
        var low = first
        var high = max(first, head)
        while low < high {
            let middle = low + (high - low) / 2
            if case .entry(let entry) = lookup(middle), condition(entry) {
                high = middle
            } else {
                low = middle + 1
            }
        }
        return low
    }
}
