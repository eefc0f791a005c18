// What one module makes fits into what another one has room for.

import Media
import SegmentRing
import Settings
import Testing

@testable import Ingest

@Suite struct CapacityTests {
    @Test("every worker has a slot in a ring, and a ring no slot that no worker can have")
    func slots() {
        #expect(RingSlots.count == Limits.workers)
    }

    @Test("a parser takes as many tracks as its snapshots have room for")
    func tracks() {
        #expect(Limits.tracks == MediaLimits.mostTracks)
    }

    @Test(
        "the longest state of a parser fits into a ring together with what is known of its publisher"
    )
    func state() {
        let media = [UInt8](repeating: 0, count: WebMIngest.stateMostBytes)
        let state = IngestState(identity: .max, media: media).encoded()
        #expect(state.count > media.count)
        #expect(state.count <= Limits.writerStateBytes)
    }
}
