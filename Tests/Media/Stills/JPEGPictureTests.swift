// JPEGs of strangers: what is taken, what is left out of it, and what is refused.

import Foundation
import Testing

@testable import Media

@Suite struct JPEGPictureTests {
    private static let edges = 16...2_048

    /// A picture that ffmpeg has made.
    private static func made(_ size: String = "64x48", _ arguments: [String] = []) throws -> [UInt8]
    {
        [UInt8](
            try ForeignTool.run(
                ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=size=\(size)"]
                    + ["-frames:v", "1", "-c:v", "mjpeg", "-pix_fmt", "yuvj420p"] + arguments
                    + ["-f", "image2pipe", "-"]))
    }

    private static func checked(_ bytes: [UInt8]) throws(JPEGFault) -> JPEGPicture {
        try JPEGPicture(checking: bytes, edgePixels: edges)
    }

    private static func decoded(_ bytes: [UInt8]) throws -> Data {
        try ForeignTool.withFile(bytes, "jpg") { path in
            try ForeignTool.run(["ffmpeg", "-v", "error", "-i", path, "-f", "rawvideo", "-"])
        }
    }

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

    @Test(
        "a picture is taken with its size, and shows the same",
        arguments: ["64x48", "642x358", "16x16"])
    func taken(size: String) throws {
        let source = try Self.made(size)
        let picture = try Self.checked(source)
        #expect("\(picture.width)x\(picture.height)" == size)
        #expect(try Self.decoded(picture.bytes) == Self.decoded(source))
        #expect(try Self.checked(picture.bytes) == picture)
    }

    /// Of 16 pixels a side, in ten scans, as libjpeg writes it.
    private static let progressive = """
        /9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABsSFBcUERsXFhceHBsgKEIrKCUlKFE6PTBCYFVlZF9VXVtqeJmB
        anGQc1tdhbWGkJ6jq62rZ4C8ybqmx5moq6T/2wBDARweHigjKE4rK06kbl1upKSkpKSkpKSkpKSkpKSkpKSk
        pKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKT/wgARCAAQABADASIAAhEBAxEB/8QAFwAAAwEAAAAA
        AAAAAAAAAAAAAQIDBP/EABUBAQEAAAAAAAAAAAAAAAAAAAAB/9oADAMBAAIQAxAAAAGOhBH/xAAYEAADAQEA
        AAAAAAAAAAAAAAABAgMRE//aAAgBAQABBQLCknbkxxp1Bc//xAAaEQABBQEAAAAAAAAAAAAAAAABAAIxQeHw
        /9oACAEDAQE/AbDT04v/xAAYEQACAwAAAAAAAAAAAAAAAAAAARESIv/aAAgBAgEBPwF6ip//xAAZEAADAAMA
        AAAAAAAAAAAAAAAAAREiMVH/2gAIAQEABj8CXSrQsiRn/8QAGBABAQEBAQAAAAAAAAAAAAAAAREAIYH/2gAI
        AQEAAT8hoBiLR0UAroGHPEAycF5v/9oADAMBAAIAAwAAABDb/8QAGxEAAQQDAAAAAAAAAAAAAAAAIQABMWFR
        gdH/2gAIAQMBAT8QYzJ4qmsL/8QAGREAAgMBAAAAAAAAAAAAAAAAEUEAMVGR/9oACAECAQE/ELKkrOz/xAAc
        EAEAAgMAAwAAAAAAAAAAAAABABEhMWFRodH/2gAIAQEAAT8QurCajDSemEFkUGTF13LCGk62OgPPJQdNIm9f
        J//Z
        """

    @Test("a progressive picture is taken with all of its scans")
    func progressive() throws {
        let text = Self.progressive.replacingOccurrences(of: "\n", with: "")
        let source = [UInt8](try #require(Data(base64Encoded: text)))
        let picture = try Self.checked(source)
        #expect((picture.width, picture.height) == (16, 16))
        #expect(picture.bytes == source)
    }

    @Test("notes of programs are left out, and what a decoder needs is not")
    func notes() throws {
        let source = try Self.made()
        let plain = try Self.checked(source)
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
        #expect(try Self.checked(Self.with(notes, in: source)) == plain)
        let adobe = Self.part(0xEE, Array("Adobe".utf8) + [0, 100, 0, 0, 0, 0, 1])
        let withAdobe = try Self.checked(Self.with(adobe, in: source))
        #expect(withAdobe.bytes.count == plain.bytes.count + adobe.count)
    }

    @Test(
        "a picture that was damaged anywhere is refused, or is one that is taken as it was put together"
    )
    func damaged() throws {
        let source = try Self.made("16x16")
        var random = SeededRandom(seed: 14)
        for _ in 0..<5_000 {
            var other = source
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let index = Int.random(in: 0..<other.count, using: &random)
                other[index] =
                    Bool.random(using: &random) ? 0xFF : UInt8.random(in: 0...255, using: &random)
            }
            guard let picture = try? Self.checked(other) else { continue }
            #expect(picture.bytes.count <= other.count)
            #expect((try? Self.checked(picture.bytes)) == picture)
        }
    }

    @Test("a cut anywhere is noticed")
    func cuts() throws {
        let source = try Self.made("16x16")
        for count in source.indices {
            #expect(throws: JPEGFault.self) { try Self.checked(Array(source.prefix(count))) }
        }
    }

    @Test("what follows the end is refused")
    func trailing() throws {
        let source = try Self.made()
        #expect(throws: JPEGFault("Something follows its end.")) { try Self.checked(source + [0]) }
    }

    @Test("edges have bounds", arguments: ["15x16", "16x15", "2049x16", "16x2049"])
    func edges(size: String) throws {
        let source = try Self.made("16x16")
        let numbers = size.split(separator: "x").map { Int($0) ?? 0 }
        let frame = try Self.place(of: 0xC0, in: source)
        var other = source
        for (index, number) in [(5, numbers[1]), (7, numbers[0])] {
            other[frame + index] = UInt8(number >> 8)
            other[frame + index + 1] = UInt8(number & 0xFF)
        }
        let said = "Its edges have to be of 16 to 2048 pixels."
        #expect(throws: JPEGFault(said)) { try Self.checked(other) }
    }

    @Test(
        "other ways to code, other depths and other numbers of colours are refused",
        arguments: [
            (1, 0xC1), (1, 0xC3), (1, 0xC9), (1, 0xC8), (1, 0xDC), (4, 12), (9, 4), (9, 2), (9, 0),
        ] as [(Int, UInt8)])
    func otherFrames(offset: Int, value: UInt8) throws {
        var source = try Self.made()
        source[try Self.place(of: 0xC0, in: source) + offset] = value
        #expect(throws: JPEGFault.self) { try Self.checked(source) }
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
            [0xFF, 0xD8, 0xFF, 0xD9], Array("GIF89a".utf8), [],
            Self.with(Self.part(0xDB, [0x20]), in: source),
            Self.with(Self.part(0xC4, [UInt8](repeating: 0, count: 17)), in: source),
            Self.with(Self.part(0xDD, [1]), in: source),
            Self.with(
                Array(Array(repeating: [0xFF, 0xFE, 0, 2], count: 300).joined()), in: source),
        ]
        for bytes in cases { #expect(throws: JPEGFault.self) { try Self.checked(bytes) } }
    }
}
