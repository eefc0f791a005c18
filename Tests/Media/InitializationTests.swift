// The init as it is written: only elements of the list, whatever the broadcaster's had, and the same
// again when it is read.

import Testing

@testable import Media

private let size = element(ElementID.pixelWidth, 160) + element(ElementID.pixelHeight, 120)

private func video(_ extra: [UInt8] = [], inside: [UInt8] = []) -> [UInt8] {
    Document.track(
        1, type: 1, codec: "V_VP8", extra: extra + element(ElementID.video, size + inside))
}

private func double(_ id: UInt32, _ value: Double) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.appendElement(id, float: value)
    return bytes
}

/// The init of these track entries; read again, it must be the same.
private func initialization(_ entries: [UInt8]...) throws -> Initialization {
    let bytes =
        Document.header() + unknownSize(ElementID.segment) + Document.info()
        + element(ElementID.tracks, [UInt8](entries.joined()))
    let made = try #require(
        output(of: bytes + unknownSize(ElementID.cluster)).initializations.first)
    #expect(try Initialization(parsing: made.bytes, limits: .usual) == made)
    return made
}

/// All identifiers in an init, masters entered.
private func identifiers(in bytes: [UInt8]) throws -> [UInt32] {
    let masters: Set<UInt32> = [
        ElementID.ebml, ElementID.segment, ElementID.info, ElementID.tracks, ElementID.trackEntry,
        ElementID.video, ElementID.audio, ElementID.colour, ElementID.masteringMetadata,
        ElementID.projection,
    ]
    var found: [UInt32] = []
    var position = 0
    while position < bytes.count {
        guard
            case .header(let header) = try ElementHeader.parse(
                bytes.span, at: position, end: bytes.count)
        else { break }
        found.append(header.id)
        position += header.headerBytes
        if !masters.contains(header.id) { position += Int(header.size ?? 0) }
    }
    return found
}

private let trackUIDs: [UInt8] = element(ElementID.trackUID, 77)

@Suite("The init's list of elements")
struct InitializationTests {
    @Test(
        "an element that no player needs is not served",
        arguments: [
            0x55AE, 0x55AF, 0x55AB, 0x55AC, 0x55AD, 0x55AA, 0x22B59D, 0x258688, 0x6DE7, 0x6DF8,
            0xAA, 0x7446, 0x6FAB, 0xE2, 0x41E4, 0x6624, 0x234E7A, 0x537F, 0xC0, 0x3A9697, 0xEC,
            0xBF, 0x52F1,
        ] as [UInt32])
    func unneeded(id: UInt32) throws {
        let plain = try initialization(video(trackUIDs), Document.audio())
        let odd = try initialization(
            video(element(id, [0]) + trackUIDs), element(id, [0]), Document.audio())
        #expect(odd.bytes == plain.bytes)
    }

    @Test(
        "so is one in Video, Colour or Audio",
        arguments: [0x9D, 0x54B3, 0x2FB523, 0x2383E3, 0x53B9, 0x7D7B, 0x52F1] as [UInt32])
    func unneededInside(id: UInt32) throws {
        let plain = try initialization(video())
        let odd = try initialization(
            video(inside: element(id, [1]) + element(ElementID.colour, element(id, [1]))))
        #expect(odd.bytes == plain.bytes)
    }

    @Test("what decoders need is served as it came")
    func needed() throws {
        let colour = element(
            ElementID.colour,
            element(0x55B1, 9) + element(0x55BA, 16) + element(0x55BB, 9)
                + element(ElementID.masteringMetadata, double(0x55D9, 1_000)))
        let picture =
            element(ElementID.displayWidth, 16) + element(ElementID.displayHeight, 9)
            + element(ElementID.displayUnit, 3) + element(ElementID.pixelCropBottom, 8) + colour
        let opus = [UInt8]("OpusHead".utf8) + [1, 2, 0x38, 1, 0x80, 0xBB, 0, 0, 0, 0, 0]
        let sound = Document.track(
            2, type: 2, codec: "A_OPUS",
            extra: element(ElementID.codecPrivate, opus) + element(ElementID.codecDelay, 6_500_000)
                + element(ElementID.seekPreRoll, 80_000_000)
                + element(
                    ElementID.audio,
                    double(ElementID.samplingFrequency, 48_000) + element(ElementID.channels, 2)
                        + element(ElementID.bitDepth, 32)))
        let made = try initialization(
            video(element(ElementID.defaultDuration, 40_000_000), inside: picture), sound)
        for part in [
            picture, opus, element(ElementID.codecDelay, 6_500_000),
            element(ElementID.seekPreRoll, 80_000_000), element(ElementID.bitDepth, 32),
            element(ElementID.defaultDuration, 40_000_000),
        ] {
            // Of Video the order is ours.
            let found = try identifiers(in: part).allSatisfy {
                try identifiers(in: made.bytes).contains($0)
            }
            #expect(part == opus || found)
        }
        #expect(made.tracks[1].codecPrivate == opus)
    }

    @Test(
        "values that browsers stumble over are left out",
        arguments: [
            element(ElementID.displayUnit, 4) + element(ElementID.displayWidth, 16)
                + element(ElementID.displayHeight, 9),
            element(ElementID.displayWidth, 0), element(ElementID.displayWidth, 40_000),
            element(ElementID.pixelCropLeft, 4), element(ElementID.pixelCropBottom, 120),
            element(ElementID.stereoMode, 15), element(ElementID.alphaMode, 2),
            element(ElementID.flagInterlaced, 3),
            element(ElementID.colour, element(0x55BA, 200)),
            element(ElementID.projection, element(0x7671, 1)),
            element(ElementID.projection, element(0x7671, 0) + element(0x7672, [1])),
            element(ElementID.projection, element(0x7671, 1) + element(0x7672, [1])),
            element(ElementID.projection, double(0x7673, .nan)),
        ] as [[UInt8]])
    func outOfRange(inside: [UInt8]) throws {
        let plain = try initialization(video())
        let odd = try initialization(video(inside: inside))
        #expect(odd.bytes == plain.bytes)
    }

    @Test("centimetres become a ratio")
    func centimetres() throws {
        let sides = element(ElementID.displayWidth, 16) + element(ElementID.displayHeight, 9)
        let ratio = try initialization(video(inside: sides + element(ElementID.displayUnit, 3)))
        let metric = try initialization(video(inside: sides + element(ElementID.displayUnit, 1)))
        #expect(ratio.bytes == metric.bytes)
    }

    @Test(
        "H.264 and HEVC have a frame rate, because browsers wait for one; others only their own",
        arguments: [
            ("V_MPEG4/ISO/AVC", 0, 33_333_333), ("V_MPEGH/ISO/HEVC", 0, 33_333_333),
            ("V_MPEG4/ISO/AVC", 40_000_000, 40_000_000), ("V_VP8", 0, nil),
            ("V_VP8", 40_000_000, 40_000_000),
        ] as [(String, UInt64, UInt64?)])
    func frameRate(codecID: String, givenNs: UInt64, servedNs: UInt64?) throws {
        let table = try trackTable(
            Document.track(
                1, type: 1, codec: codecID, extra: element(ElementID.defaultDuration, givenNs)))
        let served = servedNs.map { element(ElementID.defaultDuration, $0) }
        let bytes = table.bytes
        let found = bytes.indices.contains {
            bytes[$0...].starts(with: served ?? [0x23, 0xE3, 0x83])
        }
        #expect(found == (served != nil))
        // What is not known is still taken from the frames.
        #expect(table.progress[0].hasFixedDuration == (givenNs > 0))
    }

    @Test("the default track of a kind comes first, and only one picture is served")
    func order() throws {
        let notDefault = element(ElementID.flagDefault, 0)
        let tracks = try initialization(
            Document.track(7, type: 2, codec: "A_OPUS", extra: notDefault), Document.audio(8),
            Document.track(9, type: 1, codec: "V_VP8", extra: notDefault),
            Document.video(5, codec: "V_VP9"),
            Document.track(3, type: 17, codec: "S_TEXT/UTF8"))
        #expect(tracks.tracks.map(\.codec) == ["vp9", "opus", "opus"])
        #expect(tracks.tracks.map(\.isDefault) == [true, true, false])
        #expect(tracks.leftOut.map(\.kind) == ["video", "subtitles"])
        #expect(tracks.leftOut.map(\.codec) == ["vp8", "text/utf8"])
        let table = try trackTable(Document.video(5), Document.video(6), Document.audio(8))
        #expect(table.sourceNumbers == [5, 8, 6])
        #expect(table.progress.map(\.isLeading) == [true, false])
    }

    @Test(
        "language and title are told, whatever players take",
        arguments: [
            ([], nil, nil),
            (
                element(ElementID.language, "ger") + element(ElementID.name, "Kamera"), "ger",
                "Kamera"
            ),
            (element(ElementID.languageBCP47, "pt-BR"), "pt-BR", nil),
            (
                element(ElementID.languageBCP47, "de") + element(ElementID.language, "ger"), "ger",
                nil
            ),
            (element(ElementID.language, "und"), nil, nil),
            (element(ElementID.language, "a\"b"), nil, nil),
            (element(ElementID.name, "Bühne 舞台"), nil, "Bühne 舞台"),
            (element(ElementID.name, [0xFF, 0xFE]), nil, nil),
            (element(ElementID.name, "a\u{7}b"), nil, "ab"),
            (
                element(ElementID.name, [UInt8](repeating: 0x41, count: 300)), nil,
                String(repeating: "A", count: 256)
            ),
            (
                element(ElementID.name, String(repeating: "ü", count: 200)), nil,
                String(repeating: "ü", count: 127)
            ),
        ] as [([UInt8], String?, String?)])
    func words(extra: [UInt8], language: String?, title: String?) throws {
        let plain = try initialization(video())
        let made = try initialization(video(extra))
        #expect(made.tracks[0].language == language)
        #expect(made.tracks[0].title == title)
        // What is only for people does not make it another broadcast.
        #expect(made.isCompatible(with: plain))
        #expect(!(try identifiers(in: made.bytes)).contains(ElementID.languageBCP47))
    }

    @Test(
        "the container is WebM only for its codecs, and video only with a picture",
        arguments: [
            ("V_VP8", "A_OPUS", "video/webm"), ("V_MJPEG", "A_OPUS", "video/x-matroska"),
            ("V_VP9", "A_AAC", "video/x-matroska"), (nil, "A_OPUS", "audio/webm"),
            (nil, "A_FLAC", "audio/x-matroska"), (nil, "A_AAC", "audio/x-matroska"),
        ] as [(String?, String, String)])
    func container(video: String?, audio: String, type: String) throws {
        let entries = [video.map { Document.video(codec: $0) }, Document.audio(codec: audio)]
        let made = try initialization([UInt8](entries.compactMap { $0 }.joined()))
        #expect(made.mimeType.hasPrefix(type + ";"))
        let docType = type.hasSuffix("webm") ? "webm" : "matroska"
        let written = element(ElementID.docType, docType)
        #expect(made.bytes.prefix(60).indices.contains { made.bytes[$0...].starts(with: written) })
    }

    @Test(
        "a codec in the form of another container has its name",
        arguments: [
            ("V_MS/VFW/FOURCC", [UInt8](repeating: 0, count: 16) + [UInt8]("XVID".utf8), "mpeg4"),
            ("V_MS/VFW/FOURCC", [UInt8](repeating: 0, count: 16) + [UInt8]("H264".utf8), "h264"),
            ("V_MS/VFW/FOURCC", [UInt8](repeating: 0, count: 16) + [UInt8]("ABCD".utf8), "abcd"),
            ("V_MS/VFW/FOURCC", [1, 2], "vfw"), ("V_UNCOMPRESSED", [], "raw"),
            ("V_QUICKTIME", [0, 0, 0, 90] + [UInt8]("SVQ3".utf8), "svq3"),
            ("V_QUICKTIME", [], "quicktime"), ("A_MS/ACM", [0x55, 0], "mp3"),
            ("A_MS/ACM", [0xFF, 0], "aac"), ("A_MS/ACM", [0x99, 0x99], "acm"),
            ("V_REAL/RV40", [], "rv40"), ("A_DTS/LOSSLESS", [], "dts"),
            ("V_NEW/ONE", [], "new/one"),
        ] as [(String, [UInt8], String)])
    func names(codecID: String, codecPrivate: [UInt8], name: String) {
        #expect(CodecName.short(for: codecID, codecPrivate: codecPrivate) == name)
    }
}

@Suite("Set-ups of sound")
struct SoundSetUpTests {
    private func refusal(_ codec: String, _ codecPrivate: [UInt8]) -> MediaError? {
        let setUp = codecPrivate.isEmpty ? [] : element(ElementID.codecPrivate, codecPrivate)
        do {
            _ = try trackTable(Document.track(4, type: 2, codec: codec, extra: setUp))
            return nil
        } catch { return error as? MediaError }
    }

    @Test("what no decoder would take is refused with the track's name")
    func refused() {
        let head = [UInt8]("OpusHead".utf8)
        let opus = MediaError.malformed("track 4 (opus) has no valid OpusHead in its CodecPrivate")
        #expect(refusal("A_OPUS", []) == nil)
        #expect(refusal("A_OPUS", head + [1, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0]) == nil)
        #expect(
            refusal("A_OPUS", head + [1, 6, 0, 0, 0, 0, 0, 0, 0, 0, 1, 4, 2, 0, 1, 2, 3, 4, 5])
                == nil)
        #expect(refusal("A_OPUS", head) == opus)
        #expect(refusal("A_OPUS", head + [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]) == opus)
        #expect(refusal("A_OPUS", head + [16, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0]) == opus)
        #expect(refusal("A_OPUS", head + [1, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0]) == opus)
        #expect(refusal("A_OPUS", head + [1, 6, 0, 0, 0, 0, 0, 0, 0, 0, 1, 4, 2]) == opus)
        let vorbis = MediaError.malformed(
            "track 4 (vorbis) does not have its three headers in its CodecPrivate")
        #expect(refusal("A_VORBIS", []) == vorbis)
        #expect(refusal("A_VORBIS", [2, 1, 1, 1, 3, 5]) == vorbis)
        let packets = [UInt8]([1, 3, 5]).flatMap { (kind: UInt8) -> [UInt8] in
            [kind] + "vorbis".utf8
        }
        #expect(refusal("A_VORBIS", [2, 7, 7] + packets) == nil)
        #expect(refusal("A_UNHEARD/OF", [1]) == nil)
    }

    @Test("what the container says enough for is made")
    func made() throws {
        let table = try trackTable(
            Document.audio(1), Document.audio(2, codec: "A_AAC"),
            Document.audio(3, codec: "A_AAC/MPEG4/MAIN"))
        #expect(
            table.tracks[0].codecPrivate
                == [UInt8]("OpusHead".utf8) + [1, 2, 0, 0, 0x80, 0xBB, 0, 0, 0, 0, 0])
        // AAC LC, 48 kHz, stereo: as every encoder writes it.
        #expect(table.tracks[1].codecPrivate == [0x11, 0x90])
        #expect(table.tracks[1].codecString == "mp4a.40.2")
        #expect(table.tracks[2].codecString == "mp4a.40.1")
    }

    @Test("channels are those that the decoder is set up for")
    func channels() throws {
        let mono = [UInt8]("OpusHead".utf8) + [1, 1, 0, 0, 0x80, 0xBB, 0, 0, 0, 0, 0]
        let table = try trackTable(
            Document.track(
                1, type: 2, codec: "A_OPUS",
                extra: element(ElementID.codecPrivate, mono)
                    + element(ElementID.audio, element(ElementID.channels, 2))))
        #expect(table.tracks[0].channels == 1)
    }

    @Test(
        "a frame lasts as long as its codec says",
        arguments: [
            ("A_OPUS", [0xFC], 20_000), ("A_OPUS", [0xFD, 1], 40_000), ("A_OPUS", [0x03], nil),
            ("A_OPUS", [0x80], 2_500), ("A_OPUS", [0x18], 60_000), ("A_OPUS", [0x60], 10_000),
            ("A_OPUS", [0xFF, 0x83], 60_000), ("A_OPUS", [0xFF, 0x3F], nil),
            ("A_AAC", [1], 21_333), ("A_MPEG/L3", [0xFF, 0xFB, 0x94, 0], 24_000),
            ("A_MPEG/L3", [0xFF, 0xF3, 0x94, 0], 24_000), ("A_MPEG/L3", [0, 0, 0, 0], nil),
            ("A_MPEG/L2", [0xFF, 0xFD, 0x94, 0], 24_000),
            ("A_AC3", [0x0B, 0x77, 0, 0, 0x14, 0x40], 32_000),
            ("A_EAC3", [0x0B, 0x77, 0, 0, 0x34, 0x80], 32_000),
            ("A_EAC3", [0x0B, 0x77, 0, 0, 0x04, 0x80], 5_333),
            ("A_FLAC", [0xFF, 0xF8, 0xC9, 0x18, 0], 85_333),
            ("A_FLAC", [0xFF, 0xF8, 0x79, 0x18, 0xC2, 0x80, 0x03, 0xBF], 20_000),
            ("A_FLAC", [0xFF, 0xF8, 0x79, 0x18, 0xFF], nil), ("A_VORBIS2", [1, 2], nil),
        ] as [(String, [UInt8], UInt64?)])
    func duration(codecID: String, frame: [UInt8], us: UInt64?) throws {
        let track = try trackTable(Document.audio(codec: codecID)).tracks[0]
        #expect(SoundDuration.us(of: frame.span, in: track) == us)
    }
}
