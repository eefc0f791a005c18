// What is made of a ring once before a worker serves.

import SegmentRing
import StreamBench
import Testing

@testable import Delivery

@Suite struct PackagedTrialTests {
    @Test(
        "lists, the manifest and segments are made of what is in a ring, and nothing of an empty one"
    )
    func all() throws {
        let bench = try StreamBench()
        let broadcast = try Broadcast("chromium-h264-opus.mkv", times: 2) { 2_000 }
        let stage = try SegmentedRing(broadcast, path: try bench.ringPath())
        let stream = try #require(bench.streams.find(bench.name))
        #expect(PackagedTrial.run(stream) == 0)
        try stage.appendAll(broadcast)
        #expect(PackagedTrial.run(stream) > 20_000)
    }
}
