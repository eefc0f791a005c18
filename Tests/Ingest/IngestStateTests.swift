import Testing

@testable import Ingest

@Suite struct IngestStateTests {
    @Test("a state comes back as it was") func roundTrip() {
        let state = IngestState(
            identity: .max, session: 2, nextChunk: 3, consumedBytes: 4, isBroken: true, aheadMs: 5,
            atBootMs: 6, media: [7, 8, 9])
        #expect(IngestState(decoding: state.encoded()) == state)
    }

    @Test("bytes that are no state are nil, whatever they are") func hostile() {
        let valid = IngestState(identity: 1, media: []).encoded()
        for count in 0..<valid.count {
            #expect(IngestState(decoding: Array(valid.prefix(count))) == nil)
        }
        #expect(IngestState(decoding: [2] + valid.dropFirst()) == nil)
    }
}
