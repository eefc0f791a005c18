// What the manifest of low-latency DASH says of segments that come in even steps, and when they do not.

import Media
import Testing

@testable import Delivery

/// A broadcast whose records have a pace that the test chooses.
private final class PacedRing {
    let broadcast: Broadcast
    let stage: SegmentedRing
    private var index: SegmentIndex
    private var scratch: [UInt8] = []
    private var next = 0

    init(times: Int = 4, partTargetMs: UInt32? = 300) throws {
        broadcast = try Broadcast("chromium-vp9-opus.webm", times: times)
        stage = try SegmentedRing(broadcast, partTargetMs: partTargetMs)
        index = SegmentIndex(tracks: stage.tracks)
    }

    /// Appends until so many segments have begun. `pace`: of each record, from its number and first fragment.
    func begin(_ count: UInt64, pace: (UInt64, Fragment) -> SegmentPace?) throws {
        while stage.ordinal < count, next < broadcast.fragments.count {
            let fragment = broadcast.fragments[next]
            if stage.isDue(fragment) { stage.pace = pace(stage.ordinal + 1, fragment) }
            try stage.append(fragment, of: broadcast)
            next += 1
        }
        try #require(stage.ordinal == count)
    }

    func view(isOver: Bool = false) throws -> IndexView {
        while !index.advance(in: stage.ring, through: &scratch, mostBytes: 1 << 20) {}
        if isOver { index.finish() }
        return try #require(IndexView(index, epoch: 1, tracks: PackagedTracks(index.tracks)))
    }

    func manifest(isOver: Bool = false) throws -> MPD {
        try view(isOver: isOver).lowLatencyManifest(createdWallMs: 1_800_000_000_000)
    }
}

extension PresentationPeriod {
    fileprivate var regular: [RegularSegments] {
        sets.compactMap { if case .regular(let segments) = $0.segments { segments } else { nil } }
    }

    fileprivate var listed: [[UInt64]] {
        sets.compactMap {
            if case .listed(let segments) = $0.segments { segments.map(\.number) } else { nil }
        }
    }
}

@Suite struct LowLatencyManifestTests {
    /// The recording has a key frame every 1,060 ms.
    private func even(from first: UInt64) -> SegmentPace {
        SegmentPace(firstOrdinal: first, startMs: 0, stepUs: 1_000_000)
    }

    @Test("X7, X8: a period of one pace has the same number and time for all of its sets")
    func regular() throws {
        let ring = try PacedRing()
        try ring.begin(3) { ordinal, _ in
            ordinal < 3 ? nil : SegmentPace(firstOrdinal: 2, startMs: 0, stepUs: 2_000_000)
        }
        let mpd = try ring.manifest()
        // The first one showed nothing.
        try #require(mpd.periods.map(\.id) == ["n2"])
        let pictures = RegularSegments(firstNumber: 2, ticks: 180_000, chunkTicks: 27_000)
        let sound = RegularSegments(firstNumber: 2, ticks: 96_000, chunkTicks: 14_400)
        #expect(mpd.periods[0].regular == [pictures, sound])
        #expect(mpd.periods[0].durationMs == nil)
        #expect(mpd.latency?.targetMs == 1_500 && mpd.minimumBufferMs == 300)
        #expect(mpd.latency?.referenceID == 1)
    }

    @Test("another pace is another period, which is there before its first segment is whole")
    func anchored() throws {
        let ring = try PacedRing()
        var anchorMs: Int64 = 0
        try ring.begin(3) { ordinal, fragment in
            if ordinal == 3 { anchorMs = fragment.mediaTimeMs }
            return ordinal < 3
                ? self.even(from: 1)
                : SegmentPace(
                    firstOrdinal: 3, startMs: fragment.mediaTimeMs, stepUs: 2_000_000)
        }
        let mpd = try ring.manifest()
        try #require(mpd.periods.map(\.id) == ["n1", "n3"])
        #expect(mpd.periods[1].startMs - mpd.periods[0].startMs == UInt64(anchorMs))
        #expect(mpd.periods[1].regular.map(\.firstNumber) == [3, 3])
        // It lasts until the next one begins.
        #expect(mpd.periods[0].durationMs == nil)
    }

    @Test(
        "segments that come as they like are listed when they are whole, beside those that do not")
    func uneven() throws {
        let ring = try PacedRing()
        func pace(_ ordinal: UInt64, _ fragment: Fragment) -> SegmentPace {
            ordinal < 3
                ? even(from: 1) : SegmentPace(firstOrdinal: 3, startMs: 0, stepUs: nil)
        }
        try ring.begin(3, pace: pace)
        #expect(try ring.manifest().periods.map(\.id) == ["n1"])
        try ring.begin(5, pace: pace)
        let mpd = try ring.manifest()
        try #require(mpd.periods.map(\.id) == ["n1", "n3"])
        #expect(mpd.periods[0].regular.count == 2)
        #expect(mpd.periods[1].listed.allSatisfy { $0.first == 3 && $0.last == 4 })
        // Players go where whole segments are.
        #expect(mpd.latency?.targetMs == 12_000)
    }

    @Test("a period in front of an interruption says where it ends, by its last number")
    func interrupted() throws {
        let ring = try PacedRing()
        var pace = SegmentPace(firstOrdinal: 1, startMs: 0, stepUs: 1_000_000)
        var breaks: [UInt64] = []
        while breaks.count < 2 {
            try ring.begin(ring.stage.ordinal + 1) { ordinal, fragment in
                if fragment.isDiscontinuity {
                    breaks.append(ordinal)
                    ring.stage.pausedMs += 10_000
                    pace = SegmentPace(
                        firstOrdinal: ordinal, startMs: fragment.mediaTimeMs, stepUs: 1_000_000)
                }
                return pace
            }
        }
        let periods = try ring.manifest().periods
        #expect(periods.map(\.id) == ["n1", "n\(breaks[0])", "n\(breaks[1])"])
        #expect(
            periods.map(\.durationMs) == [
                (breaks[0] - 1) * 1_000, (breaks[1] - breaks[0]) * 1_000, nil,
            ])
    }

    @Test("a broadcast that has ended is a recording, whose segments are listed")
    func ended() throws {
        let ring = try PacedRing()
        try ring.begin(4) { _, _ in self.even(from: 1) }
        let mpd = try ring.manifest(isOver: true)
        try #require(mpd.periods.map(\.id) == ["n1"] && mpd.latency == nil)
        #expect(mpd.periods[0].listed.allSatisfy { $0 == [1, 2, 3, 4] })
        #expect(mpd.endedAfterMs != nil)
    }

    @Test("whether there is low latency is said as soon as it is known")
    func offered() throws {
        let without = try PacedRing(partTargetMs: nil)
        try without.begin(2) { _, _ in self.even(from: 1) }
        #expect(try without.view().lowLatency == .withoutParts)
        let ring = try PacedRing(times: 8)
        try ring.begin(2) { _, _ in nil }
        #expect(try ring.view().lowLatency == .notYet)
        try ring.begin(3) { _, _ in SegmentPace(firstOrdinal: 3, startMs: 0, stepUs: nil) }
        #expect(try ring.view().lowLatency == .offered)
    }
}
