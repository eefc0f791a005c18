// What is particular to PNG.

import Testing

@testable import Pictures

@Suite struct PNGTests {
    private struct Chunk {
        let type: String
        var content: [UInt8]

        init(_ type: String, _ content: [UInt8] = []) {
            self.type = type
            self.content = content
        }

        var bytes: [UInt8] {
            let named = Array(type.utf8) + content
            return Self.number(UInt32(content.count)) + named
                + Self.number(CRC32.checksum(of: named[...]))
        }

        private static func number(_ value: UInt32) -> [UInt8] {
            (0..<4).map { UInt8(value >> (24 - 8 * $0) & 0xFF) }
        }
    }

    private static func chunks(_ name: String) throws -> [Chunk] {
        let bytes = try Sample.bytes(name)
        var chunks: [Chunk] = []
        var position = 8
        while position < bytes.count {
            let length = bytes[position..<position + 4].reduce(0) { $0 << 8 | Int($1) }
            let type = String(decoding: bytes[position + 4..<position + 8], as: UTF8.self)
            chunks.append(Chunk(type, Array(bytes[position + 8..<position + 8 + length])))
            position += 12 + length
        }
        return chunks
    }

    private static func file(_ chunks: [Chunk]) -> [UInt8] {
        PNGReader.beginning + chunks.flatMap(\.bytes)
    }

    /// The chunks of a picture, one of them replaced by others.
    private static func with(
        _ others: [Chunk], at index: Int, of name: String = "png-colour"
    ) throws -> String? {
        var chunks = try chunks(name)
        chunks.replaceSubrange(index..<index + 1, with: others)
        return Sample.fault(file(chunks))
    }

    private static func header(_ place: Int, _ value: UInt8) throws -> Chunk {
        var header = try chunks("png-colour")[0]
        header.content[place] = value
        return header
    }

    @Test("its own reader of chunks is right")
    func same() throws {
        for name in Sample.names where Sample.format(name) == .png {
            #expect(try Self.file(Self.chunks(name)) == Sample.bytes(name))
        }
    }

    @Test(
        "kinds of colours, of compression and of interlacing that do not exist are refused",
        arguments: [
            (8, 3), (8, 0), (8, 4), (9, 1), (9, 3), (9, 5), (9, 7), (10, 1), (11, 1), (12, 2),
        ] as [(Int, UInt8)])
    func header(place: Int, value: UInt8) throws {
        let header = try Self.header(place, value)
        let said =
            value == 3 && place == 9
            ? "It has no palette." : "Its kind of colours or of compression does not exist."
        #expect(try Self.with([header], at: 0) == said)
    }

    @Test("every chunk is where and what it has to be")
    func structure() throws {
        let plain = try Self.chunks("png-colour")
        let (header, data) = (plain[0], plain[1])
        let cases: [(others: [Chunk], index: Int, said: String)] = [
            ([], 0, "It does not begin with its size."),
            ([Chunk("IHDR", [])], 0, "A part of it is damaged."),
            ([header, header], 0, "It has a part that no decoder knows."),
            ([], 1, "It has no picture."),
            ([Chunk("IDAT")], 1, "It has no picture."),
            ([data, Chunk("tEXt", [1]), data], 1, "Its picture is interrupted."),
            ([Chunk("ABCD"), data], 1, "It has a part that no decoder knows."),
            ([Chunk("ab1d"), data], 1, "A part of it has no name."),
            ([Chunk("PLTE", [1, 2]), data], 1, "Its palette is damaged."),
            ([Chunk("PLTE", []), data], 1, "Its palette is damaged."),
            ([data, Chunk("PLTE", [1, 2, 3])], 1, "Its palette is damaged."),
            ([Chunk("tRNS", [1, 2]), data], 1, "Its transparency is damaged."),
            ([Chunk("IEND", [1])], 2, "A part of it is damaged."),
            ([], 2, "It is cut off."),
        ]
        for (others, index, said) in cases {
            #expect(try Self.with(others, at: index) == said)
        }
    }

    @Test("palettes and transparency fit the colours")
    func palettes() throws {
        let chunks = try Self.chunks("png-palette")
        let palette = try #require(chunks.firstIndex { $0.type == "PLTE" })
        let transparency = try #require(chunks.firstIndex { $0.type == "tRNS" })
        let many = Chunk("PLTE", [UInt8](repeating: 1, count: 3 * 257))
        #expect(try Self.with([many], at: palette, of: "png-palette") == "Its palette is damaged.")
        #expect(try Self.with([], at: palette, of: "png-palette") == "Its transparency is damaged.")
        let long = Chunk("tRNS", [UInt8](repeating: 1, count: 9))
        #expect(
            try Self.with([long], at: transparency, of: "png-palette")
                == "Its transparency is damaged.")
        #expect(
            try Self.with([Chunk("PLTE", [1, 2, 3])], at: 1, of: "png-grey")
                == "Its palette is damaged.")
    }

    @Test("a chunk whose checksum is wrong is damaged, if it is one that stays")
    func checksums() throws {
        var bytes = try Sample.bytes("png-colour")
        bytes[bytes.count - 13] ^= 1
        #expect(Sample.fault(bytes) == "A part of it is damaged.")
    }

    @Test("what colours mean stays where it is said once, in its place, and in a few numbers")
    func colours() throws {
        let plain = try Self.chunks("png-colour")
        let gamma = Chunk("gAMA", [0, 0, 0xB1, 0x8F])
        let once = try Sample.checked(Self.file([plain[0], gamma] + plain[1...]))
        #expect(Sample.contains(once.bytes, "gAMA"))
        let others = [
            [plain[0], gamma, gamma] + plain[1...],
            [plain[0], gamma, Chunk("gAMA", [1])] + plain[1...],
            [plain[0], gamma, plain[1], gamma, plain[2]],
        ]
        for other in others { #expect(try Sample.checked(Self.file(other)) == once) }
    }
}
