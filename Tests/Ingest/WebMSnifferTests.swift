import Testing

@testable import Ingest

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
