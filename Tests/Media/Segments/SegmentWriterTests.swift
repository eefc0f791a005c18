// Segments as a parser makes them: which fragments have records, what is in them, and what losses,
// restarts and other rings make of the numbers.

import Testing

@testable import Media

private let header = Document.start(Document.video(), Document.audio())
private let opus: [UInt8] = [0x78, 1]

/// A second of media: 25 pictures, and sound every 20 ms that stands 60 ms ahead of them in the file.
private func second(_ number: Int, key isKey: Bool = true, picture: Bool = true) -> [UInt8] {
    var bytes = Document.cluster(at: UInt64(number) * 1_000)
    for ms in stride(from: 0, to: 1_000, by: 20) {
        bytes += Document.block(2, ms + 60, key: true, opus)
        guard picture, ms % 40 == 0 else { continue }
        bytes += Document.block(1, ms, key: isKey && ms == 0)
    }
    return bytes
}

private func seconds(_ range: Range<Int>, keyEvery: Int = 2) -> [[UInt8]] {
    range.map { second($0, key: $0 % keyEvery == 0) }
}

/// A broadcast on its way into rings.
private struct Studio {
    var ingest = WebMIngest(limits: .usual)
    var output = Output()
    /// The source's time 0 on the wall clock.
    var startedMs: UInt64 = 1_800_000_000_000
    var nowMs: UInt64

    init() { nowMs = startedMs }

    var records: [SegmentRecord] { output.segmentRecords.map { $0.record! } }

    /// Pushes bodies that arrive when a second of media has passed for each.
    mutating func push(_ bodies: [[UInt8]]) {
        for body in bodies {
            nowMs += 1_000
            ingest.arrivedMs = nowMs
            output.push(body, through: &ingest)
        }
    }

    /// The source begins anew with the same tracks.
    mutating func restart(_ bodies: [[UInt8]]) throws {
        let endMs = ingest.nextMediaTimeMs
        let start = output.initializations.count
        output.push(header, through: &ingest)
        #expect(output.initializations.count == start + 1)
        ingest.continueTimeline(atMs: endMs)
        push(bodies)
    }
}

@Suite("Segments of a broadcast")
struct SegmentWriterTests {
    @Test("a broadcast with key frames every two seconds has a segment for each, once it is known")
    func usual() throws {
        var studio = Studio()
        studio.push([header] + seconds(0..<13))
        let records = studio.records
        #expect(records.map(\.mediaTimeMs) == [2_000, 4_000, 6_000, 8_000, 10_000, 12_000])
        #expect(records.map(\.ordinal) == [1, 2, 3, 4, 5, 6])
        #expect(records.allSatisfy { $0.unbrokenSinceMs == 2_000 })
        #expect(records.allSatisfy { $0.isIndependent && !$0.isDiscontinuity })
        #expect(records.allSatisfy { $0.discontinuityOrdinal == 0 && $0.clusterMs == nil })
        let plan = SegmentPlan(targetDurationMs: 3_000, partTargetMs: 1_200)
        #expect(records.allSatisfy { $0.plan == plan })
        // The media of each second arrives a second after it is over, and its end counts.
        let wall = Set(records.map { $0.wallMs - UInt64($0.mediaTimeMs) })
        #expect(wall.count == 1)
        let delayMs = try #require(wall.first) - studio.startedMs
        #expect(900...1_100 ~= delayMs)
        let fragments = studio.output.fragments.filter { $0.segmentRecord != nil }
        #expect(fragments.allSatisfy { $0.isClusterStart && $0.isIndependent })
        #expect(fragments.map(\.mediaTimeMs) == records.map(\.mediaTimeMs))
    }

    @Test("a reader that counts on from any record comes to the clocks of the next one")
    func clocks() throws {
        var studio = Studio()
        studio.push([header] + seconds(0..<6) + [[9, 9, 9]] + seconds(8..<13))
        let placed = studio.output.segmentRecords
        #expect(placed.count > 3)
        for (here, next) in zip(placed, placed.dropFirst()) {
            var clocks = try #require(here.record).clocks
            var part = Output()
            part.bytes = [UInt8](studio.output.bytes[here.position..<next.position])
            for block in part.blocks {
                let isSound = block.track == 2
                _ = clocks[Int(block.track) - 1].take(
                    timeMs: block.timeMs, soundTicks: isSound ? 960 : nil)
            }
            let record = try #require(next.record)
            if record.isDiscontinuity { for index in clocks.indices { clocks[index].restart() } }
            #expect(record.clocks == clocks)
        }
    }

    @Test("without key frames a segment begins within its cluster, before it is too long")
    func withoutKeyFrames() throws {
        var studio = Studio()
        studio.push([header] + seconds(0..<5) + (5..<14).map { second($0, key: false) })
        let records = studio.records
        #expect(records.map(\.mediaTimeMs) == [2_000, 4_000, 6_920, 9_840, 12_760])
        #expect(records.map(\.isIndependent) == [true, true, false, false, false])
        #expect(records.map(\.clusterMs) == [nil, nil, 4_000, 4_000, 4_000])
        #expect(records.allSatisfy { !$0.isDiscontinuity })
    }

    @Test("a picture that stands still is carried by the sound beside it")
    func standstill() throws {
        var studio = Studio()
        studio.push([header] + seconds(0..<5) + (5..<12).map { second($0, picture: false) })
        let records = studio.records
        #expect(records.map(\.mediaTimeMs).prefix(2) == [2_000, 4_000] && records.count > 4)
        let lengths = zip(records, records.dropFirst()).map { $1.mediaTimeMs - $0.mediaTimeMs }
        #expect(lengths.allSatisfy { $0 <= 3_000 })
        #expect(records.allSatisfy { !$0.isDiscontinuity })
        // The next picture may be one that refers to those before.
        #expect(records.dropFirst(2).allSatisfy { !$0.isIndependent })
    }

    @Test("sound alone has a segment every two seconds, each of which is a place to begin")
    func soundOnly() throws {
        var studio = Studio()
        studio.push(
            [Document.start(Document.audio())] + (0..<12).map { second($0, picture: false) })
        let records = studio.records
        #expect(records.allSatisfy { $0.isIndependent && $0.clusterMs == nil })
        let lengths = zip(records, records.dropFirst()).map { $1.mediaTimeMs - $0.mediaTimeMs }
        #expect(lengths.count > 3 && lengths.allSatisfy { 1_900...2_100 ~= $0 })
    }

    @Test("media that is missing ends a segment, and the next one does not continue it")
    func loss() throws {
        var studio = Studio()
        studio.push([header] + seconds(0..<7))
        studio.ingest.resynchronize()
        studio.nowMs += 2_000
        studio.push(seconds(9..<15))
        let records = studio.records
        #expect(records.map(\.isDiscontinuity) == [false, false, false, true, false, false])
        #expect(records.map(\.discontinuityOrdinal) == [0, 0, 0, 1, 1, 1])
        #expect(records.map(\.unbrokenSinceMs) == [2_000, 2_000, 2_000, 9_060, 9_060, 9_060])
        // Sound goes on at once, and the next picture is a key frame.
        #expect(records.map(\.mediaTimeMs) == [2_000, 4_000, 6_000, 9_060, 12_000, 14_000])
        #expect(records.allSatisfy { $0.isIndependent })
        // The source's clock went on, so the time of day has.
        #expect(Set(records.map { $0.wallMs - UInt64($0.mediaTimeMs) }).count == 1)
    }

    @Test(
        "a source's clock that jumps is a discontinuity, and the time of day is right after it",
        arguments: [0, 20_000])
    func jump(pausedMs: UInt64) throws {
        var studio = Studio()
        studio.push([header] + seconds(0..<7))
        // The clock was set; or the source slept, and its media of that time are missing.
        studio.nowMs += pausedMs
        studio.push(seconds(1_000..<1_008))
        #expect(studio.output.fragments.contains { $0.isDiscontinuity })
        let records = studio.records
        #expect(records.map(\.isDiscontinuity).filter { $0 }.count == 1)
        let jump = try #require(records.firstIndex { $0.isDiscontinuity })
        #expect(6_900...7_200 ~= records[jump].mediaTimeMs)
        #expect(records[jump...].allSatisfy { $0.unbrokenSinceMs == records[jump].mediaTimeMs })
        let wall = records.map { Int64($0.wallMs) - $0.mediaTimeMs }
        #expect(Set(wall[..<jump]).count == 1 && Set(wall[jump...]).count == 1)
        let stepMs = wall[jump] - wall[0] - Int64(pausedMs)
        // The media of a second arrive together: the first of them a second late.
        #expect(0...1_100 ~= stepMs, "\(stepMs)")
    }

    @Test("a source whose clock jumps all the time does not begin a segment with every frame")
    func jumpingClock() throws {
        var studio = Studio()
        studio.push([header] + seconds(0..<5))
        studio.push((0..<6).map { second($0 % 2 == 0 ? 500 : 100) })
        let records = studio.records
        #expect(records.count { $0.isDiscontinuity } > 3)
        let lengths = zip(records, records.dropFirst()).map { $1.mediaTimeMs - $0.mediaTimeMs }
        #expect(lengths.allSatisfy { $0 >= 900 })
    }

    @Test(
        "a source that begins with what it had gathered gets the right time of day a little later")
    func gathered() throws {
        var studio = Studio()
        studio.push([header] + seconds(0..<9))
        studio.nowMs += 60_000
        // Four seconds of media at once, and then all as it is made.
        try studio.restart([(0..<4).flatMap { second($0, key: $0 % 2 == 0) }] + seconds(4..<12))
        let records = studio.records
        let back = try #require(records.firstIndex { $0.isDiscontinuity })
        let wall = records.map { Int64($0.wallMs) - $0.mediaTimeMs }
        let right = try #require(records.lastIndex { $0.isDiscontinuity })
        #expect(right > back && records.count { $0.isDiscontinuity } == 2)
        #expect(2_500...4_100 ~= wall[back] - wall[right])
        #expect(Set(wall[right...]).count == 1 && records[right].mediaTimeMs < 20_000)
        // What is played again is a part of that first stretch, not what was before it.
        #expect(records[right].wallMs > records[back].wallMs)
    }

    // MARK: Beginning anew

    @Test(
        "a source that is back with the same tracks goes on with the same plan and the next number")
    func restart() throws {
        var studio = Studio()
        studio.push([header] + seconds(0..<9))
        studio.nowMs += 60_000
        try studio.restart(seconds(0..<7))
        let records = studio.records
        #expect(records.map(\.ordinal) == Array(1...UInt64(records.count)))
        #expect(records.map(\.discontinuityOrdinal) == [0, 0, 0, 0, 1, 1, 1, 1])
        #expect(records.filter(\.isDiscontinuity).map(\.ordinal) == [5])
        #expect(Set(records.map(\.plan.targetDurationMs)) == [3_000])
        // At once: what is promised is known.
        #expect(records[4].mediaTimeMs < 9_100)
        // The pause is in the time of day, and not in that of the media.
        #expect(records[4].wallMs - records[3].wallMs > 60_000)
        let wall = records[4...].map { $0.wallMs - UInt64($0.mediaTimeMs) }
        #expect(Set(wall).count == 1)
    }

    @Test("another parser for the same ring goes on with the segments of the last one")
    func anotherParser() throws {
        var first = Studio()
        first.push([header] + seconds(0..<9))
        let last = try #require(first.records.last)
        var second = Studio()
        try second.ingest.continueSegments(of: first.ingest.state())
        second.ingest.arrivedMs = first.nowMs + 5_000
        second.nowMs = first.nowMs + 5_000
        var batch = FragmentBatch()
        _ = try second.ingest.push(header.span, into: &batch)
        second.ingest.continueTimeline(atMs: first.ingest.nextMediaTimeMs)
        second.push(seconds(0..<5))
        let next = try #require(second.records.first)
        #expect(next.ordinal == last.ordinal + 1 && next.isDiscontinuity)
        #expect(next.discontinuityOrdinal == 1 && next.plan == last.plan)
        // The decode times do not go back either.
        #expect(zip(next.clocks, last.clocks).allSatisfy { $0.earliest > $1.earliest })
    }

    @Test(
        "a ring of its own goes on with the numbers, and with what was promised if that is wanted",
        arguments: [true, false])
    func anotherRing(isKept: Bool) throws {
        var studio = Studio()
        studio.push([header] + seconds(0..<9))
        let reached = studio.ingest.segmentOrdinals
        #expect(reached == (next: 5, discontinuities: 0))
        let plan = try #require(studio.ingest.segmentPlan)
        // Another sound, and a key frame every five seconds.
        let other = Document.start(Document.video(), Document.audio(codec: "A_MPEG/L3"))
        studio.output.push(other, through: &studio.ingest)
        studio.ingest.beginSegments(
            ordinal: reached.next, discontinuities: reached.discontinuities + 1,
            plan: isKept ? plan : nil)
        #expect(studio.ingest.segmentPlan == (isKept ? plan : nil))
        studio.push(seconds(0..<21, keyEvery: 5))
        let records = studio.records.dropFirst(4)
        #expect(records.map(\.ordinal) == Array(5..<5 + UInt64(records.count)))
        #expect(records.map(\.isDiscontinuity) == [true] + records.dropFirst().map { _ in false })
        #expect(records.allSatisfy { $0.discontinuityOrdinal == 1 })
        let lengths = zip(records, records.dropFirst()).map { $1.mediaTimeMs - $0.mediaTimeMs }
        if isKept {
            // The sound comes first.
            #expect(records.first?.mediaTimeMs == 60 && records.allSatisfy { $0.plan == plan })
            #expect(lengths.allSatisfy { $0 <= 3_000 })
            // Every key frame begins a segment all the same.
            let expected: [Int64] = [60, 5_000, 10_000, 15_000, 20_000]
            #expect(records.filter(\.isIndependent).map(\.mediaTimeMs) == expected)
        } else {
            #expect(records.map(\.mediaTimeMs) == [5_000, 10_000, 15_000, 20_000])
            #expect(records.allSatisfy { $0.plan.targetDurationMs == 6_000 })
        }
    }

    @Test("the first ring of a name begins with number 1 and no discontinuity")
    func firstRing() throws {
        var ingest = WebMIngest(limits: .usual)
        #expect(ingest.segmentOrdinals == (next: 1, discontinuities: 0))
        ingest.beginSegments(ordinal: 0, discontinuities: 0, plan: nil)
        #expect(ingest.segmentOrdinals == (next: 1, discontinuities: 0))
        ingest.beginSegments(ordinal: .max, discontinuities: .max, plan: nil)
        #expect(ingest.segmentOrdinals.next == SegmentRecord.greatestOrdinal)
    }

    @Test("a snapshot of another version is refused, and nothing is changed")
    func otherVersion() throws {
        var studio = Studio()
        studio.push([header] + seconds(0..<9))
        var state = studio.ingest.state()
        state[0] = 3
        var ingest = WebMIngest(limits: .usual)
        #expect(throws: MediaError.malformed("a parser snapshot of another version")) {
            try ingest.continueSegments(of: state)
        }
        #expect(ingest.segmentOrdinals.next == 1)
    }
}
