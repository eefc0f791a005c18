// Lists of key frames.

import Testing

@testable import Media

private func keyFrames(_ count: Int) -> MediaPlaylist {
    var playlist = PlaylistBench.playlist(count)
    playlist.content = .keyFrames
    return playlist
}

private func lines(_ playlist: MediaPlaylist, _ form: MediaPlaylist.Form = .whole) -> [String] {
    PlaylistBench.lines(playlist.text(form))
}

@Suite("Lists of key frames")
struct KeyFrameTests {
    @Test("V8: each whole segment is listed by its key frame, under its own number")
    func whole() {
        var playlist = keyFrames(2)
        playlist.segments[1].isDiscontinuity = true
        #expect(
            lines(playlist) == [
                "#EXTM3U",
                "#EXT-X-VERSION:6",
                "#EXT-X-I-FRAMES-ONLY",
                "#EXT-X-TARGETDURATION:4",
                "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,CAN-SKIP-UNTIL=24.000,HOLD-BACK=12.000"
                    + ",PART-HOLD-BACK=1.500",
                "#EXT-X-MEDIA-SEQUENCE:10",
                "#EXT-X-DISCONTINUITY-SEQUENCE:3",
                "#EXT-X-MAP:URI=\"e/v1/init-0.mp4\"",
                "#EXT-X-PROGRAM-DATE-TIME:2026-11-28T12:00:00.250Z",
                "#EXTINF:2.000000,",
                "#EXT-X-BYTERANGE:5010@0",
                "e/v1/10.m4s",
                "#EXT-X-DISCONTINUITY",
                "#EXT-X-MAP:URI=\"e/v1/init-0.mp4\"",
                "#EXT-X-PROGRAM-DATE-TIME:2026-11-28T12:00:02.250Z",
                "#EXTINF:2.000000,",
                "#EXT-X-BYTERANGE:5011@0",
                "e/v1/11.m4s",
                "#EXT-X-RENDITION-REPORT:URI=\"a2.m3u8\",LAST-MSN=12,LAST-PART=1",
            ])
    }

    @Test(
        "a segment that does not begin with a key frame is a gap, and so is one whose media are missing"
    )
    func gaps() {
        var playlist = keyFrames(3)
        playlist.segments[0].keyFrameBytes = nil
        playlist.segments[2].isGap = true
        let found = lines(playlist).filter {
            ["#EXT-X-GAP", "#EXTINF:2.000000,"].contains($0) || $0.hasPrefix("#EXT-X-BYTERANGE")
        }
        #expect(
            found == [
                "#EXT-X-GAP", "#EXTINF:2.000000,", "#EXTINF:2.000000,", "#EXT-X-BYTERANGE:5011@0",
                "#EXT-X-GAP", "#EXTINF:2.000000,",
            ])
    }

    @Test(
        "T8, T18: it promises what all lists promise, and has the same deltas", arguments: [5, 20])
    func control(count: Int) {
        let segments = PlaylistBench.playlist(count)
        for form in [MediaPlaylist.Form.whole, .delta, .plain] {
            let keyFrames = lines(keyFrames(count), form)
            let others = lines(segments, form)
            for tag in ["#EXT-X-SERVER-CONTROL", "#EXT-X-SKIP", "#EXT-X-VERSION"] {
                #expect(keyFrames.value(of: tag) == others.value(of: tag))
            }
        }
    }

    @Test("it has no parts, no hint and no part target")
    func noParts() {
        let lines = lines(keyFrames(20))
        for tag in ["#EXT-X-PART", "#EXT-X-PRELOAD-HINT", "#EXT-X-INDEPENDENT"] {
            #expect(lines.count(of: tag) == 0)
        }
    }
}
