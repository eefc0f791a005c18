// How segments follow each other: in even steps, as a rule. Then a number says when a segment comes, and
// players of low-latency DASH ask for it while it is being made, without a list that names it.
//
// An encoder keeps to its key frames for hours, but no step is exact. A pace is given up before a segment is
// further from its place than players may meet (half of a segment: DASH-IF IOP version 5, part 4, 8.X.3),
// and the next one begins with that segment: another period of the manifest.
//
// It is in the record of each segment that belongs to it. Numbers come from a file that other processes write.

package struct SegmentPace: Sendable, Hashable {
    /// The first segment that belongs to it.
    package let firstOrdinal: UInt64
    /// When that one begins, on the ring's time line.
    package let startMs: Int64
    /// From one segment to the next, in microseconds; nil when they come as they like.
    package let stepUs: UInt32?

    package init(firstOrdinal: UInt64, startMs: Int64, stepUs: UInt32?) {
        self.firstOrdinal = firstOrdinal
        self.startMs = startMs
        self.stepUs = stepUs
    }

    /// A segment may begin so far from its place, in parts of a step. As much again is left for where it
    /// ends, which nobody knows when it begins.
    private static let toleratedPart: UInt64 = 4
    /// A minute is longer than any segment of ours.
    static let stepsUs: ClosedRange<UInt32> = 500_000...60_000_000

    /// Whether a segment that begins then is in its place. Always true of one that comes as it likes.
    package func holds(for ordinal: UInt64, at timeMs: Int64) -> Bool {
        guard ordinal >= firstOrdinal else { return false }
        guard let stepUs else { return true }
        let (placeUs, isTooFar) = (ordinal - firstOrdinal).multipliedReportingOverflow(
            by: UInt64(stepUs))
        let (sinceUs, isTooLong) = (timeMs - startMs).multipliedReportingOverflow(by: 1_000)
        guard !isTooFar, !isTooLong, sinceUs >= 0 else { return false }
        let since = UInt64(sinceUs)
        let awayUs = since > placeUs ? since - placeUs : placeUs - since
        return awayUs <= UInt64(stepUs) / Self.toleratedPart
    }

    // MARK: As bytes

    static let encodedBytes = 2 * 8 + 4

    func append(to output: inout OutputSpan<UInt8>) {
        output.append(bigEndian: firstOrdinal, count: 8)
        output.append(time: startMs)
        output.append(bigEndian: UInt64(stepUs ?? 0), count: 4)
    }

    init(from reader: inout SnapshotReader) throws(MediaError) {
        firstOrdinal = try reader.unsigned(8)
        startMs = try reader.time(0...Timeline.latestMs)
        let step = UInt32(try reader.unsigned(4))
        guard 1...SegmentRecord.greatestOrdinal ~= firstOrdinal,
            step == 0 || Self.stepsUs.contains(step)
        else { throw .malformed("the pace of segments is out of range") }
        stepUs = step == 0 ? nil : step
    }
}
