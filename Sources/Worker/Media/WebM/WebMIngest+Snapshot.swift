// A parser snapshot: everything a parser knows between two elements except the init and what it
// carries, in at most `stateMostBytes` bytes, so that another process can go on where this one
// stopped. First the writer's part, then the reader's, big-endian. A snapshot comes back from a file and
// is checked like any other input.

extension WebMIngest {
    /// The longest snapshot.
    package static let stateMostBytes = 960

    /// A snapshot of at most `stateMostBytes` bytes, true at any moment between two calls. Together
    /// with `carry` and the init it is all that `init(resuming:carry:initialization:limits:)`
    /// needs.
    package func state() -> [UInt8] {
        var bytes = writer.snapshot()
        reader.appendSnapshot(to: &bytes)
        precondition(bytes.count <= WebMIngest.stateMostBytes)
        return bytes
    }

    /// The most that `carry` ever has: frames that wait, and an unfinished element.
    package static func mostCarryBytes(_ limits: MediaLimits) -> Int {
        FragmentWriter.mostCarriedBytes(limits) + limits.blockBytes + limits.elementBytes
            + ElementHeader.mostBytes
    }

    /// Goes on exactly where another parser stopped: `state` and `carry` as that one gave them, or
    /// the `state` of a fragment and its carry. `initialization` is the stream's; nil if there was
    /// none yet. Throws `malformed` when the pieces do not belong together.
    package init(
        resuming state: [UInt8], carry: [UInt8], initialization: Initialization?,
        limits: MediaLimits
    ) throws(MediaError) {
        self.init(limits: limits)
        guard state.count <= WebMIngest.stateMostBytes else {
            throw .malformed("a parser snapshot is too long")
        }
        guard carry.count <= WebMIngest.mostCarryBytes(limits) else {
            throw .tooLarge("what a parser snapshot carries")
        }
        var snapshot = SnapshotReader(bytes: state)
        let counts = try writer.restore(
            from: &snapshot, served: initialization?.tracks ?? [])
        try reader.restore(from: &snapshot, initialization: initialization)
        guard snapshot.isAtEnd else { throw .malformed("a parser snapshot has bytes left over") }
        guard !writer.clusters.isOpen || initialization != nil else {
            throw .malformed("a parser snapshot needs its init")
        }
        adopt(carry: [UInt8](try writer.restore(carried: carry, counts)))
    }
}
