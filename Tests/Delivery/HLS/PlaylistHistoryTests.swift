// What lists say while a broadcast grows, from one entry of its ring to the next: numbers stand for the
// rules of low-latency HLS.

import Media
import SegmentRing
import Settings
import Testing

@testable import Delivery

@Suite struct PlaylistHistoryTests {
    /// Reads a ring as a worker does.
    private struct Reader {
        var index: SegmentIndex
        let ring: Ring
        var scratch: [UInt8] = []

        init(_ stage: SegmentedRing) {
            index = SegmentIndex(tracks: stage.tracks)
            ring = stage.ring
        }

        mutating func look() -> IndexView? {
            while !index.advance(in: ring, through: &scratch, mostBytes: 1 << 20) {}
            return IndexView(
                index, epoch: ring.epoch, tracks: PackagedTracks(index.tracks))
        }
    }

    private static func uris(_ text: [UInt8], _ tag: String) -> [String] {
        String(decoding: text, as: UTF8.self).split(separator: "\n").compactMap { line in
            guard line.hasPrefix(tag), let uri = line.split(separator: "URI=\"").last else {
                return nil
            }
            return uri.split(separator: "\"").first.map(String.init)
        }
    }

    private static func media(_ uri: String) -> MediaName.Content? {
        let bytes = Array(uri.utf8)
        guard case .media(let name) = ResourceName(bytes.span, in: .hls) else { return nil }
        return name.content
    }

    @Test(
        "T10, T12, L3: what a list hints at is listed under that name, and what is listed is there",
        arguments: Broadcast.recordings)
    func names(_ recording: String) throws {
        let broadcast = try Broadcast(recording, times: 2, pieceBytes: { 3_000 })
        let stage = try SegmentedRing(broadcast)
        var reader = Reader(stage)
        var hints: [RenditionName: String] = [:]
        var heard = 0
        // A recording of a codec that HLS does not carry has no lists.
        let isPackaged = !PackagedTracks(stage.tracks).all.isEmpty
        for fragment in broadcast.fragments {
            try stage.append(fragment, of: broadcast)
            guard let view = reader.look() else { continue }
            for track in view.tracks.all {
                let text = view.playlist(of: track).text(.whole)
                let parts = Self.uris(text, "#EXT-X-PART:")
                let hint = try #require(Self.uris(text, "#EXT-X-PRELOAD-HINT").first)
                if let before = hints[track.name], before != hint {
                    #expect(parts.contains(before), "hinted, and not listed")
                    heard += 1
                }
                hints[track.name] = hint
                for uri in parts {
                    let content = try #require(Self.media(uri))
                    guard case .there = view.find(content, of: track) else {
                        Issue.record("\(uri) is listed, and not there")
                        continue
                    }
                }
                let content = try #require(Self.media(hint))
                guard case .hinted(let point) = view.find(content, of: track) else {
                    Issue.record("\(hint) is hinted at, and not waited for")
                    continue
                }
                #expect(!view.index.reaches(point, of: track.place))
            }
        }
        #expect(isPackaged ? heard > 10 : heard == 0)
    }

    @Test(
        "two readers that began at different records make the same lists, byte for byte",
        arguments: Broadcast.recordings)
    func deterministic(_ recording: String) throws {
        let broadcast = try Broadcast(recording, times: 8)
        let stage = try SegmentedRing(broadcast, dataBytes: 1 << 20)
        var early = Reader(stage)
        for (number, fragment) in broadcast.fragments.enumerated() {
            try stage.append(fragment, of: broadcast)
            guard let mine = early.look(), number.isMultiple(of: 20) else { continue }
            var late = Reader(stage)
            guard let other = late.look() else { continue }
            for track in mine.tracks.all {
                #expect(mine.progress(of: track) == other.progress(of: track))
                for form in [MediaPlaylist.Form.whole, .delta, .plain] {
                    #expect(
                        mine.playlist(of: track).text(form) == other.playlist(of: track).text(form))
                }
            }
            #expect(mine.multivariant(isSoundOnly: false) == other.multivariant(isSoundOnly: false))
            #expect(mine.manifest(createdWallMs: 0) == other.manifest(createdWallMs: 0))
        }
    }
}
