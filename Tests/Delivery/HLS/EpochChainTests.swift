// A broadcast that comes back with other tracks: what its lists say of the ring that it had before.

import Media
import SegmentRing
import Settings
import StreamState
import Testing

@testable import Delivery

@Suite struct EpochChainTests {
    private let picture: Broadcast
    private let other: Broadcast
    private let sound: Broadcast

    init() throws {
        picture = try Broadcast("ffmpeg-vp9-opus.webm", times: 12)
        other = try Broadcast("ffmpeg-file-h264-open-gop-aac.mkv", times: 6)
        sound = try Broadcast("chromium-audio-only.webm", times: 12)
    }

    private func read(_ stage: SegmentedRing, isOver: Bool) -> SegmentIndex {
        var index = SegmentIndex(tracks: stage.tracks)
        var scratch: [UInt8] = []
        while !index.advance(in: stage.ring, through: &scratch, mostBytes: 1 << 20) {}
        if isOver { index.finish(atMs: stage.ring.timelineEndMs) }
        return index
    }

    private func epoch(_ stage: SegmentedRing, goesOn: Bool = true) -> Epoch {
        let newest = stage.ring.newestEntry
        return Epoch(
            number: stage.ring.epoch, index: read(stage, isOver: true),
            tracks: PackagedTracks(stage.tracks),
            end: (
                stage.ring.entryHead, newest.map { $0.position + UInt64($0.length) } ?? 0,
                stage.ring.timelineEndMs
            ), goesOn: goesOn)
    }

    /// The lists of a ring, with those before it.
    private func lists(of stage: SegmentedRing, behind pasts: [Epoch]) -> IndexView? {
        let index = read(stage, isOver: false)
        return IndexView(
            index, epoch: stage.ring.epoch, tracks: PackagedTracks(stage.tracks),
            pasts: EpochChain.views(
                of: pasts, before: index, firstOrdinal: stage.ring.baseOrdinals.segment,
                geometry: stage.ring.geometry), comingOrdinal: stage.ring.baseOrdinals.segment)
    }

    private func lines(_ view: IndexView, _ name: String) throws -> [Substring] {
        let track = try #require(view.tracks.all.first { $0.name.text == name })
        return String(decoding: view.playlist(of: track).text(.whole), as: UTF8.self)
            .split(separator: "\n")
    }

    private func first(_ lines: [Substring], _ tag: String) -> String? {
        lines.first { $0.hasPrefix(tag) }.map { String($0.dropFirst(tag.count)) }
    }

    @Test(
        "before its first segment, lists go on from those of the ring before, and hint at this one")
    func standing() throws {
        let old = try SegmentedRing(picture)
        try old.appendAll(picture)
        let new = try SegmentedRing(other, replacing: old)
        let view = try #require(lists(of: new, behind: [epoch(old)]))
        let now = try lines(view, "v1")
        let before = try lines(
            try #require(lists(of: old, behind: [])), "v1")
        #expect(first(now, "#EXT-X-MEDIA-SEQUENCE:") == first(before, "#EXT-X-MEDIA-SEQUENCE:"))
        #expect(!now.contains("#EXT-X-ENDLIST"))
        // Parts that had left the list do not come back; what was held back makes the last one.
        let parts = [before, now].map { Set($0.filter { $0.hasPrefix("#EXT-X-PART:") }) }
        #expect(!parts[0].isEmpty && parts[1].subtracting(parts[0]).count <= 1)
        #expect(first(now, "#EXT-X-PRELOAD-HINT:TYPE=MAP")?.contains("init-0.mp4") == true)
        let hint = try #require(first(now, "#EXT-X-PRELOAD-HINT:TYPE=PART"))
        let name = MediaName(
            epoch: new.ring.epoch, rendition: RenditionName(kind: .video, track: 1),
            .part(0, of: old.ordinal + 1))
        #expect(hint.contains(name.text))
        // Nothing that was listed has changed, and the last segment is whole now.
        #expect(
            now.filter { $0.hasSuffix(".m4s") }.starts(with: before.filter { $0.hasSuffix(".m4s") })
        )
        #expect(now.last { $0.hasSuffix(".m4s") }?.hasSuffix("/v1/\(old.ordinal).m4s") == true)
    }

    @Test("L3, L4, L10: the numbers go on behind a discontinuity with another map")
    func goesOn() throws {
        let old = try SegmentedRing(picture)
        try old.appendAll(picture)
        let new = try SegmentedRing(other, replacing: old)
        try new.appendAll(other)
        let view = try #require(lists(of: new, behind: [epoch(old)]))
        for name in ["v1", "a2"] {
            let now = try lines(view, name)
            let start = try #require(
                first(now, "#EXT-X-MEDIA-SEQUENCE:").flatMap { UInt64($0) })
            let numbers = now.filter { !$0.hasPrefix("#") }.compactMap {
                UInt64($0.split(separator: "/")[2].dropLast(4))
            }
            #expect(numbers.first == start && start < new.ring.baseOrdinals.segment)
            #expect(numbers == Array(start..<start + UInt64(numbers.count)))
            #expect(try #require(numbers.last) >= new.ordinal - 1)
            let maps = now.filter { $0.hasPrefix("#EXT-X-MAP:") }
            #expect(Set(maps).count == 2)
            let place = try #require(now.firstIndex { $0.contains("/\(name)/\(old.ordinal).m4s") })
            #expect(
                now[(place + 1)...].first { !$0.hasPrefix("#EXT-X-PART") } == "#EXT-X-DISCONTINUITY"
            )
        }
        let periods = view.manifest(createdWallMs: 1_800_000_000_000).periods
        #expect(Set(periods.flatMap(\.sets).map(\.segmentTemplate)).count == 2)
        let ordinals = periods.compactMap { Int($0.id.dropFirst()) }
        #expect(ordinals == ordinals.sorted() && ordinals.count == periods.count)
    }

    @Test(
        "L5: the list does not shrink when another ring comes, and lets go of the old one in time")
    func window() throws {
        let old = try SegmentedRing(picture, dataBytes: 1 << 20)
        try old.appendAll(picture)
        let past = epoch(old)
        let long = try Broadcast("ffmpeg-file-h264-open-gop-aac.mkv", times: 30)
        let new = try SegmentedRing(long, dataBytes: 1 << 20, replacing: old)
        var least = Int.max
        var formerCounts: [Int] = []
        for (number, fragment) in long.fragments.enumerated() {
            try new.append(fragment, of: long)
            guard number.isMultiple(of: 10), let view = lists(of: new, behind: [past]),
                let track = view.tracks.all.first
            else { continue }
            let count = view.playlist(of: track).segments.filter { $0.ticks != nil }.count
            least = min(least, count)
            formerCounts.append(view.pasts.flatMap { $0.listed(of: $0.tracks.all[0]) }.count)
        }
        #expect(least >= 6)
        #expect(formerCounts == formerCounts.sorted(by: >), "they go one after the other")
        #expect(try #require(formerCounts.first) > 0 && formerCounts.last == 0)
    }

    @Test("of former rings no more is listed than a bound")
    func bound() throws {
        let long = try Broadcast("chromium-audio-only.webm", times: 60)
        let old = try SegmentedRing(long)
        try old.appendAll(long)
        let new = try SegmentedRing(sound, replacing: old)
        try new.appendAll(sound)
        let view = try #require(lists(of: new, behind: [epoch(old)]))
        let past = try #require(view.pasts.first)
        let facts = try #require(past.listed(of: past.tracks.all[0]).first?.facts)
        let newMs =
            try #require(view.index.segments.last?.mediaTimeMs)
            - (try #require(view.index.segments.first?.mediaTimeMs))
        let listedMs = old.ring.timelineEndMs - facts.mediaTimeMs + newMs
        #expect(listedMs <= Int64(Limits.pastMediaListedMs))
        #expect(listedMs > Int64(Limits.pastMediaListedMs) - 10_000)
        #expect(facts.ordinal > past.index.firstListed)
    }

    @Test("a broadcast that was over does not go on, nor do numbers with a hole between")
    func apart() throws {
        let old = try SegmentedRing(picture)
        try old.appendAll(picture)
        let new = try SegmentedRing(other, replacing: old)
        try new.appendAll(other)
        #expect(try #require(lists(of: new, behind: [epoch(old, goesOn: false)])).pasts.isEmpty)
        let far = try SegmentedRing(other, firstOrdinal: old.ordinal + 3)
        try far.appendAll(other)
        #expect(try #require(lists(of: far, behind: [epoch(old)])).pasts.isEmpty)
    }

    @Test("several comebacks in a row are one list, and a track has what leads up to it")
    func several() throws {
        let first = try SegmentedRing(picture)
        for fragment in picture.fragments.prefix(200) { try first.append(fragment, of: picture) }
        let second = try SegmentedRing(other, replacing: first)
        for fragment in other.fragments.prefix(200) { try second.append(fragment, of: other) }
        let third = try SegmentedRing(picture, replacing: second)
        for fragment in picture.fragments.prefix(200) { try third.append(fragment, of: picture) }
        let whole = try #require(lists(of: third, behind: [epoch(second), epoch(first)]))
        #expect(whole.pasts.map(\.epoch) == [first.ring.epoch, second.ring.epoch])
        let maps = try lines(whole, "v1").filter { $0.hasPrefix("#EXT-X-MAP:") }
        #expect(Set(maps).count == 3)
        // Without a picture in between, its list begins anew.
        let quiet = try SegmentedRing(sound, replacing: first)
        try quiet.appendAll(sound)
        let back = try SegmentedRing(picture, replacing: quiet)
        for fragment in picture.fragments.prefix(200) { try back.append(fragment, of: picture) }
        let apart = try #require(lists(of: back, behind: [epoch(quiet), epoch(first)]))
        #expect(
            self.first(try lines(apart, "v1"), "#EXT-X-MEDIA-SEQUENCE:")
                == "\(back.ring.baseOrdinals.segment)")
        #expect(apart.pasts.map(\.epoch) == [first.ring.epoch, quiet.ring.epoch])
    }
}
