// What manifests say of a broadcast that grows and is interrupted, while periods leave them.

import Media
import Testing

@testable import Delivery

@Suite struct PeriodHistoryTests {
    @Test(
        "X1: a period begins where it always did, whatever has left the list",
        arguments: ["chromium-vp9-opus.webm", "ffmpeg-av1-opus.webm"])
    func starts(_ recording: String) throws {
        let broadcast = try Broadcast(recording, times: 24)
        let stage = try SegmentedRing(broadcast, dataBytes: 1 << 20)
        var index = SegmentIndex(tracks: stage.tracks)
        var scratch: [UInt8] = []
        var starts: [String: UInt64] = [:]
        var mostAtOnce = 0
        for fragment in broadcast.fragments {
            try stage.append(fragment, of: broadcast)
            while !index.advance(in: stage.ring, through: &scratch, mostBytes: 1 << 20) {}
            let tracks = PackagedTracks(index.tracks)
            guard let view = IndexView(index, epoch: 1, tracks: tracks) else { continue }
            let periods = view.manifest(createdWallMs: 1_800_000_000_000).periods
            mostAtOnce = max(mostAtOnce, periods.count)
            for period in periods where !period.sets.isEmpty {
                let known = starts[period.id] ?? period.startMs
                #expect(period.startMs == known, "period \(period.id)")
                starts[period.id] = known
            }
        }
        #expect(starts.count > 4 && mostAtOnce > 1 && mostAtOnce < starts.count)
    }
}
