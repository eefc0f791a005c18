// Parts, hints, reports and deltas in media playlists, rule by rule.

import Testing

@testable import Media

private func lines(_ playlist: MediaPlaylist, _ form: MediaPlaylist.Form = .whole) -> [String] {
    PlaylistBench.lines(playlist.text(form))
}

@Suite("Parts and deltas")
struct PartTests {
    @Test("T4: each part with a key frame is called independent, wherever it stands")
    func independentParts() {
        var playlist = PlaylistBench.playlist(1)
        playlist.segments[0].parts[2].isIndependent = true
        let parts = lines(playlist).filter { $0.hasPrefix("#EXT-X-PART:") }
        #expect(parts.map { $0.hasSuffix("INDEPENDENT=YES") } == [true, false, true, false, true])
    }

    @Test(
        "T5: discontinuity, map and date come before a segment's first part, of one in the making too"
    )
    func order() {
        var playlist = PlaylistBench.playlist(1)
        playlist.segments[1].isDiscontinuity = true
        playlist.segments[1].mapURI = "e/v1/init-1.mp4"
        let lines = lines(playlist)
        let start = lines.firstIndex(of: "#EXT-X-DISCONTINUITY") ?? 0
        #expect(
            lines[start..<(start + 4)] == [
                "#EXT-X-DISCONTINUITY", "#EXT-X-MAP:URI=\"e/v1/init-1.mp4\"",
                "#EXT-X-PROGRAM-DATE-TIME:2026-11-28T12:00:02.250Z",
                "#EXT-X-PART:DURATION=0.500000,URI=\"e/v1/11.0.m4s\",INDEPENDENT=YES",
            ])
    }

    @Test("T7: parts are listed for the last three target durations, of whole segments only")
    func window() {
        // 12 s: five segments of 2 s, and 0.5 s of one in the making.
        let parts = lines(PlaylistBench.playlist(20)).filter { $0.hasPrefix("#EXT-X-PART:") }
        #expect(parts.count == 5 * 4 + 1)
        #expect(parts.first?.contains("e/v1/25.0.m4s") == true)
        // Exactly three target durations are within them.
        var playlist = PlaylistBench.playlist(20)
        playlist.segments[20].parts = []
        #expect(lines(playlist).count(of: "#EXT-X-PART:") == 6 * 4)
    }

    @Test(
        "T8: what the server promises keeps the rules' distances",
        arguments: [(4_000, 500), (2_000, 300), (10_000, 1_000), (1_000, 200)] as [(UInt32, UInt32)]
    )
    func control(targetMs: UInt32, partMs: UInt32) {
        for wishMs: UInt32 in [0, 100, 5_000] {
            let control = ServerControl(
                targetDurationMs: targetMs, partTargetMs: partMs, partHoldBackMs: wishMs)
            #expect(control.partHoldBackMs >= 3 * UInt64(partMs))
            #expect(control.partHoldBackMs >= UInt64(wishMs))
            #expect(control.holdBackMs >= 3 * UInt64(targetMs))
            #expect(control.canSkipUntilMs >= 6 * UInt64(targetMs))
        }
    }

    @Test("T8: what the server promises is the same in every rendition, in deltas, and at the end")
    func sameControl() {
        let picture = PlaylistBench.playlist(20)
        var sound = PlaylistBench.playlist(20, timescale: 48_000)
        sound.segments.removeLast(5)
        var ended = picture
        ended.hasEnded = true
        let texts = [lines(picture), lines(picture, .delta), lines(sound), lines(ended)]
        let promises = texts.map { text in
            text.filter { $0.hasPrefix("#EXT-X-SERVER-CONTROL") || $0.hasPrefix("#EXT-X-PART-INF") }
        }
        #expect(promises[0].count == 2)
        #expect(Set(promises).count == 1)
    }

    @Test("T10: there is one hint at the next part, and one at its map if that is another one")
    func hints() {
        var playlist = PlaylistBench.playlist(1)
        playlist.hint = PreloadHint(partURI: "p", mapURI: "m")
        #expect(
            lines(playlist).filter { $0.hasPrefix("#EXT-X-PRELOAD-HINT") } == [
                "#EXT-X-PRELOAD-HINT:TYPE=MAP,URI=\"m\"",
                "#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"p\"",
            ])
    }

    @Test("T13: each other rendition is reported, without a part where it has none")
    func reports() {
        var playlist = PlaylistBench.playlist(1)
        playlist.reports.append(RenditionReport(uri: "a3.m3u8", lastSegment: 9, lastPart: nil))
        #expect(
            lines(playlist).suffix(2) == [
                "#EXT-X-RENDITION-REPORT:URI=\"a2.m3u8\",LAST-MSN=12,LAST-PART=1",
                "#EXT-X-RENDITION-REPORT:URI=\"a3.m3u8\",LAST-MSN=9",
            ])
    }

    // MARK: Deltas

    @Test(
        "T18: a delta leaves out what ends at least six target durations before the last whole segment"
    )
    func skipped() {
        // Six target durations are 24 s, or twelve segments.
        for (count, skipped) in [(0, 0), (12, 0), (13, 1), (20, 8)] {
            let value = lines(PlaylistBench.playlist(count), .delta).value(of: "#EXT-X-SKIP")
            #expect(value == (skipped > 0 ? "SKIPPED-SEGMENTS=\(skipped)" : nil))
        }
    }

    @Test("T18: a segment on the skip boundary stays")
    func boundary() {
        var playlist = PlaylistBench.playlist(20)
        for index in 15..<20 { playlist.segments[index].ticks = 170_000 }
        #expect(
            lines(playlist, .delta).value(of: "#EXT-X-SKIP") == "SKIPPED-SEGMENTS=7")
    }

    @Test("T18: a delta with nothing to leave out is the whole list", arguments: 0...12)
    func nothingToSkip(count: Int) {
        let playlist = PlaylistBench.playlist(count)
        #expect(playlist.text(.delta) == playlist.text(.whole))
    }

    @Test(
        "T18, T19: a delta and the segments it names are the whole list", arguments: [13, 20, 60])
    func complete(count: Int) {
        var playlist = PlaylistBench.playlist(count)
        playlist.segments[count - 3].isDiscontinuity = true
        playlist.segments[0].isDiscontinuity = true
        let whole = lines(playlist)
        let delta = lines(playlist, .delta)
        let skip = delta.firstIndex { $0.hasPrefix("#EXT-X-SKIP") } ?? 0
        #expect(delta[1] == "#EXT-X-VERSION:9" && whole[1] == "#EXT-X-VERSION:6")
        // Everything in front is the same, with both numbers before the skip.
        #expect(delta[2..<skip] == whole[2..<skip])
        #expect(delta[..<skip].count(of: "#EXT-X-MEDIA-SEQUENCE") == 1)
        #expect(delta[..<skip].count(of: "#EXT-X-DISCONTINUITY-SEQUENCE") == 1)
        // The map is said again; everything behind it is the same.
        #expect(delta[skip + 1] == "#EXT-X-MAP:URI=\"e/v1/init-0.mp4\"")
        let rest = delta[(skip + 2)...]
        #expect(whole.suffix(rest.count) == rest)
        let left = delta.filter { !$0.hasPrefix("#") }.count
        #expect(delta[skip] == "#EXT-X-SKIP:SKIPPED-SEGMENTS=\(count - left)")
    }
}

extension ArraySlice<String> {
    fileprivate func count(of prefix: String) -> Int { Array(self).count(of: prefix) }
}
