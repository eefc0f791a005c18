// Pictures that stand still and sound that has gaps: no part is longer than was promised, no time is lost
// between segments, and every reader says the same.

import Media
import SegmentRing
import Testing

@testable import Delivery

/// Frames of a source that holds its picture now and then.
private struct RandomSource {
    var random: Seeded
    var hasSound: Bool
    var mostHoldMs: Int64

    init(seed: UInt64) {
        random = Seeded(seed)
        hasSound = !random.once(in: 5)
        mostHoldMs = hasSound ? [400, 1_500, 8_000].randomElement(using: &random) ?? 0 : 3_000
    }

    mutating func frames(endMs: Int64) -> [SyntheticFrame] {
        var frames = pictures(endMs: endMs)
        guard hasSound else { return frames }
        var timeMs: Int64 = random.once(in: 2) ? 0 : 700
        // Sound may be far ahead; then pictures seem to be missing until they come.
        let lateMs = Int64.random(
            in: random.once(in: 3) ? -480...(-200) : -150...150, using: &random)
        while timeMs < endMs {
            frames.append(SyntheticFrame(timeMs: timeMs, isSound: true, lateMs: lateMs))
            let gapMs = Int64.random(in: 40...3_000, using: &random)
            timeMs += random.once(in: 400) ? gapMs / 20 * 20 : 20
        }
        return frames
    }

    private mutating func pictures(endMs: Int64) -> [SyntheticFrame] {
        var frames: [SyntheticFrame] = []
        var timeMs: Int64 = 0
        let keyMs = Int64.random(in: 500...6_000, using: &random)
        var nextKeyMs: Int64 = 0
        var frameMs: Int64 = 33
        while timeMs < endMs {
            let isKey = timeMs >= nextKeyMs
            if isKey { nextKeyMs = timeMs + keyMs }
            frames.append(SyntheticFrame(timeMs: timeMs, isKey: isKey))
            if random.once(in: 100) { frameMs = Int64.random(in: 16...200, using: &random) }
            timeMs += Int64.random(in: frameMs...(frameMs + 2), using: &random)
            if random.once(in: 60) { timeMs += Int64.random(in: 200...mostHoldMs, using: &random) }
        }
        return frames
    }
}

@Suite struct HeldFrameTests {
    private static let recordings = ["chromium-vp9-opus.webm", "chromium-h264-opus.mkv"]

    private func stage(
        _ recording: String, _ frames: [SyntheticFrame], partTargetMs: UInt32? = 500
    ) throws -> (SegmentedRing, [UInt64]) {
        let broadcast = try Broadcast(like: recording, frames)
        let stage = try SegmentedRing(broadcast, entries: 1 << 14, partTargetMs: partTargetMs)
        return (stage, try stage.appendCut(broadcast))
    }

    private func segments(
        _ index: SegmentIndex, of track: Int
    ) throws -> [(SegmentFacts, RenditionSegment)] {
        try index.segments.map { ($0, try #require(index.segment($0.ordinal, of: track))) }
    }

    @Test(
        "T1, T2, T3: parts keep their target whatever frames do", arguments: 0..<40 as Range<UInt64>
    )
    func parts(seed: UInt64) throws {
        var source = RandomSource(seed: seed)
        let targetMs = [300, 500, 1_000].randomElement(using: &source.random) ?? 500
        let (stage, _) = try stage(
            Self.recordings[Int(seed % 2)], source.frames(endMs: 30_000),
            partTargetMs: UInt32(targetMs))
        let isRepeated = stage.tracks[0].codec == "vp9"
        var index = SegmentIndex.of(stage)
        index.finish()
        for track in stage.tracks.indices {
            let target = UInt64(targetMs) * UInt64(try #require(index.timescale(of: track)))
            for (facts, segment) in try segments(index, of: track) {
                let place: Comment = "segment \(facts.ordinal) of \(track)"
                if isRepeated, track == 0 {
                    #expect(segment.parts.allSatisfy { !$0.isGap }, place)
                    #expect(!segment.isEmpty || facts.isDiscontinuity, place)
                }
                for (part, next) in zip(segment.parts, segment.parts.dropFirst()) {
                    #expect(part.isGap || next.isGap || part.ticks * 100_000 >= target * 85, place)
                    #expect(part.samples.upperBound == next.samples.lowerBound)
                }
                #expect(segment.parts.allSatisfy { $0.ticks * 1_000 <= target }, place)
                #expect(segment.parts.allSatisfy { $0.ticks > 0 })
                guard !segment.isEmpty else { continue }
                #expect(segment.parts.reduce(0) { $0 + $1.ticks } == segment.ticks, place)
                #expect(segment.parts.first?.samples.lowerBound == 0)
                let count = segment.parts.last?.samples.upperBound
                #expect(count == UInt32(segment.packed.count))
            }
        }
    }

    @Test(
        "L13: no time is lost between segments, and every picture is shown at its time",
        arguments: 100..<140 as Range<UInt64>)
    func durations(seed: UInt64) throws {
        var source = RandomSource(seed: seed)
        let frames = source.frames(endMs: 30_000)
        let (stage, _) = try stage(Self.recordings[Int(seed % 2)], frames)
        var index = SegmentIndex.of(stage)
        index.finish()
        let beginMs = try #require(index.segments.first).mediaTimeMs
        for track in stage.tracks.indices {
            var end: UInt64?
            var shown: [UInt64] = []
            for (facts, segment) in try segments(index, of: track) {
                let place: Comment = "segment \(facts.ordinal) of \(track)"
                #expect(segment.isComplete)
                if let end, !facts.isDiscontinuity { #expect(segment.decodeTime == end, place) }
                end = segment.decodeTime + segment.ticks
                let samples = segment.parts.flatMap { segment.samples(of: $0) }
                for sample in samples where sample.byteCount > 3 {
                    shown.append(
                        sample.decodeTime.addingReportingOverflow(
                            UInt64(bitPattern: Int64(sample.compositionOffset))
                        ).partialValue)
                }
            }
            guard stage.tracks[track].kind == .video else { continue }
            let times = frames.filter { !$0.isSound && $0.timeMs >= beginMs }.map(\.timeMs)
            #expect(shown.count == times.count)
            for (one, timeMs) in zip(shown, times) { #expect(one == UInt64(timeMs) * 90) }
        }
    }

    @Test(
        "whoever begins at a record, in a held picture or not, comes to the same",
        arguments: 200..<220 as Range<UInt64>)
    func joined(seed: UInt64) throws {
        var source = RandomSource(seed: seed)
        let (stage, records) = try stage(
            Self.recordings[Int(seed % 2)], source.frames(endMs: 30_000))
        let index = SegmentIndex.of(stage)
        #expect(records.count > 3)
        for record in records {
            var late = SegmentIndex(tracks: stage.tracks, from: record)
            late.readAll(stage.ring)
            #expect(late.segments.first?.sequence == record)
            for facts in late.segments {
                for track in stage.tracks.indices {
                    #expect(
                        late.segment(facts.ordinal, of: track)
                            == index.segment(facts.ordinal, of: track),
                        "segment \(facts.ordinal) of \(track) from \(record)")
                }
            }
        }
    }

    @Test(
        "sound that stands ahead of the picture in the file keeps its length at every border",
        arguments: [-1_500, -800, -300, 0, 300] as [Int64])
    func ahead(lateMs: Int64) throws {
        let pictures = (0..<500).map { SyntheticFrame(timeMs: $0 * 40, isKey: $0 % 50 == 0) }
        let sounds = (0..<1_000).map {
            SyntheticFrame(timeMs: $0 * 20, isSound: true, lateMs: lateMs)
        }
        let (stage, records) = try stage(Self.recordings[0], pictures + sounds)
        var index = SegmentIndex.of(stage)
        index.finish()
        var late = SegmentIndex(tracks: stage.tracks, from: records[2])
        late.readAll(stage.ring)
        late.finish()
        for facts in index.segments {
            let segment = try #require(index.segment(facts.ordinal, of: 1))
            #expect(segment.packed.allSatisfy { $0.duration == 960 }, "segment \(facts.ordinal)")
            let joined = late.segment(facts.ordinal, of: 1)
            #expect(joined == nil || joined == segment)
        }
    }

    @Test("pictures that were held up behind the sound are shown in their order")
    func heldUp() throws {
        var frames = (0..<300).map { number in
            let timeMs = Int64(number) * 33
            let isLate = 3_240..<3_520 ~= timeMs
            return SyntheticFrame(
                timeMs: timeMs, isKey: number % 60 == 0, lateMs: isLate ? 3_720 - timeMs : 0)
        }
        frames += (0..<500).map { SyntheticFrame(timeMs: $0 * 20, isSound: true) }
        let (stage, _) = try stage(Self.recordings[0], frames, partTargetMs: 300)
        var index = SegmentIndex.of(stage)
        index.finish()
        var last: Int64 = -1
        for (facts, segment) in try segments(index, of: 0) {
            for sample in segment.parts.flatMap({ segment.samples(of: $0) }) {
                let shown = Int64(sample.decodeTime) + Int64(sample.compositionOffset)
                #expect(shown > last, "segment \(facts.ordinal)")
                last = shown
            }
        }
    }

    @Test("a segment that has no time for a track lasts a tick, and is listed")
    func noTime() throws {
        var segment = RenditionSegment(position: 0, decodeTime: 48_000)
        segment.complete(withoutSamplesAt: 40_000)
        #expect(segment.ticks == 1)
        var last = RenditionSegment(position: 0, decodeTime: 48_000)
        last.complete(withoutSamplesAt: nil)
        #expect(last.ticks == 0)
    }

    @Test("a part without media has a number and no bytes, and the others are the segment")
    func fetched() throws {
        var frames = (0..<20).map { SyntheticFrame(timeMs: $0 * 50, isKey: $0 == 0) }
        frames += (0..<40).map { SyntheticFrame(timeMs: 3_000 + $0 * 50, isKey: $0 == 20) }
        let (stage, _) = try stage("chromium-h264-opus.mkv", frames)
        let index = SegmentIndex.of(stage)
        let view = try #require(
            IndexView(index, epoch: 1, tracks: PackagedTracks(stage.tracks)))
        let track = try #require(view.tracks.picture)
        let segment = try #require(index.segment(1, of: track.place))
        // 19 frames, then one that lasts from 0.95 s to 3 s.
        let ms = segment.parts.map { Int64($0.ticks / 90) * ($0.isGap ? -1 : 1) }
        #expect(ms == [500, 450, 500, -500, -500, -500, -50, 500, 450])
        var all: [UInt8] = []
        for (place, part) in segment.parts.enumerated() {
            let content = MediaName.Content.part(UInt64(place), of: 1)
            switch view.find(content, of: track) {
            case .there(1, let parts?):
                #expect(!part.isGap && parts == place..<place + 1)
                let body = index.body(of: 1, rendition: 0, parts: parts, from: stage.ring)
                all += try bytes(of: #require(body))
            case .nothing: #expect(part.isGap)
            default: Issue.record("part \(place) is not there")
            }
        }
        let whole = try #require(index.body(of: 1, rendition: 0, from: stage.ring))
        #expect(try bytes(of: whole) == all && all.count == Int(segment.byteCount))
        let text = String(decoding: view.playlist(of: track).text(.whole), as: UTF8.self)
        #expect(text.split(separator: "\n").count { $0.hasSuffix(",GAP=YES") } == 4)
    }

    @Test("a segment without a picture is a gap in lists, and a fragment without samples")
    func empty() throws {
        let frames =
            [SyntheticFrame(timeMs: 0, isKey: true), SyntheticFrame(timeMs: 40)]
            + [SyntheticFrame(timeMs: 10_000, isKey: true), SyntheticFrame(timeMs: 10_040)]
            + (0..<600).map { SyntheticFrame(timeMs: $0 * 20, isSound: true) }
        let (stage, _) = try stage("chromium-h264-opus.mkv", frames)
        let index = SegmentIndex.of(stage)
        let view = try #require(
            IndexView(index, epoch: 1, tracks: PackagedTracks(stage.tracks)))
        let track = try #require(view.tracks.picture)
        let segment = try #require(index.segment(2, of: track.place))
        let next = try #require(index.segment(3, of: track.place))
        #expect(segment.isEmpty && segment.isComplete && segment.parts.isEmpty)
        #expect(segment.decodeTime + segment.ticks == next.decodeTime)
        guard case .there(2, nil) = view.find(.segment(2), of: track) else {
            Issue.record("it is not there")
            return
        }
        let body = try bytes(
            of: #require(index.body(of: 2, rendition: track.place, from: stage.ring)))
        let expected = MP4Fragment.withoutSamples(
            trackID: 1, sequenceNumber: 2 << 8, decodeTime: segment.decodeTime,
            ticks: segment.ticks)
        #expect(body == expected)
        let listed = view.playlist(of: track)
        #expect(listed.segments.map(\.isGap).contains(true))
        #expect(listed.segments.allSatisfy { $0.ticks ?? 1 > 0 })
    }

    @Test("T6: parts of a picture that stands still come in time, while there is sound")
    func inTime() throws {
        var frames = (0..<60).map { SyntheticFrame(timeMs: $0 * 33, isKey: $0 == 0) }
        frames += [SyntheticFrame(timeMs: 12_000, isKey: true)]
        frames += (0..<650).map { SyntheticFrame(timeMs: $0 * 20, isSound: true) }
        let broadcast = try Broadcast(like: "chromium-vp9-opus.webm", frames)
        let stage = try SegmentedRing(broadcast, partTargetMs: 500)
        var index = SegmentIndex(tracks: stage.tracks)
        _ = try stage.appendCut(broadcast) { timeMs in
            index.readAll(stage.ring)
            guard let last = index.segments.indices.last, timeMs < 12_000 else { return }
            let ends = index.segments[...last].compactMap { facts in
                index.segment(facts.ordinal, of: 0).flatMap { segment in
                    segment.parts.isEmpty
                        ? nil : segment.decodeTime + segment.parts.reduce(0) { $0 + $1.ticks }
                }
            }
            // A part, and what a border is waited for.
            #expect(Int64(ends.last ?? 0) / 90 + 500 + 500 >= timeMs)
        }
        let segments = try segments(index, of: 0)
        #expect(segments.count > 3 && segments.dropLast().allSatisfy { $0.1.isComplete })
        #expect(segments.allSatisfy { $0.1.parts.allSatisfy { !$0.isGap } })
    }

    @Test(
        "a repeat is a sample of the bytes that name the last picture, wherever a range of it begins"
    )
    func made() throws {
        let frames =
            [SyntheticFrame(timeMs: 0, isKey: true), SyntheticFrame(timeMs: 40)]
            + (0..<400).map { SyntheticFrame(timeMs: $0 * 20, isSound: true) }
        let (stage, _) = try stage("chromium-vp9-opus.webm", frames)
        let index = SegmentIndex.of(stage)
        let segment = try #require(index.segment(1, of: 0))
        #expect(segment.packed.map(\.byteCount) == [7, 5] + [1, 1, 1, 1, 1, 1, 1, 1, 1])
        let body = try bytes(of: #require(index.body(of: 1, rendition: 0, from: stage.ring)))
        #expect(body.count == Int(segment.byteCount))
        // The second frame is kept in the second place.
        #expect(body.last == 0x89)
        for start in body.count - 300..<body.count {
            let rest = try #require(index.body(of: 1, rendition: 0, from: stage.ring))
            #expect(
                try bytes(of: rest, range: start..<body.count, pieceBytes: 7)
                    == [UInt8](body[start...]))
        }
        // Nothing of the picture is in the next one, but the picture is.
        let next = try #require(index.segment(2, of: 0))
        #expect(next.packed.first?.offset == nil && next.packed.first?.isSync == false)
    }
}
