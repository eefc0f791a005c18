// What is particular to JPEG.

import Testing

@testable import Pictures

@Suite struct JPEGTests {
    private static func made() throws -> [UInt8] { try Sample.bytes("jpeg-baseline") }

    private static func part(_ marker: UInt8, _ content: [UInt8]) -> [UInt8] {
        let length = content.count + 2
        return [0xFF, marker, UInt8(length >> 8), UInt8(length & 0xFF)] + content
    }

    /// Puts parts behind the first marker.
    private static func with(_ parts: [UInt8], in source: [UInt8]) -> [UInt8] {
        Array(source.prefix(2)) + parts + source.dropFirst(2)
    }

    private static func place(of marker: UInt8, in source: [UInt8]) throws -> Int {
        try #require(
            source.indices.dropLast().first { source[$0] == 0xFF && source[$0 + 1] == marker })
    }

    @Test("notes of programs are left out, and what a decoder needs is not")
    func notes() throws {
        let source = try Self.made()
        let plain = try Sample.checked(source)
        let secret = Array("where it was taken".utf8)
        let notes =
            Self.part(0xE1, Array("Exif\0\0".utf8) + secret)
            + Self.part(0xE1, Array("http://ns.adobe.com/xap/1.0/\0".utf8) + secret)
            + Self.part(0xE2, Array("ICC_PROFILE\0".utf8) + secret)
            + Self.part(0xED, Array("Photoshop 3.0\0".utf8) + secret)
            + Self.part(0xE0, Array("JFXX\0".utf8) + secret)
            // With a thumbnail of one pixel.
            + Self.part(0xE0, Array("JFIF\0".utf8) + [1, 1, 0, 0, 1, 0, 1, 1, 1, 9, 9, 9])
            + Self.part(0xFE, secret) + [0xFF, 0xFF]
        #expect(try Sample.checked(Self.with(notes, in: source)) == plain)
        let adobe = Self.part(0xEE, Array("Adobe".utf8) + [0, 100, 0, 0, 0, 0, 1])
        let withAdobe = try Sample.checked(Self.with(adobe, in: source))
        #expect(withAdobe.bytes.count == plain.bytes.count + adobe.count)
    }

    @Test(
        "other ways to code, other depths and other numbers of colours are refused",
        arguments: [
            (1, 0xC1), (1, 0xC3), (1, 0xC9), (1, 0xC8), (1, 0xDC), (4, 12), (9, 4), (9, 2), (9, 0),
        ] as [(Int, UInt8)])
    func otherFrames(offset: Int, value: UInt8) throws {
        var source = try Self.made()
        source[try Self.place(of: 0xC0, in: source) + offset] = value
        #expect(throws: PictureFault.self) { try Sample.checked(source) }
    }

    @Test("two frames, no tables, no picture, and bytes between parts are refused")
    func structure() throws {
        let source = try Self.made()
        let frame = try Self.place(of: 0xC0, in: source)
        let length = Int(source[frame + 2]) << 8 | Int(source[frame + 3])
        let copy = source[frame..<frame + 2 + length]
        let cases = [
            Self.with(Array(copy), in: source), Self.with([0], in: source),
            Self.with([0xFF, 0xDA, 0, 2], in: source), Self.with([0xFF, 0xE1, 0, 1], in: source),
            [0xFF, 0xD8, 0xFF, 0xD9],
            Self.with(Self.part(0xDB, [0x20]), in: source),
            Self.with(Self.part(0xC4, [UInt8](repeating: 0, count: 17)), in: source),
            Self.with(Self.part(0xDD, [1]), in: source),
            Self.with(
                Array(Array(repeating: [0xFF, 0xFE, 0, 2], count: 300).joined()), in: source),
        ]
        for bytes in cases { #expect(throws: PictureFault.self) { try Sample.checked(bytes) } }
    }
}
