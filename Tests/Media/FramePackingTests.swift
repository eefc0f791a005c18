// ContentEncodings: what is undone, and what is refused by its name.

import CZlib
import Testing

@testable import Media

/// A zlib stream, as a broadcaster makes it.
private func deflated(_ bytes: [UInt8]) -> [UInt8] {
    var length = compressBound(UInt(bytes.count))
    var output = [UInt8](repeating: 0, count: Int(length))
    precondition(compress(&output, &length, bytes, UInt(bytes.count)) == Z_OK)
    return [UInt8](output.prefix(Int(length)))
}

/// A ContentEncodings element.
private func encodings(
    algorithm: UInt64? = nil, settings: [UInt8]? = nil, scope: UInt64? = nil,
    isEncryption: Bool = false, times: Int = 1
) -> [UInt8] {
    var content = scope.map { element(ElementID.contentEncodingScope, $0) } ?? []
    if isEncryption { content += element(ElementID.contentEncodingType, 1) }
    content += element(
        ElementID.contentCompression,
        (algorithm.map { element(ElementID.contentCompAlgo, $0) } ?? [])
            + (settings.map { element(ElementID.contentCompSettings, $0) } ?? []))
    let encoding = element(ElementID.contentEncoding, content)
    return element(
        ElementID.contentEncodings, [UInt8](repeatElement(encoding, count: times).joined()))
}

private let opusHead = [UInt8]("OpusHead".utf8) + [1, 2, 0, 0, 0x80, 0xBB, 0, 0, 0, 0, 0]

private func table(_ encodings: [UInt8], codecPrivate: [UInt8] = opusHead) throws -> TrackTable {
    try trackTable(
        Document.track(
            3, type: 2, codec: "A_OPUS",
            extra: encodings + element(ElementID.codecPrivate, codecPrivate)))
}

@Suite("How frames are packed")
struct FramePackingTests {
    private func reader(_ table: TrackTable, mostFrameBytes: Int = 4_096) throws -> FrameReader {
        let packing = table.packings[0]
        // As it is after a change of process.
        let kept = try #require(FramePacking(snapshot: packing.snapshot))
        #expect(kept == packing)
        return FrameReader(
            track: table.tracks[0], packing: kept, mostFrameBytes: mostFrameBytes)
    }

    @Test("a frame that is not packed is passed on as it is")
    func plain() throws {
        var frames = try reader(table([]))
        let unpacked = try frames.unpacked([1, 2, 3])
        #expect(unpacked == nil)
    }

    @Test("a beginning that was left out is put back, and the init does not tell of it")
    func stripped() throws {
        let made = try table(encodings(algorithm: 3, settings: [0xFC, 0x7F]))
        var frames = try reader(made)
        let unpacked = try frames.unpacked([1, 2, 3])
        #expect(unpacked == [0xFC, 0x7F, 1, 2, 3])
        #expect(made.bytes == (try table([])).bytes)
    }

    @Test("zlib is undone, without an algorithm too", arguments: [0, nil] as [UInt64?])
    func zlib(algorithm: UInt64?) throws {
        let frame = [UInt8](repeating: 7, count: 3_000) + [1, 2, 3]
        var frames = try reader(table(encodings(algorithm: algorithm)))
        let unpacked = try frames.unpacked(deflated(frame))
        #expect(unpacked == frame)
        let again = try frames.unpacked(deflated([9]))
        #expect(again == [9])
    }

    @Test("a set-up that is packed is unpacked where the scope says so")
    func scope() throws {
        for (scope, given) in [
            (UInt64(1), opusHead), (2, deflated(opusHead)), (3, deflated(opusHead)),
        ] {
            let made = try table(encodings(algorithm: 0, scope: scope), codecPrivate: given)
            #expect(made.tracks[0].codecPrivate == opusHead)
            #expect(made.packings[0].isDeflated == (scope != 2))
        }
        let beginning = [UInt8](opusHead.prefix(4))
        let made = try table(
            encodings(algorithm: 3, settings: beginning, scope: 2),
            codecPrivate: [UInt8](opusHead.dropFirst(4)))
        #expect(made.tracks[0].codecPrivate == opusHead)
        #expect(made.packings[0].isPlain)
    }

    @Test("a few bytes do not become more than a frame may have")
    func bounded() throws {
        var frames = try reader(table(encodings(algorithm: 0)), mostFrameBytes: 10_000)
        #expect(throws: MediaError.self) {
            _ = try frames.unpacked(deflated([UInt8](repeating: 0, count: 10_000_000)))
        }
        let most = try frames.unpacked(deflated([UInt8](repeating: 0, count: 9_999)))
        #expect(most?.count == 9_999)
    }

    @Test("a broken stream of zlib is an error, with nothing put out")
    func broken() throws {
        let frame = deflated([UInt8](0..<200))
        var frames = try reader(table(encodings(algorithm: 0)))
        for bad in [[], [1, 2, 3], [UInt8](frame.dropLast()), frame + [0]] {
            #expect(throws: MediaError.self) { _ = try frames.unpacked(bad) }
        }
    }

    @Test("what cannot be undone is refused by its name")
    func refused() {
        let cases: [([UInt8], String)] = [
            (encodings(algorithm: 1), "track 3 (opus) is compressed with bzip2"),
            (encodings(algorithm: 2), "track 3 (opus) is compressed with LZO"),
            (encodings(algorithm: 9), "track 3 (opus) is compressed in a way that nobody knows"),
            (encodings(isEncryption: true), "track 3 (opus) is encrypted"),
            (
                encodings(algorithm: 3, settings: [UInt8](repeating: 1, count: 9)),
                "track 3 (opus) leaves out more than 8 bytes at the beginning of each frame"
            ),
            (
                encodings(algorithm: 0, times: 2),
                "track 3 (opus) has several encodings on top of each other"
            ),
        ]
        for (encodings, words) in cases {
            #expect(throws: MediaError.unsupported(words)) { _ = try table(encodings) }
        }
    }
}
