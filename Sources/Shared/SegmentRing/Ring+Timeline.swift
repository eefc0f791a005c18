// Figures about the time a ring covers, from its oldest and newest entries.

extension Ring {
    /// Where the media written so far ends, on the stream's own time line; 0 when there is none.
    package var timelineEndMs: Int64 {
        newestEntry?.mediaEndMs ?? 0
    }

    /// How much media was written into it, in time; nil when its oldest media is gone.
    package var writtenMs: UInt64? {
        guard oldestSequence == 0 else { return nil }
        // Records may come first, and a record may come twice.
        for sequence in 0..<min(entryHead, Self.fewEntries) {
            guard case .entry(let entry) = lookup(sequence) else { return nil }
            guard entry.kind == .media else { continue }
            return UInt64(max(timelineEndMs - entry.mediaTimeMs, 0))
        }
        return 0
    }

    private static let fewEntries: UInt64 = 16

    /// How much media time fits into the ring at the rate of what is in it; nil when there is too
    /// little to tell.
    package var capacityMs: UInt64? {
        guard let newest = newestEntry, case .entry(let oldest) = lookup(oldestSequence),
            newest.position > oldest.position,
            newest.mediaTimeMs > oldest.mediaTimeMs
        else { return nil }
        let spanMs = Double(newest.mediaTimeMs - oldest.mediaTimeMs)
        let bytes = Double(newest.position - oldest.position)
        return UInt64(min(Double(geometry.dataBytes) * spanMs / bytes, 1e12))
    }
}
