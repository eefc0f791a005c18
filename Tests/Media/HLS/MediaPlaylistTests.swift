// The text of media playlists, rule by rule.

import Testing

@testable import Media

private func lines(_ playlist: MediaPlaylist, _ form: MediaPlaylist.Form = .whole) -> [String] {
    PlaylistBench.lines(playlist.text(form))
}

@Suite("Media playlists")
struct MediaPlaylistTests {
    @Test("a whole list of low latency, as it stands")
    func whole() {
        var playlist = PlaylistBench.playlist(1)
        playlist.segments[0].isDiscontinuity = true
        #expect(
            lines(playlist) == [
                "#EXTM3U",
                "#EXT-X-VERSION:6",
                "#EXT-X-INDEPENDENT-SEGMENTS",
                "#EXT-X-TARGETDURATION:4",
                "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,CAN-SKIP-UNTIL=24.000,HOLD-BACK=12.000"
                    + ",PART-HOLD-BACK=1.500",
                "#EXT-X-PART-INF:PART-TARGET=0.500",
                "#EXT-X-MEDIA-SEQUENCE:10",
                "#EXT-X-DISCONTINUITY-SEQUENCE:2",
                "#EXT-X-DISCONTINUITY",
                "#EXT-X-MAP:URI=\"e/v1/init-0.mp4\"",
                "#EXT-X-PROGRAM-DATE-TIME:2026-11-28T12:00:00.250Z",
                "#EXT-X-PART:DURATION=0.500000,URI=\"e/v1/10.0.m4s\",INDEPENDENT=YES",
                "#EXT-X-PART:DURATION=0.500000,URI=\"e/v1/10.1.m4s\"",
                "#EXT-X-PART:DURATION=0.500000,URI=\"e/v1/10.2.m4s\"",
                "#EXT-X-PART:DURATION=0.500000,URI=\"e/v1/10.3.m4s\"",
                "#EXTINF:2.000000,",
                "e/v1/10.m4s",
                "#EXT-X-PROGRAM-DATE-TIME:2026-11-28T12:00:02.250Z",
                "#EXT-X-PART:DURATION=0.500000,URI=\"e/v1/11.0.m4s\",INDEPENDENT=YES",
                "#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"e/v1/next.m4s\"",
                "#EXT-X-RENDITION-REPORT:URI=\"a2.m3u8\",LAST-MSN=12,LAST-PART=1",
            ])
    }

    @Test("a plain list has nothing of low latency, and only whole segments")
    func plain() {
        #expect(
            lines(PlaylistBench.playlist(1), .plain) == [
                "#EXTM3U",
                "#EXT-X-VERSION:6",
                "#EXT-X-INDEPENDENT-SEGMENTS",
                "#EXT-X-TARGETDURATION:4",
                "#EXT-X-MEDIA-SEQUENCE:10",
                "#EXT-X-DISCONTINUITY-SEQUENCE:3",
                "#EXT-X-MAP:URI=\"e/v1/init-0.mp4\"",
                "#EXT-X-PROGRAM-DATE-TIME:2026-11-28T12:00:00.250Z",
                "#EXTINF:2.000000,",
                "e/v1/10.m4s",
            ])
    }

    @Test("a stream that offers no low latency has only the plain list", arguments: [0, 1, 30])
    func noLowLatency(count: Int) {
        let playlist = PlaylistBench.playlist(count, control: nil)
        #expect(playlist.text(.whole) == playlist.text(.plain))
        #expect(playlist.text(.delta) == playlist.text(.plain))
    }

    // MARK: Numbers of a list

    @Test(
        "L4: the discontinuity sequence is always there, and the tag of the first segment is not in it",
        arguments: [(false, 3), (true, 2)])
    func discontinuitySequence(isDiscontinuity: Bool, sequence: Int) {
        var playlist = PlaylistBench.playlist(3)
        playlist.segments[0].isDiscontinuity = isDiscontinuity
        for form in [MediaPlaylist.Form.whole, .plain] {
            #expect(
                lines(playlist, form).value(of: "#EXT-X-DISCONTINUITY-SEQUENCE") == "\(sequence)")
        }
    }

    @Test("L3, L4: each segment keeps its numbers when older ones leave")
    func removal() {
        var playlist = PlaylistBench.playlist(6)
        for index in playlist.segments.indices {
            playlist.segments[index].isDiscontinuity = index == 2
            playlist.segments[index].discontinuityOrdinal = index < 2 ? 3 : 4
        }
        /// Ordinal and discontinuity of each segment, as a player counts them.
        func counted(_ lines: [String]) -> [String: [Int]] {
            var ordinal = lines.value(of: "#EXT-X-MEDIA-SEQUENCE").flatMap { Int($0) } ?? -1
            var discontinuity =
                lines.value(of: "#EXT-X-DISCONTINUITY-SEQUENCE").flatMap { Int($0) } ?? -1
            var found: [String: [Int]] = [:]
            for line in lines {
                if line == "#EXT-X-DISCONTINUITY" { discontinuity += 1 }
                guard !line.hasPrefix("#") else { continue }
                found[line] = [ordinal, discontinuity]
                ordinal += 1
            }
            return found
        }
        let all = counted(lines(playlist))
        #expect(all["e/v1/11.m4s"] == [11, 3])
        #expect(all["e/v1/12.m4s"] == [12, 4])
        while playlist.segments.count > 1 {
            playlist.segments.removeFirst()
            for (uri, numbers) in counted(lines(playlist)) { #expect(all[uri] == numbers) }
        }
    }

    @Test("L9: a list that has ended says so last, and hints at nothing")
    func ended() {
        var playlist = PlaylistBench.playlist(3)
        playlist.hasEnded = true
        for form in [MediaPlaylist.Form.whole, .delta, .plain] {
            let lines = lines(playlist, form)
            #expect(lines.last == "#EXT-X-ENDLIST")
            #expect(lines.count(of: "#EXT-X-PRELOAD-HINT") == 0)
            #expect(lines.count(of: "#EXT-X-RENDITION-REPORT") == 0)
            #expect(lines.count(of: "#EXT-X-PLAYLIST-TYPE") == 0)
            #expect(lines.dropLast().last == "e/v1/12.m4s")
        }
    }

    // MARK: Tags of a segment

    @Test("L10: a map is said at the first segment, at another one, and after a discontinuity")
    func maps() {
        var playlist = PlaylistBench.playlist(5)
        playlist.segments[2].isDiscontinuity = true
        playlist.segments[4].mapURI = "e/v1/init-1.mp4"
        let found = lines(playlist).filter {
            $0.hasPrefix("#EXT-X-MAP") || !$0.hasPrefix("#")
        }
        #expect(
            found == [
                "#EXT-X-MAP:URI=\"e/v1/init-0.mp4\"", "e/v1/10.m4s", "e/v1/11.m4s",
                "#EXT-X-MAP:URI=\"e/v1/init-0.mp4\"", "e/v1/12.m4s", "e/v1/13.m4s",
                "#EXT-X-MAP:URI=\"e/v1/init-1.mp4\"", "e/v1/14.m4s",
                "#EXT-X-MAP:URI=\"e/v1/init-0.mp4\"",
            ])
    }

    @Test("L11: every segment has its date, with milliseconds and zone", arguments: [1, 7, 20])
    func dates(count: Int) {
        let dates = lines(PlaylistBench.playlist(count)).filter {
            $0.hasPrefix("#EXT-X-PROGRAM-DATE-TIME:")
        }
        #expect(dates.count == count + 1)
        for (index, date) in dates.enumerated() {
            let second = (2 * index).padded(to: 2)
            #expect(date == "#EXT-X-PROGRAM-DATE-TIME:2026-11-28T12:00:\(second).250Z")
        }
    }

    @Test("L12: missing media are a gap, whose time goes on, with the parts that there were")
    func gaps() {
        var playlist = PlaylistBench.playlist(2)
        playlist.segments[1].isGap = true
        playlist.segments[1].isIndependent = false
        playlist.segments[1].parts = [
            PlaylistPart(ticks: 45_000, uri: "e/v1/11.0.m4s", isIndependent: false, isGap: true)
        ]
        let lines = lines(playlist)
        let end = lines.firstIndex(of: "e/v1/11.m4s") ?? 3
        #expect(
            lines[(end - 3)...end] == [
                "#EXT-X-PART:DURATION=0.500000,URI=\"e/v1/11.0.m4s\",GAP=YES", "#EXT-X-GAP",
                "#EXTINF:2.000000,", "e/v1/11.m4s",
            ])
        #expect(lines.contains("#EXT-X-INDEPENDENT-SEGMENTS"))
    }

    @Test("V5: segments are called independent when that is promised, whatever is listed just now")
    func independence() {
        var playlist = PlaylistBench.playlist(3)
        #expect(lines(playlist).contains("#EXT-X-INDEPENDENT-SEGMENTS"))
        playlist.areSegmentsIndependent = false
        #expect(!lines(playlist).contains("#EXT-X-INDEPENDENT-SEGMENTS"))
    }
}
