// Segment records as bytes, and bytes that are none.

import Testing

@testable import Media

@Suite("Segment records")
struct SegmentRecordTests {
    private var record: SegmentRecord {
        var video = TrackClock(reorderDepth: 2)
        for timeMs: Int64 in [0, 80, 40] { _ = video.take(timeMs: timeMs, soundTicks: nil) }
        var sound = TrackClock(sampleRateHz: 48_000)
        _ = sound.take(timeMs: 7, soundTicks: 960)
        return SegmentRecord(
            ordinal: 1, discontinuityOrdinal: 0, isIndependent: true, isDiscontinuity: false,
            mediaTimeMs: 4_000, wallMs: 1_800_000_000_000,
            plan: SegmentPlan(targetDurationMs: 4_000, partTargetMs: 300),
            clocks: [video, sound, TrackClock(sampleRateHz: 44_100)])
    }

    @Test("what is written is read again")
    func roundTrip() {
        #expect(SegmentRecord(decoding: record.encoded()) == record)
        var other = record
        other.ordinal = SegmentRecord.greatestOrdinal
        other.discontinuityOrdinal = 5
        other.isIndependent = false
        other.isDiscontinuity = true
        other.mediaTimeMs = Timeline.latestMs
        other.unbrokenSinceMs = 1_000
        other.clusterMs = 3_000
        other.wallMs = SegmentRecord.latestWallMs
        other.plan = SegmentPlan(targetDurationMs: 12_000, partTargetMs: nil)
        other.clocks = [TrackClock](
            repeating: TrackClock(reorderDepth: 16), count: MediaLimits.mostTracks)
        other.held = HeldPicture(
            again: RepeatFrame(vp9Profile: 3, slot: 7),
            setUp: AV1.Repeating(choosesScreenTools: true, hasScreenTools: true, orderHintBits: 8))
        other.beginsSetUp = true
        other.setUp = PictureSize(width: 65_535, height: 1).flatMap { size in
            PictureSetUp(
                size: size,
                codecPrivate: [UInt8](repeating: 7, count: PictureSetUp.mostPrivateBytes))
        }.map { SegmentSetUp($0, since: SegmentRecord.greatestOrdinal) }
        #expect(other.setUp != nil)
        other.pace = SegmentPace(
            firstOrdinal: SegmentRecord.greatestOrdinal, startMs: Timeline.latestMs,
            stepUs: 60_000_000)
        #expect(SegmentRecord(decoding: other.encoded()) == other)
        #expect(other.encoded().count <= SegmentRecord.mostEncodedBytes)
    }

    @Test("it is small, so that the smallest ring has room for it")
    func size() {
        #expect(SegmentRecord.mostEncodedBytes <= 1_024)
    }

    @Test(
        "numbers out of range are refused",
        arguments: [
            (0, UInt8(0)), (0, 1), (0, 3), (1, 8), (1, 64), (2, 0x20), (10, 0x20), (18, 0xFF),
            (26, 0xFF),
            (34, 0xFF), (42, 1), (50, 1), (52, 0x0E), (54, 0xFF), (58, 0), (58, 9), (58, 2),
            (58, 4),
        ])
    func outOfRange(offset: Int, value: UInt8) {
        var bytes = record.encoded()
        bytes[offset] = value
        #expect(SegmentRecord(decoding: bytes) == nil)
    }

    @Test(
        "the pace that a segment belongs to is read again, if the segment is in its place",
        arguments: [
            (1, 4_000, 2_000_000, true), (1, 3_500, 2_000_000, true), (1, 3_499, 2_000_000, false),
            (1, 4_000, nil, true), (1, 9_000, nil, true), (2, 4_000, nil, false),
            (1, 4_000, 499_999, false), (1, 4_000, 60_000_001, false),
        ] as [(UInt64, Int64, UInt32?, Bool)])
    func pace(firstOrdinal: UInt64, startMs: Int64, stepUs: UInt32?, isRead: Bool) {
        var paced = record
        paced.pace = SegmentPace(firstOrdinal: firstOrdinal, startMs: startMs, stepUs: stepUs)
        #expect(SegmentRecord(decoding: paced.encoded()) == (isRead ? paced : nil))
        #expect(SegmentRecord(decoding: paced.encoded().dropLast() + []) == nil)
    }

    @Test("an ordinal of 0 is refused")
    func zero() {
        var record = record
        record.ordinal = 0
        #expect(SegmentRecord(decoding: record.encoded()) == nil)
    }

    @Test("a set-up of a later segment is refused")
    func future() throws {
        var record = record
        let size = try #require(PictureSize(width: 2, height: 2))
        let picture = try #require(PictureSetUp(size: size, codecPrivate: []))
        record.setUp = SegmentSetUp(picture, since: record.ordinal + 1)
        #expect(SegmentRecord(decoding: record.encoded()) == nil)
        record.setUp = SegmentSetUp(picture, since: record.ordinal)
        #expect(SegmentRecord(decoding: record.encoded()) == record)
    }

    @Test("no bytes make it trap, and what is taken from them is written the same")
    func hostileBytes() {
        let good = record.encoded()
        for count in 0..<good.count {
            #expect(SegmentRecord(decoding: [UInt8](good.prefix(count))) == nil)
        }
        #expect(SegmentRecord(decoding: good + [0]) == nil)
        #expect(SegmentRecord(decoding: [UInt8](repeating: 1, count: 100_000)) == nil)
        var random = SeededRandom(seed: 5)
        for _ in 0..<4_000 {
            var bytes = good
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                bytes[bytes.indices.randomElement(using: &random)!] =
                    UInt8.random(in: 0...255, using: &random)
            }
            guard let odd = SegmentRecord(decoding: bytes) else { continue }
            #expect(SegmentRecord(decoding: odd.encoded()) == odd)
        }
    }
}
