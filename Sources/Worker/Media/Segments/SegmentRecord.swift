// What has to be known of the past where a segment begins. The writer of a ring commits a record in front
// of the media that begins each segment. From there on, segments, parts and their times follow from the
// record and the media after it: every reader comes to the same, wherever it began.
//
// A writer may die between a record and its media, and the next one writes the record again: of two
// records without media between them, the later one counts.
//
// As bytes (big-endian): version, flags, ordinal, discontinuity ordinal, media time, where the unbroken
// stretch began, time of the cluster, wall clock, plan, number of tracks, a clock for each, how the
// picture is repeated that is held there, the set-up of its pictures where that is not the header's, and the pace,
// if a flag says that there is one. They come from a file that other processes write, so every number is checked,
// and nothing may follow.

package struct SegmentRecord: Sendable, Equatable {
    /// The media sequence number. Starts above 0, grows by 1, and goes on when a ring replaces another one
    /// of the same name.
    package var ordinal: UInt64
    /// How many segments up to this one do not continue the one before.
    package var discontinuityOrdinal: UInt64
    /// Decoding can start with its first picture. True as well when there are no pictures.
    package var isIndependent: Bool
    /// It does not continue the segment before: its clocks begin anew, and that segment's last frames last
    /// as long as their codec, or the frame before them, says.
    package var isDiscontinuity: Bool
    /// Where it begins on the ring's time line.
    package var mediaTimeMs: Int64
    /// Where the stretch of segments began that continue each other up to this one: `mediaTimeMs` of the
    /// last discontinuity, or of the ring's first segment. One difference between media time and the
    /// wall clock holds for all of the stretch.
    package var unbrokenSinceMs: Int64
    /// When the cluster began that its first entry goes on in; nil when that entry begins a cluster. A
    /// segment that has to begin without a key frame does so within a cluster.
    package var clusterMs: Int64?
    /// The Unix time in milliseconds that belongs to `mediaTimeMs`. Steps of the wall clock do not move it.
    package var wallMs: UInt64
    package var plan: SegmentPlan
    /// One for each served track, as they stand before the segment's first frame.
    package var clocks: [TrackClock]
    /// The picture before it, which is shown for as long as none of its own comes.
    package var held: HeldPicture
    /// Of its pictures; nil: that of the header.
    package var setUp: SegmentSetUp?
    /// Its pictures have another set-up than those of the segment before. Its clocks go on, but players count
    /// it as a discontinuity.
    package var beginsSetUp: Bool
    /// How segments follow each other; nil as long as they have not come in even steps.
    package var pace: SegmentPace?

    package init(
        ordinal: UInt64, discontinuityOrdinal: UInt64, isIndependent: Bool, isDiscontinuity: Bool,
        mediaTimeMs: Int64, unbrokenSinceMs: Int64? = nil, clusterMs: Int64? = nil, wallMs: UInt64,
        plan: SegmentPlan, clocks: [TrackClock], held: HeldPicture? = nil,
        setUp: SegmentSetUp? = nil, beginsSetUp: Bool = false, pace: SegmentPace? = nil
    ) {
        self.ordinal = ordinal
        self.discontinuityOrdinal = discontinuityOrdinal
        self.isIndependent = isIndependent
        self.isDiscontinuity = isDiscontinuity
        self.mediaTimeMs = mediaTimeMs
        self.unbrokenSinceMs = unbrokenSinceMs ?? mediaTimeMs
        self.clusterMs = clusterMs
        self.wallMs = wallMs
        self.plan = plan
        self.clocks = clocks
        self.held = held ?? HeldPicture()
        self.setUp = setUp
        self.beginsSetUp = beginsSetUp
        self.pace = pace
    }

    /// The longest record.
    package static let mostEncodedBytes =
        headBytes + MediaLimits.mostTracks * TrackClock.mostEncodedBytes
        + SegmentSetUp.mostEncodedBytes

    private static let headBytes =
        2 + 6 * 8 + SegmentPlan.encodedBytes + 1 + HeldPicture.mostEncodedBytes
        + SegmentPace.encodedBytes
    private static let version: UInt8 = 2
    private static let independent: UInt8 = 1
    private static let discontinuity: UInt8 = 2
    private static let withinCluster: UInt8 = 4
    private static let otherSetUp: UInt8 = 8
    private static let newSetUp: UInt8 = 16
    private static let paced: UInt8 = 32
    private static let knownFlags =
        independent | discontinuity | withinCluster | otherSetUp | newSetUp | paced
    /// The greatest number that is exact in JSON.
    static let greatestOrdinal: UInt64 = 1 << 53 - 1
    /// The end of the year 9999.
    static let latestWallMs: UInt64 = 253_402_300_799_999

    package func encoded() -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(addingCapacity: Self.mostEncodedBytes) { output in
            output.append(Self.version)
            output.append(flags)
            output.append(bigEndian: ordinal, count: 8)
            output.append(bigEndian: discontinuityOrdinal, count: 8)
            output.append(time: mediaTimeMs)
            output.append(time: unbrokenSinceMs)
            output.append(time: clusterMs ?? 0)
            output.append(bigEndian: wallMs, count: 8)
            plan.append(to: &output)
            output.append(UInt8(clocks.count))
            for clock in clocks { clock.append(to: &output) }
            held.append(to: &output)
            setUp?.append(to: &output)
            pace?.append(to: &output)
        }
        return bytes
    }

    private var flags: UInt8 {
        (isIndependent ? Self.independent : 0) | (isDiscontinuity ? Self.discontinuity : 0)
            | (clusterMs == nil ? 0 : Self.withinCluster)
            | (setUp == nil ? 0 : Self.otherSetUp) | (beginsSetUp ? Self.newSetUp : 0)
            | (pace == nil ? 0 : Self.paced)
    }

    /// Nil when the bytes are not exactly one record of this version.
    package init?(decoding bytes: [UInt8]) {
        guard bytes.count <= Self.mostEncodedBytes else { return nil }
        var reader = SnapshotReader(bytes: bytes)
        guard let record = try? SegmentRecord(from: &reader), reader.isAtEnd else { return nil }
        self = record
    }

    private init(from reader: inout SnapshotReader) throws(MediaError) {
        guard try reader.byte() == Self.version else { throw .malformed("another version") }
        let flags = try reader.byte()
        guard flags & ~Self.knownFlags == 0 else {
            throw .malformed("unknown flags of a segment record")
        }
        isIndependent = flags & Self.independent != 0
        isDiscontinuity = flags & Self.discontinuity != 0
        ordinal = try reader.unsigned(8)
        discontinuityOrdinal = try reader.unsigned(8)
        mediaTimeMs = try reader.time(0...Timeline.latestMs)
        unbrokenSinceMs = try reader.time(0...Timeline.latestMs)
        let clusterTimeMs = try reader.time(0...Timeline.latestMs)
        clusterMs = flags & Self.withinCluster == 0 ? nil : clusterTimeMs
        wallMs = try reader.unsigned(8)
        guard 1...Self.greatestOrdinal ~= ordinal, discontinuityOrdinal <= Self.greatestOrdinal,
            wallMs <= Self.latestWallMs
        else { throw .malformed("a number of a segment record is out of range") }
        plan = try SegmentPlan(from: &reader)
        let count = Int(try reader.byte())
        guard 1...MediaLimits.mostTracks ~= count else {
            throw .malformed("a segment record has no clock, or too many")
        }
        clocks = []
        for _ in 0..<count { clocks.append(try TrackClock(from: &reader)) }
        held = try HeldPicture(from: &reader)
        beginsSetUp = flags & Self.newSetUp != 0
        setUp = flags & Self.otherSetUp == 0 ? nil : try SegmentSetUp(from: &reader)
        if let setUp, setUp.since > ordinal {
            throw .malformed("a segment is older than the set-up of its pictures")
        }
        pace = flags & Self.paced == 0 ? nil : try SegmentPace(from: &reader)
        guard pace?.holds(for: ordinal, at: mediaTimeMs) ?? true else {
            throw .malformed("a segment is not in its place")
        }
    }
}
