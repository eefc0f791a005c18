// What an index is like at one moment, in a few numbers: as long as they are the same, so is everything
// that lists say of it, and everything that can be fetched.
//
// Pure.

struct IndexState: Equatable {
    private let first: UInt64
    private let firstListed: UInt64
    private let last: UInt64
    private let changes: UInt64
    /// How often something that was known was taken back.
    let revisions: UInt64
    private let isFinished: Bool

    init(of index: SegmentIndex) {
        first = index.segments.first?.ordinal ?? 0
        firstListed = index.firstListed
        last = index.segments.last?.ordinal ?? 0
        changes = index.tracks.indices.reduce(0) { $0 &+ index.version(of: $1) }
        revisions = index.revisions
        isFinished = index.isFinished
    }
}
