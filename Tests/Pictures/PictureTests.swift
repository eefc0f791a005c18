// What holds for pictures of every format.

import Testing

@testable import Pictures

@Suite struct PictureTests {
    @Test("there are samples of every format")
    func samples() {
        for format in PictureFormat.allCases {
            #expect(Sample.names.filter { Sample.format($0) == format }.count >= 4)
        }
    }

    @Test(
        "a picture is taken as what it is, and once more as it was put together",
        arguments: Sample.names)
    func taken(name: String) throws {
        let picture = try Sample.checked(Sample.bytes(name))
        #expect(picture.format == Sample.format(name))
        let size = name == "webp-odd" ? (17, 19) : (24, 16)
        #expect((picture.size.width, picture.size.height) == size)
        #expect(try Sample.checked(picture.bytes) == picture)
    }

    @Test(
        "nothing is left of what programs write beside a picture",
        arguments: ["jpeg", "png", "webp"])
    func notes(format: String) throws {
        let bytes = try Sample.bytes("\(format)-notes")
        let said = ["garden", "Exif", "EXIF", "eXIf", "iCCP", "ICCP", "ICC_PROFILE", "XMP", "pHYs"]
        #expect(said.contains { Sample.contains(bytes, $0) })
        let picture = try Sample.checked(bytes)
        for word in said { #expect(!Sample.contains(picture.bytes, word)) }
        #expect(picture.bytes.count < bytes.count)
    }

    @Test("what programs write beside a picture changes nothing of it")
    func plain() throws {
        let pairs = [
            ("jpeg-notes", "jpeg-baseline"), ("png-notes", "png-colour"),
            ("webp-notes", "webp-alpha"),
        ]
        for (noted, plain) in pairs {
            #expect(
                try Sample.checked(Sample.bytes(noted)) == Sample.checked(Sample.bytes(plain)))
        }
    }

    @Test("of what moves, the first picture stays")
    func animated() throws {
        let png = try Sample.checked(Sample.bytes("png-animated"))
        #expect(try png == Sample.checked(Sample.bytes("png-colour")))
        let webP = try Sample.checked(Sample.bytes("webp-animated"))
        for word in ["ANIM", "ANMF", "VP8X"] { #expect(!Sample.contains(webP.bytes, word)) }
    }

    @Test("a cut anywhere is noticed", arguments: Sample.names)
    func cuts(name: String) throws {
        let bytes = try Sample.bytes(name)
        for count in bytes.indices {
            #expect(throws: PictureFault.self) { try Sample.checked(Array(bytes.prefix(count))) }
        }
    }

    @Test("what follows the end is refused", arguments: Sample.names)
    func trailing(name: String) throws {
        for more in [[0], Array("<script>".utf8)] as [[UInt8]] {
            #expect(try Sample.fault(Sample.bytes(name) + more) == "Something follows its end.")
        }
    }

    @Test(
        "with any byte changed, it is refused, or is one that is taken as it was put together",
        arguments: Sample.names)
    func damaged(name: String) throws {
        let bytes = try Sample.bytes(name)
        for index in bytes.indices {
            for value in [0, 0xFF, bytes[index] ^ 1, bytes[index] ^ 0x80] {
                var other = bytes
                other[index] = value
                guard let picture = try? Sample.checked(other) else { continue }
                #expect(picture.bytes.count <= other.count + 1)
                #expect((try? Sample.checked(picture.bytes)) == picture)
            }
        }
    }

    @Test("other formats are named as what is not taken")
    func otherFormats() throws {
        for text in [
            "", "GIF89a", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>", "RIFF1234WAVE", "BM",
        ] {
            #expect(Sample.fault(Array(text.utf8)) == "It is neither a JPEG nor a PNG nor a WebP.")
        }
        let png = try Sample.bytes("png-colour")
        #expect(throws: PictureFault("It is not a JPEG.")) {
            try Picture(checking: png, as: [.jpeg], edgePixels: Sample.edges)
        }
    }

    @Test(
        "edges have bounds",
        arguments: ["jpeg-baseline", "png-colour", "webp-lossy", "webp-lossless", "webp-alpha"])
    func edges(name: String) throws {
        let bytes = try Sample.bytes(name)
        for edges in [17...24, 16...23, 1...15, 25...100] {
            let fault = PictureFault(
                "Its edges have to be of \(edges.lowerBound) to \(edges.upperBound) pixels.")
            #expect(throws: fault) { try Picture(checking: bytes, edgePixels: edges) }
        }
        #expect(throws: Never.self) { try Picture(checking: bytes, edgePixels: 16...24) }
    }
}
