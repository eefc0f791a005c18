// What is particular to WebP.

import Testing

@testable import Pictures

@Suite struct WebPTests {
    private struct Chunk {
        let type: String
        var content: [UInt8]

        init(_ type: String, _ content: [UInt8]) {
            self.type = type
            self.content = content
        }

        var bytes: [UInt8] {
            Array(type.utf8) + Self.number(content.count) + content
                + (content.count & 1 == 1 ? [0] : [])
        }

        static func number(_ value: Int) -> [UInt8] {
            (0..<4).map { UInt8(value >> (8 * $0) & 0xFF) }
        }
    }

    private static func chunks(_ name: String) throws -> [Chunk] {
        let bytes = try Sample.bytes(name)
        var chunks: [Chunk] = []
        var position = 12
        while position < bytes.count {
            let length = bytes[position + 4..<position + 8].reversed().reduce(0) {
                $0 << 8 | Int($1)
            }
            let type = String(decoding: bytes[position..<position + 4], as: UTF8.self)
            chunks.append(Chunk(type, Array(bytes[position + 8..<position + 8 + length])))
            position += 8 + length + length & 1
        }
        return chunks
    }

    private static func file(_ chunks: [Chunk]) -> [UInt8] {
        let content = Array("WEBP".utf8) + chunks.flatMap(\.bytes)
        return Array("RIFF".utf8) + Chunk.number(content.count) + content
    }

    private static func changed(
        _ name: String, _ type: String, _ index: Int, _ value: UInt8
    ) throws -> String? {
        var chunks = try chunks(name)
        let chunk = try #require(chunks.firstIndex { $0.type == type })
        chunks[chunk].content[index] = value
        return Sample.fault(file(chunks))
    }

    @Test("its own reader of chunks is right")
    func same() throws {
        for name in Sample.names where Sample.format(name) == .webP {
            #expect(try Self.file(Self.chunks(name)) == Sample.bytes(name))
        }
    }

    @Test("a lossy picture has one chunk, and with transparency three")
    func kept() throws {
        for (name, types) in [
            ("webp-lossy", ["VP8 "]), ("webp-lossless", ["VP8L"]),
            ("webp-alpha", ["VP8X", "ALPH", "VP8 "]),
        ] {
            #expect(try Self.chunks(name).map(\.type) == types)
            #expect(try Sample.checked(Sample.bytes(name)).bytes == Sample.bytes(name))
        }
    }

    @Test(
        "frames that show nothing, or that are of another codec, are refused",
        arguments: [
            ("webp-lossy", "VP8 ", 0, 0x01), ("webp-lossy", "VP8 ", 0, 0x0E),
            ("webp-lossy", "VP8 ", 0, 0x00), ("webp-lossy", "VP8 ", 2, 0xFF),
            ("webp-lossy", "VP8 ", 3, 0x9C), ("webp-lossless", "VP8L", 0, 0x2E),
            ("webp-lossless", "VP8L", 4, 0xF0),
        ] as [(String, String, Int, UInt8)])
    func frames(name: String, type: String, index: Int, value: UInt8) throws {
        #expect(try Self.changed(name, type, index, value) == "A part of it is damaged.")
    }

    @Test("transparency is of a kind that exists")
    func transparency() throws {
        for value in [0x02, 0x20, 0x40, 0x80] as [UInt8] {
            #expect(
                try Self.changed("webp-alpha", "ALPH", 0, value) == "Its transparency is damaged.")
        }
    }

    @Test("every chunk is where and what it has to be")
    func structure() throws {
        let (plain, clear) = (try Self.chunks("webp-lossy"), try Self.chunks("webp-alpha"))
        let frame = try #require(try Self.chunks("webp-animated").first { $0.type == "ANMF" })
        let cases: [(chunks: [Chunk], said: String?)] = [
            ([], "It has no picture."),
            ([clear[0]], "It has no picture."),
            (plain + plain, "It has more than one picture."),
            (plain + [clear[0]], "A part of it is damaged."),
            ([clear[1], clear[1], clear[2]], "A part of it is damaged."),
            ([clear[2], clear[1]], "A part of it is damaged."),
            ([Chunk("VP8 ", [1, 2, 3])], "A part of it is damaged."),
            ([Chunk("VP8L", [0x2F])], "A part of it is damaged."),
            ([Chunk("ANMF", [UInt8](repeating: 0, count: 16))], "It is cut off."),
            (
                [Chunk("ANMF", frame.content.prefix(16) + Chunk("junk", []).bytes)],
                "It has no picture."
            ),
            (plain + [frame], "A part of it is damaged."),
            ([frame, frame], nil), ([frame] + plain, nil), ([Chunk("junk", [1])] + plain, nil),
        ]
        for (chunks, said) in cases { #expect(Sample.fault(Self.file(chunks)) == said) }
    }

    @Test("a picture that does not fill its canvas is refused")
    func canvas() throws {
        #expect(try Self.changed("webp-alpha", "VP8X", 4, 30) == "It does not fill its canvas.")
    }
}
