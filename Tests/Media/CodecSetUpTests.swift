// What is made of real key frames where the container is silent, against what ffmpeg wrote for them;
// and which frames are places to begin.

import Testing

@testable import Media

private let usual = MediaLimits.usual

extension CodecSample {
    /// The table of a track of this codec, with what the container says of it.
    func table(codecPrivate: [UInt8] = [], extra: [UInt8] = []) throws -> TrackTable {
        let size = element(ElementID.pixelWidth, 16) + element(ElementID.pixelHeight, 16)
        let setUp = codecPrivate.isEmpty ? [] : element(ElementID.codecPrivate, codecPrivate)
        return try trackTable(
            Document.track(
                1, type: 1, codec: codecID,
                extra: setUp + extra + element(ElementID.video, size)))
    }

    var size: (Int, Int) { description == "h264-inter" ? (136, 104) : (130, 98) }
}

/// Reads a Tracks element.
func trackTable(_ entries: [UInt8]...) throws -> TrackTable {
    let content = [UInt8](entries.joined())
    return try TrackTable(tracks: 0..<content.count, in: content.span, limits: usual)
}

private func reader(_ table: TrackTable) -> FrameReader {
    FrameReader(
        track: table.tracks[0], packing: table.packings[0],
        mostFrameBytes: usual.blockBytes)
}

/// The same for arrays, which expectations can hold.
extension FrameReader {
    func isKey(_ frame: [UInt8]) -> Bool? { isKeyframe(frame.span) }

    func size(_ frame: [UInt8]) -> PictureSize? { pictureSize(frame.span) }

    /// Nil for a frame that is passed on as it is.
    mutating func unpacked(_ frame: [UInt8]) throws -> [UInt8]? {
        var output: [UInt8] = []
        let isNew = try unpack(frame.span, into: &output)
        #expect(isNew || output.isEmpty)
        return isNew ? output : nil
    }
}

extension Initialization {
    func size(_ cluster: ArraySlice<UInt8>) -> PictureSize? {
        pictureSize(clusterStart: cluster.span)
    }
}

extension TrackTable {
    @discardableResult
    mutating func complete(with frame: [UInt8]) -> Bool {
        complete(track: 1, firstKeyframe: frame.span)
    }
}

@Suite("Decoder set-ups from key frames")
struct CodecSetUpTests {
    @Test("a key frame gives codec string, set-up and size", arguments: CodecSample.all)
    func complete(sample: CodecSample) throws {
        for frame in [sample.withStartCodes, sample.withLengths] {
            var table = try sample.table()
            #expect(table.needsFirstFrame == (sample.codecID != "V_VP8"))
            let isComplete = table.complete(with: frame)
            #expect(isComplete)
            #expect(!table.needsFirstFrame)
            let track = table.tracks[0]
            #expect(track.codecString == sample.codecString)
            #expect((track.width ?? 0, track.height ?? 0) == sample.size)
            #expect(reader(table).isKey(frame) == true)
            let size = try #require(reader(table).size(frame))
            #expect((size.width, size.height) == sample.size)
            if sample.codecID.hasPrefix("V_MPEG") {
                #expect(track.codecPrivate == sample.codecPrivate)
            }
        }
    }

    @Test(
        "the AV1 set-up of a key frame is the one that ffmpeg writes",
        arguments: CodecSample.all.filter { $0.codecID == "V_AV1" })
    func av1(sample: CodecSample) throws {
        var table = try sample.table()
        table.complete(with: sample.frame)
        // Behind it stands the sequence header, of which one encoder has another spelling in its own
        // set-up.
        #expect(table.tracks[0].codecPrivate.prefix(4) == sample.codecPrivate.prefix(4))
        let header = sample.frame.prefix(2 + Int(sample.frame[1]))
        #expect([UInt8](table.tracks[0].codecPrivate.dropFirst(4)) == [UInt8](header))
    }

    @Test(
        "a set-up that the container gives is kept",
        arguments: CodecSample.all.filter { !$0.codecPrivate.isEmpty })
    func kept(sample: CodecSample) throws {
        let table = try sample.table(codecPrivate: sample.codecPrivate)
        #expect(!table.needsFirstFrame)
        #expect(table.packings[0].isPlain)
        #expect(table.tracks[0].codecPrivate == sample.codecPrivate)
        #expect(table.tracks[0].codecString == sample.codecString)
        let frame = sample.withLengths
        var frames = reader(table)
        let unpacked = try frames.unpacked(frame)
        #expect(unpacked == nil && frames.isKey(frame) == true)
    }

    @Test(
        "parameter sets behind start codes in the container make a set-up without any frame",
        arguments: CodecSample.all.filter { $0.codecID.hasPrefix("V_MPEG") })
    func setsInContainer(sample: CodecSample) throws {
        let sets = sample.parameterSets.flatMap { (set: [UInt8]) -> [UInt8] in [0, 0, 0, 1] + set }
        let table = try sample.table(codecPrivate: sets)
        #expect(!table.needsFirstFrame)
        #expect(table.tracks[0].codecPrivate == sample.codecPrivate)
        #expect(table.tracks[0].width == sample.size.0)
    }

    @Test(
        "start codes become lengths",
        arguments: CodecSample.all.filter { $0.codecID.hasPrefix("V_MPEG") })
    func lengths(sample: CodecSample) throws {
        var table = try sample.table()
        table.complete(with: sample.withStartCodes)
        var frames = reader(table)
        let unpacked = try frames.unpacked(sample.withStartCodes)
        #expect(unpacked == sample.withLengths)
        let passedOn = try frames.unpacked(sample.withLengths)
        #expect(passedOn == nil)
    }

    @Test("a cluster says the size of its pictures now", arguments: CodecSample.all)
    func clusterStart(sample: CodecSample) throws {
        var table = try sample.table()
        table.complete(with: sample.withStartCodes)
        let draft = HeaderDraft(docType: .webm, versions: (1, 1), scale: TickScale())
        let initialization = try Initialization(draft: draft, table: table, limits: usual)
        let start: [UInt8] = ClusterLayout.prefix + [0, 0, 0, 0, 0, 0, 0, 9]
        let sound = Document.block(2, 0, key: true)
        let frame = sample.withLengths + [UInt8](repeating: 7, count: 50)
        for block in [Document.block(1, 0, key: true, frame), Document.group(1, 0, frame)] {
            let cluster = start + sound + block
            let size = try #require(
                initialization.size(cluster.dropLast(40)))
            #expect((size.width, size.height) == sample.size)
            for length in cluster.indices {
                _ = initialization.size(cluster[..<length])
            }
        }
        #expect(initialization.size((start + sound)[...]) == nil)
        #expect(initialization.size(sample.frame[...]) == nil)
    }

    @Test("whatever is cut off or changed, nothing traps", arguments: CodecSample.all)
    func hostile(sample: CodecSample) throws {
        for source in [sample.withStartCodes, sample.withLengths, sample.frame] {
            var seed: UInt64 = 7
            for round in 0..<300 {
                var frame = [UInt8](source.prefix(round % (source.count + 1)))
                for _ in 0..<(round % 4) where !frame.isEmpty {
                    seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                    frame[Int(seed >> 33) % frame.count] = UInt8(truncatingIfNeeded: seed >> 24)
                }
                var table = try sample.table()
                table.complete(with: frame)
                var frames = reader(table)
                _ = (frames.isKey(frame), frames.size(frame))
                _ = try frames.unpacked(frame)
                #expect(!table.tracks[0].codecString.isEmpty)
                _ = try sample.table(codecPrivate: frame).tracks[0].codecString
            }
        }
    }
}

@Suite("Key frames")
struct KeyframeTests {
    @Test(
        "a frame's own bits say whether a decoder can begin with it",
        arguments: [
            ("V_VP8", [0x10, 0, 0, 0x9D, 1, 0x2A, 1, 0, 1, 0], true),
            ("V_VP8", [0x11, 0, 0, 1], false), ("V_VP8", [0x10, 0, 0, 1], nil),
            ("V_VP8", [], nil),
            ("V_VP9", [0x86, 0], false), ("V_VP9", [0x88], false), ("V_VP9", [0x02], nil),
            ("V_VP9", [0xB4], false), ("V_VP9", [], nil),
            // A key frame without sequence header, an inter frame, a key frame that is not shown.
            ("V_AV1", [0x32, 1, 0x10], false), ("V_AV1", [0x0A, 1, 0, 0x32, 1, 0x10], true),
            ("V_AV1", [0x12, 0, 0x32, 1, 0x30], false),
            ("V_AV1", [0x0A, 1, 0, 0x32, 1, 0x00], false), ("V_AV1", [0x80], nil),
            ("V_AV1", [0x32, 200, 1], nil),
            ("V_MPEG4/ISO/AVC", [0, 0, 0, 1, 9, 16, 0, 0, 1, 0x65, 0x88], true),
            ("V_MPEG4/ISO/AVC", [0, 0, 0, 1, 0x41, 0x9A], false),
            // An intra picture; one behind a recovery point of this frame; and of a later one.
            ("V_MPEG4/ISO/AVC", [0, 0, 0, 1, 0x41, 0x88, 0x84], nil),
            ("V_MPEG4/ISO/AVC", [0, 0, 0, 1, 6, 6, 1, 0xC4, 0x80, 0, 0, 1, 0x41, 0x88], true),
            ("V_MPEG4/ISO/AVC", [0, 0, 0, 1, 6, 6, 1, 0x44, 0x80, 0, 0, 1, 0x41, 0x9A], nil),
            ("V_MPEG4/ISO/AVC", [1, 2, 3, 4, 5], nil),
            ("V_MPEGH/ISO/HEVC", [0, 0, 0, 1, 0x26, 1, 0xAF], true),
            ("V_MPEGH/ISO/HEVC", [0, 0, 0, 1, 0x2A, 1, 0xAF], true),
            ("V_MPEGH/ISO/HEVC", [0, 0, 0, 1, 0x02, 1, 0xD0], false),
            ("V_MJPEG", [0xFF, 0xD8], nil), ("V_MS/VFW/FOURCC", [0, 0, 1, 0x65], nil),
        ] as [(String, [UInt8], Bool?)])
    func keyframe(codecID: String, frame: [UInt8], isKey: Bool?) throws {
        let table = try trackTable(Document.video(codec: codecID))
        #expect(reader(table).isKey(frame) == isKey)
    }

    @Test(
        "a track needs its first key frame when only that says what it is",
        arguments: [
            ("V_VP8", [], true, false), ("V_VP8", [], false, true), ("V_VP9", [], true, true),
            ("V_VP9", [1, 1, 2, 2, 1, 31, 3, 1, 10], true, false), ("V_VP9", [7], true, true),
            ("V_AV1", [], true, true), ("V_AV1", [0x81, 9, 12, 0], true, false),
            ("V_AV1", [0x80, 9, 12, 0], true, true), ("V_MPEG4/ISO/AVC", [], true, true),
            ("V_MPEG4/ISO/AVC", [1, 2, 3], true, true), ("V_MPEGH/ISO/HEVC", [], true, true),
            ("V_MJPEG", [], true, false), ("V_MJPEG", [], false, false),
        ] as [(String, [UInt8], Bool, Bool)])
    func needs(codecID: String, codecPrivate: [UInt8], hasSize: Bool, isNeeded: Bool) throws {
        let size = element(ElementID.pixelWidth, 16) + element(ElementID.pixelHeight, 16)
        let setUp = codecPrivate.isEmpty ? [] : element(ElementID.codecPrivate, codecPrivate)
        let table = try trackTable(
            Document.audio(),
            Document.track(
                1, type: 1, codec: codecID,
                extra: setUp + (hasSize ? element(ElementID.video, size) : [])))
        #expect(table.needsFirstFrame == isNeeded)
        #expect(table.needsFirstFrame(number: 1) == isNeeded)
        #expect(!table.needsFirstFrame(number: 2) && !table.needsFirstFrame(number: 3))
    }

    @Test(
        "the level of VP9 has room for the picture at its rate",
        arguments: [
            (320, 180, 0, 11), (640, 360, 40_000_000, 21), (1_280, 720, 33_000_000, 31),
            (1_920, 1_080, 33_000_000, 40), (1_920, 1_080, 16_666_666, 41),
            (3_840, 2_160, 16_666_666, 51), (8, 5_000, 40_000_000, 50),
            (65_535, 65_535, 1_000_000, 62),
        ])
    func level(width: Int, height: Int, durationNs: UInt64, level: UInt8) throws {
        let size = try #require(PictureSize(width: width, height: height))
        #expect(VP9.level(of: size, frameDurationNs: durationNs) == level)
    }
}
