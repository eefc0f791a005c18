// The segments of what is written, as the caller sees them: it knows the ring and the time.

extension WebMIngest {
    /// When the bytes of the next push have arrived: a Unix time in milliseconds that steps of the wall
    /// clock do not move. It decides what the time of day in segment records is, and whether parts can
    /// be promised.
    package var arrivedMs: UInt64? {
        get { writer.segments.arrivedMs }
        set { writer.segments.arrivedMs = newValue }
    }

    /// The ordinal of the segment that begins next, and how many segments so far did not continue the
    /// one before.
    package var segmentOrdinals: (next: UInt64, discontinuities: UInt64) {
        (writer.segments.nextOrdinal, writer.segments.discontinuities)
    }

    /// What is promised of the segments; nil as long as that is not decided.
    package var segmentPlan: SegmentPlan? { writer.segments.plan }

    /// What follows is in a ring of its own, whose segments begin with these numbers, and keep a plan
    /// that was made before.
    package mutating func beginSegments(
        ordinal: UInt64, discontinuities: UInt64, plan: SegmentPlan?
    ) {
        writer.segments.beginRing(
            ordinal: ordinal, discontinuities: discontinuities, plan: plan)
    }

    /// A parser that begins anew in the same ring goes on with the segments of the one whose snapshot
    /// this is. Throws `malformed` when it is none of this version; then nothing has changed.
    package mutating func continueSegments(of state: [UInt8]) throws(MediaError) {
        var reader = SnapshotReader(bytes: state)
        writer.segments = try FragmentWriter.segments(from: &reader)
    }
}
