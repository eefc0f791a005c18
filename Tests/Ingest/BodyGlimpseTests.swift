import Settings
import Testing

@testable import Ingest

@Suite struct BodyGlimpseTests {
    private static let header: [UInt8] = [0x1A, 0x45, 0xDF, 0xA3]
    private static let cluster: [UInt8] = [0x1F, 0x43, 0xB6, 0x75]

    /// What is known when the bytes have come in pieces of that size.
    private func glimpse(
        _ bytes: [UInt8], piece: Int, isNumbered: Bool = false, isComplete: Bool = false
    ) -> BodyGlimpse {
        var glimpse = BodyGlimpse(of: [], isComplete: false, isNumbered: isNumbered)
        var count = 0
        while count < bytes.count {
            let next = min(count + piece, bytes.count)
            glimpse = glimpse.after(
                Array(bytes.prefix(next)), bytesBefore: count, isComplete: false,
                isNumbered: isNumbered)
            count = next
        }
        guard isComplete else { return glimpse }
        return glimpse.after(bytes, bytesBefore: count, isComplete: true, isNumbered: isNumbered)
    }

    @Test("nothing is known of nothing, except that it is all when it is complete")
    func nothing() {
        #expect(glimpse([], piece: 1) == BodyGlimpse())
        let complete = glimpse([], piece: 1, isComplete: true)
        #expect(complete.start == .continuation)
        #expect(complete.hasBegun && complete.isEnough && complete.looksLikeContinuation)
    }

    @Test("it does not matter in what pieces a body comes", arguments: 1...9)
    func pieces(_ piece: Int) {
        let bodies: [[UInt8]] = [
            Self.header + [1, 2, 3], Self.cluster + [0], Array("GIF89a, not a film".utf8),
            [7, 7, 7, 7, 7, 7] + Self.cluster, [7, 7, 7] + Self.cluster.dropLast(), [0x1F],
            [0x15, 0x49, 0xA9, 0x66, 0x80],
        ]
        for body in bodies {
            let atOnce = BodyGlimpse(of: body, isComplete: false, isNumbered: false)
            let inPieces = glimpse(body, piece: piece)
            #expect(inPieces.start == atOnce.start)
            if atOnce.start == .continuation {
                #expect(
                    inPieces.looksLikeContinuation == WebMSniffer.looksLikeContinuation(body),
                    "\(body)")
            }
        }
    }

    @Test("what a numbered chunk looks like is not asked")
    func numbered() {
        let bytes = Array("GIF89a, not a film".utf8)
        #expect(glimpse(bytes, piece: 3, isNumbered: true).looksLikeContinuation)
        #expect(!glimpse(bytes, piece: 3).looksLikeContinuation)
    }

    @Test("so many bytes are enough to know what a body is")
    func enough() {
        let bytes = [UInt8](repeating: 7, count: Limits.sniffBytes)
        #expect(!glimpse(Array(bytes.dropLast()), piece: 10_000).isEnough)
        #expect(glimpse(bytes, piece: 10_000).isEnough)
    }
}
