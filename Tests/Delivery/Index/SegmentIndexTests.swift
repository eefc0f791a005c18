// What an index finds in a ring with a real broadcast.

import Media
import SegmentRing
import Testing

@testable import Delivery

extension SegmentIndex {
    /// An index of everything that is in the ring now.
    static func of(_ stage: SegmentedRing) -> SegmentIndex {
        var index = SegmentIndex(tracks: stage.tracks)
        index.readAll(stage.ring)
        return index
    }

    mutating func readAll(_ ring: Ring) {
        var scratch: [UInt8] = []
        while !advance(in: ring, through: &scratch, mostBytes: 100_000) {}
    }
}

@Suite struct SegmentIndexTests {
    /// The frames of a track from the first segment on.
    private func frames(
        of track: Int, in broadcast: Broadcast
    ) -> (bytes: [[UInt8]], keys: [Bool]) {
        var blocks = StoredBlocks()
        var bytes: [[UInt8]] = []
        var keys: [Bool] = []
        for fragment in broadcast.fragments {
            let entry = broadcast.bytes(of: fragment)
            blocks.beginEntry()
            while let block = blocks.next(in: entry.span) {
                guard block.track == track else { continue }
                bytes.append([UInt8](entry[block.payload]))
                keys.append(block.isKey)
            }
        }
        return (bytes, keys)
    }

    @Test(
        "every frame is in one segment, with its bytes, and times that leave no gap",
        arguments: Broadcast.recordings)
    func lossless(recording: String) throws {
        let broadcast = try Broadcast(recording)
        let stage = try SegmentedRing(broadcast)
        try stage.appendAll(broadcast)
        var index = SegmentIndex.of(stage)
        #expect(index.segments.count == Int(stage.ordinal) && stage.ordinal > 0)
        index.finish()
        for track in stage.tracks.indices {
            let expected = frames(of: track, in: broadcast)
            var found: [UInt8] = []
            var foundBytes: [Int] = []
            var foundKeys: [Bool] = []
            var samples: [Sample] = []
            for facts in index.segments {
                let segment = try #require(index.segment(facts.ordinal, of: track))
                #expect(segment.isComplete)
                var rest: [UInt8] = []
                for (place, part) in segment.parts.enumerated() where !part.isGap {
                    let body = index.body(
                        of: facts.ordinal, rendition: track, parts: place..<place + 1,
                        from: stage.ring)
                    rest += try bytes(of: #require(body)).dropFirst(Int(part.headerBytes))
                }
                let ofParts = segment.parts.flatMap { segment.samples(of: $0) }
                #expect(ofParts.first?.decodeTime == segment.decodeTime)
                #expect(ofParts.reduce(0) { $0 + UInt64($1.duration) } == segment.ticks)
                samples += ofParts
                for packed in segment.packed {
                    // Repeats are no frames of the broadcast.
                    if packed.offset != nil {
                        found += rest.prefix(Int(packed.byteCount))
                        foundBytes.append(Int(packed.byteCount))
                        foundKeys.append(packed.isSync)
                    }
                    rest.removeFirst(Int(packed.byteCount))
                }
            }
            #expect(found == expected.bytes.flatMap { $0 })
            #expect(foundBytes == expected.bytes.map(\.count))
            if stage.tracks[track].kind == .video { #expect(foundKeys == expected.keys) }
            for (sample, next) in zip(samples, samples.dropFirst()) {
                #expect(sample.decodeTime + UInt64(sample.duration) == next.decodeTime)
            }
        }
    }

    @Test(
        "parts hold what is promised of them", arguments: Broadcast.recordings,
        [200, 300, 1_000] as [UInt32])
    func parts(recording: String, targetMs: UInt32) throws {
        let broadcast = try Broadcast(recording)
        let stage = try SegmentedRing(broadcast, partTargetMs: targetMs)
        try stage.appendAll(broadcast)
        var index = SegmentIndex.of(stage)
        index.finish()
        for track in stage.tracks.indices {
            let ticksPerTarget =
                UInt64(targetMs) * UInt64(try #require(index.timescale(of: track)))
            for facts in index.segments {
                let segment = try #require(index.segment(facts.ordinal, of: track))
                for part in segment.parts {
                    let samples = segment.samples(of: part)
                    #expect(part.isIndependent == samples.contains { $0.isSync })
                    #expect(part.payloadBytes == samples.reduce(0) { $0 + UInt64($1.byteCount) })
                    #expect(part.ticks * 1_000 <= ticksPerTarget)
                    let isLast = part == segment.parts.last
                    #expect(isLast || part.ticks * 100_000 >= ticksPerTarget * 85)
                }
            }
        }
    }

    @Test(
        "the parser's own records make segments and parts as promised",
        arguments: Broadcast.recordings)
    func written(recording: String) throws {
        let broadcast = try Broadcast(recording, times: 6) { 8_000 }
        let stage = try SegmentedRing(broadcast)
        for fragment in broadcast.fragments {
            try stage.appendAsWritten(fragment, of: broadcast)
        }
        var index = SegmentIndex.of(stage)
        index.finish()
        #expect(index.segments.count == Int(stage.ordinal) && index.segments.count > 1)
        let plan = try #require(index.plan)
        for track in stage.tracks.indices {
            let timescale = UInt64(try #require(index.timescale(of: track)))
            let targetTicks = UInt64(plan.partTargetMs ?? 0) * timescale / 1_000
            var last: UInt64?
            for facts in index.segments {
                let segment = try #require(index.segment(facts.ordinal, of: track))
                #expect(segment.isComplete)
                let ms = segment.ticks * 1_000 / timescale
                #expect(ms < UInt64(plan.targetDurationMs) + 500, "segment \(facts.ordinal)")
                let isContinuous = last == nil || last == segment.decodeTime
                #expect(isContinuous || facts.isDiscontinuity, "segment \(facts.ordinal)")
                last = segment.decodeTime + segment.ticks
                guard plan.partTargetMs != nil else { continue }
                for part in segment.parts {
                    #expect(part.ticks <= targetTicks)
                    let isExempt = part.isIndependent || part == segment.parts.last
                    #expect(isExempt || part.ticks * 100 >= targetTicks * 85)
                }
            }
        }
    }

    @Test("a segment is complete when the frames after it have come, and so are its parts")
    func growing() throws {
        let broadcast = try Broadcast("ffmpeg-av1-opus.webm", pieceBytes: { 500 })
        let stage = try SegmentedRing(broadcast)
        var index = SegmentIndex(tracks: stage.tracks)
        var last = [UInt64](repeating: 0, count: stage.tracks.count)
        for fragment in broadcast.fragments {
            try stage.append(fragment, of: broadcast)
            index.readAll(stage.ring)
            for track in stage.tracks.indices {
                let newest = index.newestComplete(of: track) ?? 0
                // Of the last two segments one may still wait for its last frame.
                #expect(newest + 2 >= stage.ordinal && newest < max(stage.ordinal, 1))
                #expect(index.version(of: track) >= last[track])
                last[track] = index.version(of: track)
                #expect(index.reaches(SegmentPoint(ordinal: newest + 1), of: track) == false)
                if newest > 0 {
                    #expect(index.reaches(SegmentPoint(ordinal: newest), of: track))
                    let next = index.segment(newest + 1, of: track)?.parts.count ?? 0
                    let count = try #require(index.segment(newest, of: track)?.parts.count)
                    for part in [0, count - 1] {
                        #expect(
                            index.reaches(SegmentPoint(ordinal: newest, part: part), of: track))
                    }
                    // What is past the last part of a segment is the first one of the next.
                    #expect(
                        index.reaches(SegmentPoint(ordinal: newest, part: count), of: track)
                            == (next > 0))
                    #expect(
                        !index.reaches(SegmentPoint(ordinal: newest + 1, part: next), of: track))
                }
            }
        }
        #expect(stage.ordinal > 2)
    }

    @Test(
        "of two records without media between them, the later one counts, and nothing is forgotten")
    func again() throws {
        let broadcast = try Broadcast("ffmpeg-av1-opus.webm")
        let stage = try SegmentedRing(broadcast)
        let twice = try SegmentedRing(broadcast)
        for fragment in broadcast.fragments {
            try stage.append(fragment, of: broadcast)
            try twice.append(fragment, of: broadcast, recordTimes: 2)
        }
        let index = SegmentIndex.of(stage)
        let other = SegmentIndex.of(twice)
        #expect(index.segments.count > 1)
        #expect(index.segments.map(\.ordinal) == other.segments.map(\.ordinal))
        #expect(index.segments.map { $0.wallMs + 1 } == other.segments.map(\.wallMs))
        for track in stage.tracks.indices {
            for facts in index.segments {
                let one = index.segment(facts.ordinal, of: track)
                let two = other.segment(facts.ordinal, of: track)
                #expect(one?.isComplete == two?.isComplete && one?.parts == two?.parts)
            }
        }
    }

    @Test(
        "whoever begins at a record within a cluster counts on from it",
        arguments: Broadcast.recordings)
    func withinCluster(recording: String) throws {
        let broadcast = try Broadcast(recording, pieceBytes: { 3_000 })
        let stage = try SegmentedRing(broadcast)
        var records: [UInt64] = []
        for (place, fragment) in broadcast.fragments.enumerated() {
            let begins = place == 0 || place % 3 == 2 && !fragment.isClusterStart
            if begins { records.append(stage.ring.entryHead) }
            try stage.append(fragment, of: broadcast, beginsSegment: begins)
        }
        let index = SegmentIndex.of(stage)
        #expect(records.count > 2)
        for record in records {
            var late = SegmentIndex(tracks: stage.tracks, from: record)
            late.readAll(stage.ring)
            #expect(late.segments.first?.sequence == record)
            for facts in late.segments {
                #expect(index.facts(of: facts.ordinal) == facts)
                for track in stage.tracks.indices {
                    let segment = late.segment(facts.ordinal, of: track)
                    #expect(segment == index.segment(facts.ordinal, of: track))
                }
            }
        }
    }

    @Test("a record that does not continue the others, or is not of these tracks, begins anew")
    func anew() throws {
        let broadcast = try Broadcast("ffmpeg-av1-opus.webm")
        func found(_ change: (inout SegmentRecord) -> Void) throws -> [UInt64] {
            let stage = try SegmentedRing(broadcast)
            try stage.appendAll(broadcast)
            let last = try #require(SegmentIndex.of(stage).segments.last)
            #expect(last.ordinal > 1)
            var record = SegmentRecord(
                ordinal: last.ordinal + 1, discontinuityOrdinal: 0, isIndependent: true,
                isDiscontinuity: false, mediaTimeMs: 100_000, wallMs: 1, plan: stage.plan,
                clocks: stage.tracks.map { TrackClock(for: $0) })
            change(&record)
            try stage.append(.segmentRecord, record.encoded())
            return SegmentIndex.of(stage).segments.map(\.ordinal)
        }
        #expect(try found { _ in }.count > 2)
        #expect(try found { $0.ordinal = 77 } == [77])
        #expect(try found { $0.ordinal = 1 } == [1])
        #expect(try found { $0.plan.targetDurationMs = 9_000 }.count == 1)
        #expect(try found { $0.plan.partTargetMs = nil }.count == 1)
        #expect(try found { $0.clocks.removeLast() } == [])
        #expect(try found { $0.clocks[1] = TrackClock(sampleRateHz: 44_100) } == [])
        #expect(try found { $0.clocks.swapAt(0, 1) } == [])
    }

    @Test("a segment that is overwritten while its last frame waits for the next one does no harm")
    func overwrittenAtBorder() throws {
        let broadcast = try Broadcast("ffmpeg-av1-opus.webm", pieceBytes: { 2_000 })
        let stage = try SegmentedRing(broadcast, entries: 32)
        var index = SegmentIndex(tracks: stage.tracks)
        for (place, fragment) in broadcast.fragments.prefix(8).enumerated() {
            try stage.append(fragment, of: broadcast, beginsSegment: [0, 3].contains(place)) { _ in
                guard place == 3 else { return }
                // Between a record and its media.
                for _ in 0..<29 { try! stage.append(RingKind(rawValue: 9), [1]) }
                index.readAll(stage.ring)
            }
            index.readAll(stage.ring)
        }
        #expect(index.segments.last?.ordinal == 2)
        #expect(stage.ring.lookup(0) == .lapped)
        #expect(index.segment(2, of: 0)?.isEmpty == false)
    }

    @Test("the ticks of a track are those that its MP4 says", arguments: Broadcast.recordings)
    func timescales(recording: String) throws {
        let broadcast = try Broadcast(recording)
        let stage = try SegmentedRing(broadcast)
        try stage.appendAll(broadcast)
        let index = SegmentIndex.of(stage)
        for (place, track) in stage.tracks.enumerated() {
            guard let timescale = track.timescale else { continue }
            #expect(index.timescale(of: place) == timescale)
        }
    }

    @Test("a broadcast that comes back goes on with a discontinuity, and times do not overlap")
    func comesBack() throws {
        let broadcast = try Broadcast("chromium-vp9-opus.webm", times: 3)
        let stage = try SegmentedRing(broadcast)
        try stage.appendAll(broadcast)
        let index = SegmentIndex.of(stage)
        #expect(index.segments.filter(\.isDiscontinuity).count == 2)
        #expect(index.segments.last?.discontinuityOrdinal == 2)
        for track in stage.tracks.indices {
            let segments = index.segments.compactMap { index.segment($0.ordinal, of: track) }
            for (segment, next) in zip(segments, segments.dropFirst()) {
                #expect(segment.isComplete)
                #expect(segment.decodeTime + segment.ticks <= next.decodeTime + 6_000)
                #expect(segment.decodeTime < next.decodeTime)
            }
        }
    }

    @Test("a picture that stands still does not keep a segment from ending")
    func standsStill() throws {
        let broadcast = try Broadcast("chromium-vp9-opus.webm")
        let stage = try SegmentedRing(broadcast)
        let sound = try Broadcast("chromium-audio-only.webm")
        var index = SegmentIndex(tracks: stage.tracks)
        for fragment in broadcast.fragments where stage.ordinal < 2 {
            try stage.append(fragment, of: broadcast)
        }
        index.readAll(stage.ring)
        #expect(index.newestComplete(of: 0) == 1)
        // From here on the picture's blocks are missing, and sound's have its track number.
        var clusters = 0
        for var fragment in sound.fragments {
            fragment.isDiscontinuity = false
            fragment.isIndependent = fragment.isClusterStart
            let shiftMs = try #require(stage.begunAtMs) + 1_000
            fragment.mediaTimeMs += clusters == 0 ? shiftMs : 0
            guard fragment.isClusterStart else { continue }
            clusters += 1
            try stage.append(fragment, of: sound, beginsSegment: clusters == 1) { bytes in
                Self.renumber(&bytes, addingMs: shiftMs)
            }
            index.readAll(stage.ring)
        }
        #expect(index.newestComplete(of: 0) == 2)
        let second = try #require(index.segment(2, of: 0))
        let third = try #require(index.facts(of: 3))
        #expect(second.decodeTime + second.ticks == UInt64(third.mediaTimeMs) * 90)
        // It begins with the picture that is held.
        let first = try #require(index.segment(3, of: 0)?.packed.first)
        #expect(first.offset == nil)
        #expect(index.segment(3, of: 1)?.parts.isEmpty == false)
    }

    /// Makes the blocks of a first track those of a second one, in a cluster that is later.
    private static func renumber(_ bytes: inout [UInt8], addingMs: Int64) {
        let timeMs = Int64(bytes[14..<22].reduce(0) { $0 << 8 | UInt64($1) }) + addingMs
        for index in 0..<8 {
            bytes[14 + index] = UInt8(truncatingIfNeeded: timeMs >> (56 - 8 * index))
        }
        var blocks = StoredBlocks()
        let original = bytes
        while let block = blocks.next(in: original.span) {
            bytes[block.payload.lowerBound - 4] = 0x82
        }
    }
}
