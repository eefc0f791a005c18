// When a segment is shown, by HLS and by DASH: the same, so that players which align tracks by it are right.

import Media
import Testing

@testable import Delivery

@Suite struct WallTimeTests {
    @Test(
        "dates of HLS are the times of DASH, also where frames are shown later than they are decoded",
        arguments: ["ffmpeg-file-h264-open-gop-aac.mkv", "chromium-vp9-opus.webm"])
    func same(recording: String) throws {
        let broadcast = try Broadcast(recording, times: 2)
        let stage = try SegmentedRing(broadcast)
        try stage.appendAll(broadcast)
        let view = try #require(
            IndexView(
                SegmentIndex.of(stage), epoch: 1, tracks: PackagedTracks(stage.tracks)))
        let manifest = view.manifest(createdWallMs: 1_800_000_000_000)
        var times: [RenditionName: [UInt64: Int64]] = [:]
        for period in manifest.periods {
            for set in period.sets {
                guard case .listed(let segments) = set.segments else { continue }
                for segment in segments {
                    let ticks = Int64(segment.start) - Int64(set.timeOffset)
                    times[set.rendition, default: [:]][segment.number] =
                        Int64(manifest.availabilityStartMs + period.startMs)
                        + ticks * 1_000 / Int64(set.timescale)
                }
            }
        }
        for track in view.tracks.all {
            let segments = view.playlist(of: track).segments.filter { $0.ticks != nil && !$0.isGap }
            #expect(segments.count > 1)
            for segment in segments {
                let time = try #require(times[track.name]?[segment.ordinal])
                let distanceMs = Int64(segment.programDateMs) - time
                #expect(
                    abs(distanceMs) <= 1, "\(track.name.text) \(segment.ordinal): \(distanceMs) ms")
            }
        }
    }
}
