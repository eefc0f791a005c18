// Which tracks can be put into MP4, under which names, and what is said of those that cannot.

import Testing

@testable import Media

extension MediaTrack {
    /// A track as the container could have given it.
    static func made(
        _ codecID: String, _ codecPrivate: [UInt8] = [], size: (Int, Int)? = (640, 360),
        channels: Int = 2, rateHz: Int = 48_000
    ) -> MediaTrack {
        let isVideo = codecID.hasPrefix("V_")
        return MediaTrack(
            number: isVideo ? 1 : 2, kind: isVideo ? .video : .audio,
            codec: CodecName.short(for: codecID, codecPrivate: codecPrivate), codecID: codecID,
            width: isVideo ? size?.0 : nil, height: isVideo ? size?.1 : nil,
            channels: isVideo ? nil : channels, sampleRateHz: isVideo ? nil : rateHz,
            codecPrivate: codecPrivate)
    }
}

extension MP4Track {
    /// The box with the set-up of the decoder, without its size and name.
    var setUp: [UInt8] { [UInt8](entry.setUp.dropFirst(8)) }
}

func bytes(_ hex: String) -> [UInt8] {
    let digits = hex.filter { $0 != " " }.compactMap { $0.hexDigitValue }
    return stride(from: 0, to: digits.count, by: 2).map {
        UInt8(digits[$0] << 4 | digits[$0 + 1])
    }
}

/// OpusHead from its first channel count on.
func opusHead(_ rest: String) -> [UInt8] { [UInt8]("OpusHead".utf8) + [1] + bytes(rest) }

/// What stands in front of a FLAC file: 4,096 samples a block, so many hertz, channels, bits.
func flacHead(rateHz: UInt64, channels: UInt64, bits: UInt64) -> [UInt8] {
    var writer = BitWriter()
    for value: (UInt64, Int) in [
        (0x664C_6143, 32), (0, 8), (34, 24), (4_096, 16), (4_096, 16), (14, 24), (9_000, 24),
        (rateHz, 20), (channels - 1, 3), (bits - 1, 5), (0, 36), (0, 64), (0, 64),
    ] { writer.bits(value.0, value.1) }
    return writer.bytes
}

@Suite("Tracks of MP4")
struct MP4TrackTests {
    @Test("pictures have the set-up and the full name of their codec", arguments: CodecSample.all)
    func pictures(sample: CodecSample) throws {
        var table = try sample.table()
        table.complete(with: sample.withLengths)
        let media = table.tracks[0]
        guard media.codec != "vp8" else {
            #expect(throws: MP4TrackError(media, .codec)) { try MP4Track(media) }
            return
        }
        let track = try MP4Track(media)
        let names = ["h264": "avc1", "hevc": "hvc1", "vp9": "vp09", "av1": "av01"]
        #expect(track.entry.name == names[media.codec])
        #expect(track.codecString.hasPrefix(track.entry.name + "."))
        if sample.codecString != "vp9" { #expect(track.codecString == sample.codecString) }
        #expect(track.timescale == 90_000)
        #expect(track.codedSize == PictureSize(width: sample.size.0, height: sample.size.1))
        switch media.codec {
        case "vp9": break
        case "hevc": #expect(track.setUp == HEVC.complete(media.codecPrivate))
        default: #expect(track.setUp == media.codecPrivate)
        }
    }

    @Test(
        "hvc1 says of each list of parameter sets that it is complete, and of nothing else",
        arguments: [
            ("01 20 0001 0002 4001", "01 A0 0001 0002 4001"),
            (
                "03 20 0001 0002 4001 21 0002 0001 42 0001 42 22 0001 0001 44",
                "03 A0 0001 0002 4001 A1 0002 0001 42 0001 42 A2 0001 0001 44"
            ),
            // A note (SEI), and lists that say so already.
            ("02 27 0001 0002 4E01 A1 0001 0001 42", "02 27 0001 0002 4E01 A1 0001 0001 42"),
            // Cut off: what is there is read.
            ("02 20 0001 0002 40", "02 A0 0001 0002 40"), ("02 20 00", "02 20 00"), ("00", "00"),
        ])
    func completeSets(given: String, complete: String) {
        let head = [UInt8](repeating: 1, count: 22)
        #expect(HEVC.complete(head + bytes(given)) == head + bytes(complete))
        #expect(HEVC.complete(head) == head)
    }

    @Test(
        "VP9 is named in full, from its set-up or from its size",
        arguments: [
            ("", (640, 360), nil, "vp09.00.21.08", "00 15 82 020202"),
            ("", (1_280, 720), nil, "vp09.00.31.08", "00 1F 82 020202"),
            ("", (1_280, 720), 16_666_667, "vp09.00.40.08", "00 28 82 020202"),
            ("", (1_920, 1_080), nil, "vp09.00.40.08", "00 28 82 020202"),
            ("010100 02011E 030108 040100", (640, 360), nil, "vp09.00.30.08", "00 1E 80 020202"),
            ("010101 02011F 030108 040103", (640, 360), nil, "vp09.01.31.08", "01 1F 86 020202"),
            ("010102 02011F 03010C 040101", (640, 360), nil, "vp09.02.31.12", "02 1F C2 020202"),
            ("010103 020100", (640, 360), nil, "vp09.03.21.10", "03 15 A6 020202"),
        ] as [(String, (Int, Int), UInt64?, String, String)])
    func vp9(
        features: String, size: (Int, Int), durationNs: UInt64?, name: String, setUp: String
    ) throws {
        var media = MediaTrack.made("V_VP9", bytes(features), size: size)
        media.frameDurationNs = durationNs
        let track = try MP4Track(media)
        #expect(track.codecString == name)
        #expect(track.setUp == bytes("01 000000" + setUp + "0000"))
    }

    @Test(
        "VP9 says where samples of colour lie",
        arguments: [(nil, "82"), (false, "82"), (true, "80")])
    func chromaSiting(isBetweenLines: Bool?, setUp: String) throws {
        var media = MediaTrack.made("V_VP9", size: (640, 360))
        media.colour = VideoColour(
            primaries: 1, transfer: 1, matrix: 1, isFullRange: false,
            isChromaBetweenLines: isBetweenLines)
        #expect(try MP4Track(media).setUp == bytes("01 000000 00 15" + setUp + "010101 0000"))
        #expect(try MP4Track(media).codecString == "vp09.00.21.08")
    }

    @Test("wide colours are named, so that no screen shows them wrong")
    func wideColours() throws {
        let hdr = VideoColour(primaries: 9, transfer: 16, matrix: 9, isFullRange: false)
        var vp9 = MediaTrack.made("V_VP9", bytes("010102 02011F 03010A 040101"))
        vp9.colour = hdr
        #expect(try MP4Track(vp9).codecString == "vp09.02.31.10.01.09.16.09.00")
        #expect(try MP4Track(vp9).setUp == bytes("01000000 02 1F A2 091009 0000"))
        var av1 = MediaTrack.made("V_AV1", bytes("81084C00"))
        av1.colour = hdr
        #expect(try MP4Track(av1).codecString == "av01.0.08M.10.0.110.09.16.09.0")
        av1.colour = VideoColour(primaries: 1, transfer: 1, matrix: 1, isFullRange: true)
        #expect(try MP4Track(av1).codecString == "av01.0.08M.10")
        #expect(try MP4Track(av1).colour?.isFullRange == true)
        // The bitstream says it where the container does not.
        let rgb = CodecSample.named("av1-gbrp").codecPrivate
        let colour = try MP4Track(.made("V_AV1", rgb)).colour
        #expect(
            colour == VideoColour(primaries: 1, transfer: 13, matrix: 0, isFullRange: true))
    }

    @Test(
        "sound has the set-up of its codec, and is counted in its samples",
        arguments: [
            (
                "A_OPUS", opusHead("02 3801 80BB0000 0000 00"), "Opus", "dOps", 48_000, 2,
                "00 02 0138 0000BB80 0000 00"
            ),
            (
                // Of 44.1 kHz, which is not passed on, a gain of -1 dB, 5.1.
                "A_OPUS", opusHead("06 0000 44AC0000 00FF 01 04 02 000401020305"), "Opus", "dOps",
                48_000, 6, "00 06 0000 0000BB80 FF00 01 04 02 000401020305"
            ),
            (
                "A_AAC", bytes("1210"), "mp4a.40.2", "esds", 44_100, 2,
                "00000000 03 19 0000 00 04 11 40 15 000000 00000000 00000000 05 02 1210 06 01 02"
            ),
            (
                // Spectral band replication, stated: counted at the rate of the core.
                "A_AAC", bytes("2B118800"), "mp4a.40.5", "esds", 24_000, 2,
                "00000000 03 1B 0000 00 04 13 40 15 000000 00000000 00000000 05 04 2B118800 06 01"
                    + "02"
            ),
            (
                "A_AAC/MPEG4/LC", bytes("11B0"), "mp4a.40.2", "esds", 48_000, 6,
                "00000000 03 19 0000 00 04 11 40 15 000000 00000000 00000000 05 02 11B0 06 01 02"
            ),
            (
                "A_FLAC", flacHead(rateHz: 96_000, channels: 2, bits: 24), "fLaC", "dfLa", 96_000,
                2,
                "00000000 80 000022 1000 1000 00000E 002328 17700 37 000000000"
                    + "00000000000000000000000000000000"
            ),
        ] as [(String, [UInt8], String, String, UInt32, Int, String)])
    func sound(
        codecID: String, setUp: [UInt8], name: String, box: String, timescale: UInt32,
        channels: Int, made: String
    ) throws {
        let track = try MP4Track(.made(codecID, setUp, rateHz: 8_000))
        #expect(track.codecString == name)
        #expect(track.timescale == timescale)
        #expect(MediaTrack.made(codecID, setUp).timescale == timescale)
        #expect(track.channels == channels)
        #expect(track.codedSize == nil && track.shownSize == nil && track.frameRate == nil)
        #expect(Box.list(track.entry.setUp)?.map(\.name) == [box])
        #expect(track.setUp == bytes(made))
    }

    @Test("a long set-up of AAC has a length of two bytes")
    func longDescriptor() throws {
        let configuration = bytes("1210") + [UInt8](repeating: 0, count: 198)
        let setUp = try MP4Track(.made("A_AAC", configuration)).setUp
        #expect([UInt8](setUp.prefix(7)) == bytes("00000000 03 81 61"))
        #expect([UInt8](setUp[10..<13]) == bytes("04 81 58"))
        #expect([UInt8](setUp[26..<29]) == bytes("05 81 48"))
        let tooLong = configuration + [UInt8](repeating: 0, count: 1_000)
        let media = MediaTrack.made("A_AAC", tooLong)
        #expect(throws: MP4TrackError(media, .setUp)) { try MP4Track(media) }
    }

    @Test(
        "what HLS and DASH cannot carry is said in words",
        arguments: [
            ("V_VP8", "The picture is VP8, which HLS and DASH cannot carry. H.264, HEVC, VP9 and "),
            ("V_THEORA", "The picture is Theora, which HLS and DASH cannot carry. "),
            ("V_UNCOMPRESSED", "The picture is uncompressed video, which HLS and DASH cannot "),
            ("A_VORBIS", "The sound is Vorbis, which HLS and DASH cannot carry. AAC, Opus and F"),
            ("A_MPEG/L3", "The sound is MP3, which HLS and DASH cannot carry. "),
            ("A_PCM/INT/LIT", "The sound is uncompressed sound (PCM), which HLS and DASH cannot "),
            ("A_AC3", "The sound is AC-3, which HLS and DASH cannot carry. "),
            ("A_X\"Y/Z", "The sound is x-y-z, which HLS and DASH cannot carry. "),
            ("V_MPEG4/ISO/AVC", "The picture is H.264, but the set-up of its decoder is missing o"),
            ("V_MPEGH/ISO/HEVC", "The picture is HEVC, but the set-up of its decoder is missing "),
            ("V_AV1", "The picture is AV1, but the set-up of its decoder is missing or damaged, "),
            ("A_OPUS", "The sound is Opus, but the set-up of its decoder is missing or damaged, "),
            ("A_AAC", "The sound is AAC, but the set-up of its decoder is missing or damaged, so "),
            ("A_FLAC", "The sound is FLAC, but the set-up of its decoder is missing or damaged, s"),
        ])
    func refused(codecID: String, words: String) {
        let media = MediaTrack.made(codecID)
        #expect(media.timescale == nil)
        do throws(MP4TrackError) {
            _ = try MP4Track(media)
            Issue.record("it was taken")
        } catch {
            #expect(error.explanation.hasPrefix(words), "\(error.explanation)")
            #expect(error.explanation.hasSuffix("."))
        }
    }

    @Test("codecs in the form of another container are refused, too")
    func otherForms() {
        let wave = MediaTrack.made("A_MS/ACM", [0xFF, 0] + [UInt8](repeating: 0, count: 16))
        #expect(wave.codec == "aac")
        #expect(throws: MP4TrackError(wave, .codec)) { try MP4Track(wave) }
    }

    @Test(
        "a set-up without parameter sets is refused: players want them before the first picture",
        arguments: [
            ("V_MPEG4/ISO/AVC", "0164000B FF E0 00"),
            ("V_MPEGH/ISO/HEVC", "01016000000090000000000 01EF000FCFDF8F800000F 00"),
        ])
    func withoutSets(codecID: String, setUp: String) {
        let media = MediaTrack.made(codecID, bytes(setUp))
        #expect(throws: MP4TrackError(media, .setUp)) { try MP4Track(media) }
    }

    @Test("a picture without size is refused")
    func withoutSize() {
        let h264 = CodecSample.named("h264-8").codecPrivate
        let media = MediaTrack.made("V_MPEG4/ISO/AVC", h264, size: nil)
        #expect(throws: MP4TrackError(media, .pictureSize)) { try MP4Track(media) }
        #expect(
            MP4TrackError(media, .pictureSize).explanation
                == "The picture is H.264, but nothing says how large it is, so HLS and DASH cannot "
                + "carry it.")
    }

    @Test(
        "the size in which pictures are shown follows from the shape of pixels",
        arguments: [
            (nil, (720, 576)), ((16, 15), (768, 576)), ((64, 45), (1_024, 576)),
            ((8, 9), (640, 576)), ((1_000, 1), (720, 576)),
        ] as [((Int, Int)?, (Int, Int))])
    func shown(aspect: (Int, Int)?, size: (Int, Int)) throws {
        var media = MediaTrack.made("V_VP9", size: (720, 576))
        media.pixelAspect = aspect.flatMap { PixelAspect(horizontal: $0.0, vertical: $0.1) }
        #expect(try MP4Track(media).shownSize == PictureSize(width: size.0, height: size.1))
        #expect(try MP4Track(media).codedSize == PictureSize(width: 720, height: 576))
    }

    @Test("the frame rate is that of the bitstream, then that of the container, but no guess")
    func frameRate() throws {
        var media = MediaTrack.made("V_VP9")
        #expect(try MP4Track(media).frameRate == nil)
        media.frameDurationNs = 40_000_000
        #expect(try MP4Track(media).frameRate == 25)
        media.frameDurationNs = 33_333_333
        #expect(try MP4Track(media).frameRate == nil)
        var h264 = MediaTrack.made(
            "V_MPEG4/ISO/AVC", CodecSample.named("h264-8").codecPrivate)
        h264.frameDurationNs = 33_333_333
        #expect(try MP4Track(h264).frameRate == 25)
    }

    @Test("what the container says of colours and pixels reaches the track")
    func fromContainer() throws {
        func track(_ video: [UInt8]) throws -> MediaTrack {
            let size = element(ElementID.pixelWidth, 720) + element(ElementID.pixelHeight, 576)
            return try trackTable(
                Document.track(
                    1, type: 1, codec: "V_VP9", extra: element(ElementID.video, size + video))
            ).tracks[0]
        }
        func number(_ id: UInt32, _ value: UInt64) -> [UInt8] { element(id, value) }
        #expect(try track([]).colour == nil && track([]).pixelAspect == nil)
        let colour = element(
            ElementID.colour,
            number(ElementID.matrixCoefficients, 9) + number(ElementID.colourPrimaries, 9)
                + number(ElementID.transferCharacteristics, 18)
                + number(ElementID.colourRange, 2))
        #expect(
            try track(colour).colour
                == VideoColour(primaries: 9, transfer: 18, matrix: 9, isFullRange: true))
        // A broadcaster who comes back with others goes on in the same response.
        #expect(try track(colour).isDecoded(like: track([])))
        let width = number(ElementID.displayWidth, 1_024)
        #expect(
            try track(width).pixelAspect == PixelAspect(horizontal: 64, vertical: 45))
        let ratio =
            number(ElementID.displayWidth, 16) + number(ElementID.displayHeight, 9)
            + number(ElementID.displayUnit, 3)
        #expect(try track(ratio).pixelAspect == PixelAspect(horizontal: 64, vertical: 45))
        let cropped =
            number(ElementID.pixelCropRight, 80) + number(ElementID.displayWidth, 640)
        #expect(try track(cropped).pixelAspect == nil)
    }
}
