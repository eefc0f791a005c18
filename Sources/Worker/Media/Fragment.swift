// The parser's output: whole blocks in clusters of ours, in pieces that can be stored one by one.

/// A piece of one output cluster: whole blocks, preceded by the cluster's header when it is the
/// first.
package struct Fragment: Sendable, Equatable {
    /// Where it lies in `FragmentBatch.bytes`.
    package var bytes: Range<Int>
    /// Starts with a cluster header (see `ClusterLayout`).
    package var isClusterStart: Bool
    /// A viewer can start here: at a cluster whose first block is a video key frame; or at sound while
    /// there is no picture, that is before the first one, or when none has come for a while. Without
    /// video, at any cluster.
    package var isIndependent: Bool
    /// A viewer who starts here gets only sound at first, because no picture comes just now.
    package var isWithoutPicture: Bool
    /// This does not continue what came before: media was lost, or the broadcast was restarted.
    package var isDiscontinuity: Bool
    /// Time of its first block on the output time line, in milliseconds.
    package var mediaTimeMs: Int64
    /// From its first block to the end of its last, in milliseconds, as far as known.
    package var durationMs: Int
    /// The record of the segment that begins with it (see SegmentRecord), to be stored right before it;
    /// nil when none does.
    package var segmentRecord: [UInt8]?
    /// Bytes of this push's input, from its start, that are used up with this fragment: a parser that
    /// resumes from `state` goes on with the byte after them.
    package var consumedInput: Int
    /// `WebMIngest.state()` and `carry` at that point. Nothing is carried when blocks come in order,
    /// except bytes from earlier pushes of a block that this push completed.
    package var state: [UInt8]
    package var carry: [UInt8]
}

/// Fragments and their bytes, collected over one or more pushes until the caller has stored them.
package struct FragmentBatch: Sendable {
    package var bytes: [UInt8] = []
    package var fragments: [Fragment] = []

    package init() {}

    /// Empties the batch and keeps its memory.
    package mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        fragments.removeAll(keepingCapacity: true)
    }
}
