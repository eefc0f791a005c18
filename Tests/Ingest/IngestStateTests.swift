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
        for version in [0, 1, 3, .max] as [UInt8] {
            #expect(IngestState(decoding: [version] + valid.dropFirst()) == nil)
        }
        var unknown = valid
        for format in [0, 2, .max] as [UInt8] {
            unknown[2] = format
            #expect(IngestState(decoding: unknown) == nil)
        }
    }
}
