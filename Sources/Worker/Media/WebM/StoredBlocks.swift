// Reads the blocks of a ring's media entries, one entry after the other: for readers that make another
// container's frames of them. Pure; every number is checked, because other processes write the ring.
//
// An entry is a fragment of ours (see ClusterReader). One that does not begin a cluster goes on in the
// cluster of the entry before it. What follows damage in an entry is lost, up to the entry's end, and so
// is everything in front of the first cluster: all who begin at the same entry find the same blocks.

/// One frame as a ring has it.
package struct StoredBlock: Sendable, Equatable {
    /// Index into the tracks that are served; less than `MediaLimits.mostTracks`.
    package let track: Int
    /// On the ring's time line. A cluster's time is bounded, so no sum of two overflows.
    package let timeMs: Int64
    /// Nil when the broadcast did not say; never negative.
    package let durationMs: Int64?
    package let isKey: Bool
    /// It is decoded and not shown.
    package let isInvisible: Bool
    /// Where its bytes lie in the entry.
    package let payload: Range<Int>
}

package struct StoredBlocks {
    private var reader: ClusterReader

    /// For entries of which the first one begins a cluster, or goes on in one with this time.
    package init(continuingClusterAtMs clusterMs: Int64? = nil) {
        reader = ClusterReader(continuingClusterAtMs: clusterMs)
    }

    /// Another entry follows: the next call gets its bytes.
    package mutating func beginEntry() {
        reader = ClusterReader(continuingClusterAtMs: reader.clusterMs)
    }

    /// The next block of the entry whose bytes these are; nil after the last one, or at damage. Takes no
    /// memory.
    package mutating func next(in bytes: Span<UInt8>) -> StoredBlock? {
        guard let (frame, data) = reader.next(in: bytes), !reader.isCutOff else { return nil }
        return StoredBlock(
            track: frame.track, timeMs: frame.timeMs, durationMs: frame.durationMs,
            isKey: frame.isKey, isInvisible: frame.isInvisible, payload: data)
    }
}
