// What a broadcast promises to players that read it in segments. Decided once, from its first seconds, and
// never changed while players may have a list of it, also when another ring comes.

package struct SegmentPlan: Sendable, Equatable {
    /// No segment is longer. Whole seconds.
    package var targetDurationMs: UInt32
    /// No part of a segment is longer; nil when no parts can be promised.
    package var partTargetMs: UInt32?

    package init(targetDurationMs: UInt32, partTargetMs: UInt32?) {
        self.targetDurationMs = targetDurationMs
        self.partTargetMs = partTargetMs
    }

    /// What a plan read from a file may say: requests wait for a multiple of it.
    private static let targetsMs: ClosedRange<UInt64> = 1_000...60_000

    static let encodedBytes = 2 * 4

    func append(to output: inout OutputSpan<UInt8>) {
        output.append(bigEndian: UInt64(targetDurationMs), count: 4)
        output.append(bigEndian: UInt64(partTargetMs ?? 0), count: 4)
    }

    init(from reader: inout SnapshotReader) throws(MediaError) {
        let targetMs = try reader.unsigned(4)
        let partMs = try reader.unsigned(4)
        guard Self.targetsMs.contains(targetMs), targetMs.isMultiple(of: 1_000),
            partMs <= targetMs
        else { throw .malformed("a plan of segments is out of range") }
        targetDurationMs = UInt32(targetMs)
        partTargetMs = partMs == 0 ? nil : UInt32(partMs)
    }
}
