// What lists and manifests say of pictures whose set-up changes within a broadcast, from one entry of its ring
// to the next.

import SegmentRing
import Testing

@testable import Delivery
@testable import Media

@Suite struct SetUpHistoryTests {
    private let stage: SegmentedRing
    private let broadcast: Broadcast
    private let larger: PictureSetUp

    init() throws {
        broadcast = try Broadcast("ffmpeg-vp9-opus.webm", times: 3) { 1_500 }
        stage = try SegmentedRing(broadcast)
        let size = try #require(PictureSize(width: 640, height: 360))
        larger = try #require(PictureSetUp(size: size, codecPrivate: []))
    }

    /// Appends fragments until a segment begins, whose number is given to `begin` beforehand.
    private func append(
        _ begin: (UInt64) -> Void, each: (SegmentIndex) throws -> Void
    ) throws {
        var index = SegmentIndex(tracks: stage.tracks)
        var scratch: [UInt8] = []
        for fragment in broadcast.fragments {
            let sinceMs = stage.begunAtMs.map { fragment.mediaTimeMs - $0 } ?? .max
            let begins = fragment.isIndependent && sinceMs >= 1_000
            if begins { begin(stage.ordinal + 1) }
            try stage.append(fragment, of: broadcast, beginsSegment: begins)
            while !index.advance(in: stage.ring, through: &scratch, mostBytes: 1 << 20) {}
            try each(index)
        }
    }

    /// Another set-up from segment 3 on, that of the header from 6 on.
    private func change(_ ordinal: UInt64) {
        stage.beginsSetUp = ordinal == 3 || ordinal == 6
        if ordinal == 3 { stage.setUp = SegmentSetUp(larger, since: 3) }
        if ordinal == 6 { stage.setUp = nil }
    }

    private func view(_ index: SegmentIndex) -> IndexView? {
        IndexView(index, epoch: stage.ring.epoch, tracks: PackagedTracks(index.tracks))
    }

    private static func lines(_ text: [UInt8]) -> [String] {
        String(decoding: text, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    @Test(
        "L10: each segment has the map of its set-up, and another set-up begins behind a discontinuity"
    )
    func maps() throws {
        var seen = 0
        try append(change) { index in
            guard let view = self.view(index) else { return }
            for track in view.tracks.all {
                for content in [MediaPlaylist.Content.segments, .keyFrames] {
                    var map = ""
                    var isBehindDiscontinuity = false
                    for line in Self.lines(view.playlist(of: track, content).text(.whole)) {
                        if line == "#EXT-X-DISCONTINUITY" { isBehindDiscontinuity = true }
                        if line.hasPrefix("#EXT-X-MAP") {
                            #expect(map.isEmpty || isBehindDiscontinuity)
                            map = line
                        }
                        guard line.hasSuffix(".m4s"), !line.hasPrefix("#"),
                            let name = line.split(separator: "/").last,
                            let ordinal = UInt64(name.dropLast(4))
                        else { continue }
                        let version = 3..<6 ~= ordinal && !track.isSound ? 3 : 0
                        #expect(map.contains("/init-\(version).mp4"), "segment \(ordinal)")
                        #expect(isBehindDiscontinuity || ![3, 6].contains(ordinal))
                        isBehindDiscontinuity = false
                        seen += version == 3 ? 1 : 0
                    }
                }
            }
        }
        #expect(seen > 0 && stage.ordinal > 6)
    }

    @Test("T10: the map of the part that comes is hinted at, if it is another one")
    func hints() throws {
        var hinted: Set<String> = []
        try append(change) { index in
            guard let view = self.view(index), let picture = view.tracks.picture else { return }
            let lines = Self.lines(view.playlist(of: picture).text(.whole))
            let hints = lines.filter { $0.hasPrefix("#EXT-X-PRELOAD-HINT:TYPE=MAP") }
            guard let hint = hints.first, let uri = hint.split(separator: "\"").last else { return }
            #expect(
                hints.count == 1 && !lines.contains { $0.contains("EXT-X-MAP:URI=\"\(uri)\"") }
                    || uri.hasSuffix("init-0.mp4"))
            hinted.insert(String(uri.split(separator: "/").last ?? ""))
        }
        #expect(hinted == Set(Self.maps))
    }

    @Test("V4: the list of all tracks says what the newest segment has")
    func variant() throws {
        var sizes: [Int] = []
        try append(change) { index in
            guard let view = self.view(index),
                let picture = view.multivariant(isSoundOnly: false).picture
            else { return }
            if sizes.last != picture.width { sizes.append(picture.width) }
        }
        let own = try #require(stage.tracks[0].width)
        #expect(sizes == [own, 640, own])
    }

    @Test("X1: another set-up is another period, which begins where the last one ends")
    func periods() throws {
        var manifest: MPD?
        try append(change) { index in
            if index.segments.last?.ordinal == 8, manifest == nil {
                manifest = self.view(index)?.manifest(createdWallMs: 1_800_000_000_000)
            }
        }
        let periods = try #require(manifest).periods
        let pictures = periods.compactMap { $0.sets.first { $0.rendition.kind == .video } }
        let maps = pictures.map { String($0.initializationTemplate.suffix(10)) }
        // The recording has borders of its own.
        #expect(zip(maps, [""] + maps).filter { $0 != $1 }.map(\.0) == Self.maps)
        for picture in pictures {
            guard case .listed(let segments) = picture.segments, let first = segments.first else {
                Issue.record("no segments")
                continue
            }
            // A period begins with its first media, to a frame of sound.
            #expect(first.start - min(picture.timeOffset, first.start) < 1_800)
            let version = 3..<6 ~= first.number ? 3 : 0
            #expect(picture.initializationTemplate.hasSuffix("init-\(version).mp4"))
        }
    }

    private static let maps = ["init-0.mp4", "init-3.mp4", "init-0.mp4"]

    @Test("an init is there as long as a segment has it, and not before its media")
    func inits() throws {
        var known: [UInt64] = []
        try append(change) { index in
            guard index.setUp(since: 3) != nil, let newest = index.segments.last else { return }
            known.append(newest.ordinal)
            #expect(index.setUp(since: 4) == nil && index.setUp(since: 0) == nil)
        }
        #expect(known.first == 3)
        let index = SegmentIndex.of(stage)
        let facts = try #require(index.facts(of: 4))
        let view = try #require(self.view(index))
        let picture = try #require(view.tracks.picture)
        #expect(view.track(picture, in: facts).codedSize == larger.size)
        #expect(view.track(picture, in: index.facts(of: 2)).codedSize != larger.size)
    }

    @Test("a record without media says nothing yet")
    func recordAlone() throws {
        try stage.appendAll(broadcast)
        stage.setUp = SegmentSetUp(larger, since: stage.ordinal + 1)
        stage.beginsSetUp = true
        try stage.begin(try #require(broadcast.fragments.last))
        let index = SegmentIndex.of(stage)
        #expect(index.segments.last?.setUp != nil)
        #expect(index.setUp(since: stage.ordinal) == nil)
        #expect(index.newestFacts?.setUp == nil)
    }
}
