// The beginning of a file, field by field.

import Testing

@testable import Media

@Suite("Inits of MP4")
struct MP4InitializationTests {
    private func initialization(_ media: MediaTrack) throws -> [UInt8] {
        MP4Initialization(try MP4Track(media)).bytes
    }

    private func number(_ content: [UInt8], at start: Int, bytes count: Int = 4) -> Int {
        content[start..<start + count].reduce(0) { $0 << 8 | Int($1) }
    }

    @Test("it has one track, no sample, and says so")
    func tree() throws {
        var picture = MediaTrack.made("V_VP9")
        picture.language = "en"
        let video = try initialization(picture)
        #expect(
            Box.tree(video)
                == "ftyp moov(mvhd trak(tkhd mdia(mdhd hdlr elng minf(vmhd dinf(dref) "
                + "stbl(stsd stts stsc stsz stco)))) mvex(trex))")
        var sound = MediaTrack.made("A_AAC", [0x12, 0x10])
        sound.language = "ger"
        #expect(
            Box.tree(try initialization(sound))
                == "ftyp moov(mvhd trak(tkhd mdia(mdhd hdlr minf(smhd dinf(dref) "
                + "stbl(stsd stts stsc stsz stco)))) mvex(trex))")
        for name in ["stts", "stsc", "stco"] {
            let box = try #require(Box.at("moov/trak/mdia/minf/stbl/\(name)", in: video))
            #expect(box.content == bytes("00000000 00000000"))
        }
        let sizes = try #require(Box.at("moov/trak/mdia/minf/stbl/stsz", in: video))
        #expect(sizes.content == bytes("00000000 00000000 00000000"))
        let trex = try #require(Box.at("moov/mvex/trex", in: video))
        #expect(trex.content == bytes("00000000 00000001 00000001 00000000 00000000 00000000"))
    }

    @Test("it says which files it begins")
    func brands() throws {
        let vp9 = try #require(Box.at("ftyp", in: initialization(.made("V_VP9"))))
        #expect(String(decoding: vp9.content, as: UTF8.self) == "iso6\0\0\0\0iso6cmfcmp41")
        let media = MediaTrack.made("V_AV1", CodecSample.named("av1-svt10").codecPrivate)
        let av1 = try #require(Box.at("ftyp", in: initialization(media)))
        #expect(String(decoding: av1.content, as: UTF8.self) == "iso6\0\0\0\0iso6cmfcmp41av01")
    }

    @Test("durations are zero, and times are counted in the track's own units")
    func headers() throws {
        let media = MediaTrack.made("A_AAC", [0x12, 0x10])
        let made = try initialization(media)
        let mvhd = try #require(Box.at("moov/mvhd", in: made)).content
        #expect(mvhd.count == 100)
        #expect((number(mvhd, at: 12), number(mvhd, at: 16)) == (44_100, 0))
        #expect(number(mvhd, at: 96) == 2)
        let tkhd = try #require(Box.at("moov/trak/tkhd", in: made)).content
        #expect(tkhd.count == 84)
        #expect(number(tkhd, at: 0) == 7)
        #expect((number(tkhd, at: 12), number(tkhd, at: 20)) == (1, 0))
        #expect(number(tkhd, at: 36, bytes: 2) == 0x100)
        #expect((number(tkhd, at: 76), number(tkhd, at: 80)) == (0, 0))
        let mdhd = try #require(Box.at("moov/trak/mdia/mdhd", in: made)).content
        #expect((number(mdhd, at: 12), number(mdhd, at: 16)) == (44_100, 0))
        let hdlr = try #require(Box.at("moov/trak/mdia/hdlr", in: made)).content
        #expect(String(decoding: hdlr[8..<12], as: UTF8.self) == "soun")
        #expect(hdlr.last == 0)
    }

    @Test("a picture's entry has its size, its set-up, its colours and the shape of its pixels")
    func picture() throws {
        var media = MediaTrack.made("V_VP9", size: (720, 576))
        media.pixelAspect = PixelAspect(horizontal: 16, vertical: 15)
        media.colour = VideoColour(primaries: 5, transfer: 6, matrix: 5, isFullRange: true)
        let made = try initialization(media)
        let entry = try #require(Box.at("moov/trak/mdia/minf/stbl/stsd/vp09", in: made))
        #expect(entry.content[0..<8] == bytes("000000000000 0001")[...])
        #expect((number(entry.content, at: 24, bytes: 2)) == 720)
        #expect((number(entry.content, at: 26, bytes: 2)) == 576)
        let parts = entry.children(after: 78)
        #expect(parts.map(\.name) == ["vpcC", "colr", "pasp"])
        #expect(parts[1].content == [UInt8]("nclx".utf8) + bytes("0005 0006 0005 80"))
        #expect(parts[2].content == bytes("00000010 0000000F"))
        let tkhd = try #require(Box.at("moov/trak/tkhd", in: made)).content
        #expect((number(tkhd, at: 76), number(tkhd, at: 80)) == (768 << 16, 576 << 16))
        // Nothing is said of colours that nobody knows; pixels are square.
        let plain = try #require(
            Box.at("moov/trak/mdia/minf/stbl/stsd/vp09", in: initialization(.made("V_VP9"))))
        #expect(plain.children(after: 78).map(\.name) == ["vpcC", "pasp"])
        #expect(plain.children(after: 78).last?.content == bytes("00000001 00000001"))
    }

    @Test(
        "an entry of sound has its channels, its depth and its rate, as far as there is room",
        arguments: [
            (48_000, 24, 48_000), (96_000, 24, 48_000), (192_000, 16, 48_000), (44_100, 16, 44_100),
            (65_535, 8, 65_535), (65_537, 16, 0), (131_070, 16, 65_535),
        ] as [(UInt64, UInt64, Int)])
    func sound(rateHz: UInt64, bits: UInt64, said: Int) throws {
        let media = MediaTrack.made(
            "A_FLAC", flacHead(rateHz: rateHz, channels: 2, bits: bits))
        let made = try initialization(media)
        let entry = try #require(Box.at("moov/trak/mdia/minf/stbl/stsd/fLaC", in: made))
        #expect(number(entry.content, at: 16, bytes: 2) == 2)
        #expect(number(entry.content, at: 18, bytes: 2) == Int(bits))
        #expect(number(entry.content, at: 24) == said << 16)
        #expect(entry.children(after: 28).map(\.name) == ["dfLa"])
    }

    @Test(
        "a language is said in three letters, and as a tag where they are not enough",
        arguments: [
            (nil, "und", nil), ("eng", "eng", nil), ("ger", "deu", nil), ("deu", "deu", nil),
            ("fre", "fra", nil), ("en", "und", "en"), ("pt-BR", "und", "pt-BR"),
            ("ENG", "und", "ENG"), ("a1b", "und", "a1b"),
        ] as [(String?, String, String?)])
    func languages(given: String?, code: String, tag: String?) throws {
        let language = MP4Language(given)
        let letters = [10, 5, 0].map { UInt8(language.code >> UInt16($0) & 0x1F) + 0x60 }
        #expect(String(decoding: letters, as: UTF8.self) == code)
        #expect(language.tag == tag)
    }

    @Test("equal tracks have equal inits")
    func equal() throws {
        var media = MediaTrack.made("V_AV1", CodecSample.named("av1-rav1e").codecPrivate)
        let first = try initialization(media)
        media.title = "another title"
        #expect(try initialization(media) == first)
    }
}
