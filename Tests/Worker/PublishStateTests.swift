import Testing

@testable import Worker

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

@Suite struct StreamStateTests {
    private func state(_ nowMs: UInt64, paused: UInt64 = 0, ended: UInt64 = 0) -> StreamState {
        StreamTimes(lastIngestMs: 10_000, pausedSinceMs: paused, endedAtMs: ended)
            .state(nowMs: nowMs, graceMs: 15_000)
    }

    @Test("a stream is live, then silent, then over, by the clock alone") func silence() {
        #expect(state(10_000) == .live)
        #expect(state(14_999) == .live)
        #expect(state(15_000) == .paused)
        #expect(state(29_999) == .paused)
        #expect(state(30_000) == .ended)
    }

    @Test("a pause counts from when it began") func pause() {
        #expect(state(10_001, paused: 10_000) == .paused)
        #expect(state(25_000, paused: 10_000) == .ended)
    }

    @Test("what was ended stays ended") func ended() {
        #expect(state(10_001, ended: 10_000) == .ended)
    }
}

@Suite struct WebMSnifferTests {
    private let header: [UInt8] = [0x1A, 0x45, 0xDF, 0xA3]

    @Test("four bytes tell a header from anything else") func start() {
        #expect(WebMSniffer.start(of: header + [1], isComplete: false) == .header)
        #expect(WebMSniffer.start(of: [0x1A, 0x45], isComplete: false) == .unknown)
        #expect(WebMSniffer.start(of: [0x1A, 0x45], isComplete: true) == .continuation)
        #expect(WebMSniffer.start(of: [0x1A, 0x46], isComplete: false) == .continuation)
        #expect(WebMSniffer.start(of: [], isComplete: true) == .continuation)
    }

    @Test("the middle of a WebM file is told from what is no WebM") func continuation() {
        let cluster: [UInt8] = [0x1F, 0x43, 0xB6, 0x75]
        #expect(WebMSniffer.looksLikeContinuation(cluster))
        #expect(WebMSniffer.looksLikeContinuation([1, 2, 3] + cluster))
        #expect(!WebMSniffer.looksLikeContinuation(Array("GIF89a, not a film".utf8)))
        #expect(!WebMSniffer.looksLikeContinuation([0x1F, 0x43]))
    }
}
