// Every way in which input can be wrong, and the error it gets; and odd input that is right.

import Testing

@testable import Media

private struct Case: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let bytes: [UInt8]
    let error: MediaError?

    init(_ name: String, _ bytes: [UInt8], _ error: MediaError?) {
        testDescription = name
        self.bytes = bytes
        self.error = error
    }
}

private let start = Document.start(Document.video(), Document.audio())
private let cluster = start + Document.cluster(at: 0)
private let onlySubtitles = Document.track(3, type: 0x11, codec: "S_TEXT/UTF8")
private let largerThanParent: MediaError = .malformed("an element is larger than its parent")
private let unknown: MediaError =
    .malformed("an element other than Segment and Cluster has an unknown size")

private let headerCases = [
    Case("text", [UInt8]("<!doctype html>".utf8), .notWebM),
    Case("an mp4", [0, 0, 0, 0x20, 0x66, 0x74, 0x79, 0x70], .notWebM),
    Case("another DocType", Document.header(docType: "odd"), .notWebM),
    Case("no DocType", element(ElementID.ebml, element(ElementID.docTypeVersion, 2)), .notWebM),
    Case("a Cluster first", Document.cluster(at: 0), .missingInitialization),
    Case("a Segment first", unknownSize(ElementID.segment), .missingInitialization),
    Case(
        "identifiers of five bytes",
        Document.header(extra: element(ElementID.ebmlMaxIDLength, 5)),
        .malformed("EBMLMaxIDLength is over 4")),
    Case(
        "sizes of nine bytes", Document.header(extra: element(ElementID.ebmlMaxSizeLength, 9)),
        .malformed("EBMLMaxSizeLength is over 8")),
    Case(
        "EBML 2", Document.header(extra: element(ElementID.ebmlReadVersion, 2)),
        .malformed("an EBML version other than 1")),
    Case("an EBML header of unknown size", unknownSize(ElementID.ebml), unknown),
    Case("a huge EBML header", claim(ElementID.ebml, size: 70_000), .tooLarge("the EBML header")),
    Case(
        "no Segment", Document.header() + Document.info(),
        .malformed("no Segment after the EBML header")),
    Case(
        "a Cluster before Tracks",
        Document.header() + unknownSize(ElementID.segment) + Document.cluster(at: 0),
        .malformed("a Cluster before Tracks")),
    Case(
        "a time scale of nothing", Document.start(timestampScale: 0, Document.video()),
        .malformed("TimestampScale is out of range")),
    Case(
        "a huge Info",
        Document.header() + unknownSize(ElementID.segment)
            + claim(ElementID.info, size: 70_000), .tooLarge("Info")),
    Case(
        "huge Tracks",
        Document.header() + unknownSize(ElementID.segment)
            + claim(ElementID.tracks, size: 70_000), .tooLarge("Tracks")),
]

private let trackCases = [
    Case("no tracks", Document.start(), .malformed("no video and no audio track")),
    Case(
        "only subtitles", Document.start(onlySubtitles),
        .malformed("no video and no audio track")),
    Case(
        "nine tracks",
        Document.header() + unknownSize(ElementID.segment)
            + element(
                ElementID.tracks, (1...9).flatMap { Document.audio($0) }),
        .tooLarge("too many tracks")),
    Case(
        "the same number twice", Document.start(Document.video(1), Document.audio(1)),
        .malformed("two tracks have the same number")),
    Case(
        "track number 0", Document.start(Document.video(0)),
        .malformed("a track number is out of range")),
    Case(
        "a track number of 40 bits", Document.start(Document.video(1 << 40)),
        .malformed("a track number is out of range")),
    Case(
        "a codec with a line break", Document.start(Document.video(codec: "V_VP8\n")),
        .malformed("a string is too long or not printable")),
    Case(
        "no codec", Document.start(Document.video(codec: "")),
        .malformed("a track has no codec")),
    Case(
        "a picture a million pixels wide",
        Document.start(
            Document.track(
                1, type: 1, codec: "V_VP8",
                extra: element(ElementID.video, element(ElementID.pixelWidth, 1_000_000)))),
        .malformed("a picture size is out of range")),
    Case(
        "an infinite sampling rate",
        Document.start(
            Document.track(
                1, type: 2, codec: "A_OPUS",
                extra: element(
                    ElementID.audio,
                    element(ElementID.samplingFrequency, [0x7F, 0x80, 0, 0])))),
        .malformed("an audio track's sampling rate or channel count is out of range")),
    Case(
        "a track larger than Tracks",
        Document.header() + unknownSize(ElementID.segment)
            + element(ElementID.tracks, claim(ElementID.trackEntry, size: 90)),
        largerThanParent),
]

/// What cannot be right once a broadcast has begun.
private let brokenCases = [
    Case(
        "a block for an unknown track", cluster + Document.block(7, 0), nil),
    Case(
        "a block before the time", start + unknownSize(ElementID.cluster) + Document.block(1, 0),
        nil),
    Case(
        "two times", cluster + element(ElementID.timestamp, 1), nil),
    Case(
        "a time of 64 bits", start + Document.cluster(at: UInt64.max), nil),
    Case(
        "an empty block", cluster + element(ElementID.simpleBlock, [UInt8]()), nil),
    Case(
        "a block of two bytes", cluster + element(ElementID.simpleBlock, [0x81, 0]), nil),
    Case(
        "a block over its limit", cluster + claim(ElementID.simpleBlock, size: 5 << 20), nil),
    Case(
        "a block in a group over its limit",
        cluster + claim(ElementID.blockGroup, size: 5 << 20), nil),
    Case("a block of unknown size", cluster + unknownSize(ElementID.simpleBlock), nil),
    Case(
        "a group without a block", cluster + element(ElementID.blockGroup, [UInt8]()), nil),
    Case(
        "a group with two blocks",
        cluster + Document.group(1, 0, extra: element(ElementID.block, [0x81, 0, 0, 0])), nil),
    Case("a block in the Segment", start + Document.block(1, 0), nil),
    Case("a Segment in the Segment", start + unknownSize(ElementID.segment), nil),
    Case("a Segment in a Cluster", cluster + unknownSize(ElementID.segment), nil),
    Case(
        "an identifier of five bytes", cluster + [0x08, 0, 0, 0, 0, 0], nil),
    Case(
        "a reserved identifier", cluster + [0xFF, 0x81, 0], nil),
    Case(
        "a size of nine bytes", cluster + [0xA3, 0x00], nil),
    Case(
        "a Cluster in a Cluster of known size",
        start + claim(ElementID.cluster, size: 100) + Document.cluster(at: 0), nil),
    Case(
        "a block larger than its Cluster",
        start + claim(ElementID.cluster, size: 9) + element(ElementID.timestamp, 0)
            + Document.block(1, 0), nil),
    Case(
        "a Cluster larger than its Segment",
        Document.header() + claim(ElementID.segment, size: 100) + Document.info()
            + Document.tracks(Document.video(), Document.audio())
            + claim(ElementID.cluster, size: 100), nil),
    Case(
        "data after the Segment",
        Document.header()
            + element(
                ElementID.segment,
                Document.info() + Document.tracks(Document.video(), Document.audio()))
            + Document.cluster(at: 0), nil),
    Case(
        "a huge unknown element", cluster + claim(0x4FFE, size: 100_000), nil),
    Case("zeros", cluster + [UInt8](repeating: 0, count: 500), nil),
    Case("text", cluster + [UInt8]("<!doctype html><p>502 Bad Gateway".utf8), nil),
    Case(
        "a header whose first bytes are zeros",
        cluster + [UInt8](repeating: 0, count: 12) + start.dropFirst(12), nil),
    Case("a header of another kind", cluster + Document.header(docType: "odd"), nil),
    Case(
        "a lace that is larger than its block",
        cluster + element(ElementID.simpleBlock, [0x82, 0, 0, 0x02, 3, 255, 9]), nil),
    Case(
        "a lace of nothing", cluster + element(ElementID.simpleBlock, [0x82, 0, 0, 0x06]), nil),
    Case(
        "Cues with a size of petabytes", cluster + claim(ElementID.cues, size: 1 << 50), nil),
    Case(
        "a Void with a size of megabytes",
        cluster + claim(ElementID.void, size: 3 << 20) + [UInt8](repeating: 0x1F, count: 900), nil),
    Case(
        "Tags that end in the Cluster behind them",
        cluster + claim(ElementID.tags, size: 20) + [UInt8](repeating: 0, count: 10), nil),
    Case(
        "a block with a size of megabytes",
        cluster + claim(ElementID.simpleBlock, size: 3 << 20) + [UInt8](repeating: 7, count: 900),
        nil),
]

private let rightCases = [
    Case("a small unknown element", cluster + element(0x4FFE, 5) + Document.block(1, 0), nil),
    Case(
        "Cues, Tags, Void, Attachments and Chapters between Clusters",
        cluster + Document.block(1, 0, key: true) + element(ElementID.cues, [UInt8](1...200))
            + element(ElementID.tags, [1]) + element(ElementID.void, [UInt8]())
            + element(ElementID.attachments, [2]) + element(ElementID.chapters, [3])
            + Document.cluster(at: 5) + Document.block(1, 0), nil),
    Case(
        "the header again in the Segment",
        cluster + Document.block(1, 0) + Document.info() + Document.tracks(Document.video())
            + Document.cluster(at: 9) + Document.block(2, 0), nil),
    Case(
        "a Cluster of known size, then one of unknown size",
        start
            + element(
                ElementID.cluster, element(ElementID.timestamp, 3) + Document.block(1, 0))
            + Document.cluster(at: 4) + Document.block(1, 0), nil),
    Case(
        "an empty Cluster, then an element that is passed over",
        start + element(ElementID.cluster, [UInt8]()) + element(ElementID.void, [1])
            + Document.cluster(at: 1) + Document.block(1, 0), nil),
    Case(
        "a Void before the Segment",
        Document.header() + element(ElementID.void, [UInt8](0..<9))
            + start.dropFirst(Document.header().count), nil),
    Case("a block without a frame", cluster + Document.block(1, 0, key: true, []), nil),
]

@Suite("Bad input")
struct BadInputTests {
    @Test(
        "is refused with its own error, however it is cut",
        arguments: headerCases + trackCases)
    private func refused(badCase: Case) {
        let whole = output(of: badCase.bytes)
        #expect(whole.error == badCase.error)
        let cuts = [Int](badCase.bytes.indices.dropFirst())
        #expect(output(of: badCase.bytes, cutAt: cuts).isSame(as: whole))
    }

    @Test("odd but right input is taken", arguments: rightCases)
    private func taken(rightCase: Case) {
        let whole = output(of: rightCase.bytes)
        #expect(whole.error == nil)
        #expect(whole.initializations.count == 1)
        let cuts = [Int](rightCase.bytes.indices.dropFirst())
        #expect(output(of: rightCase.bytes, cutAt: cuts).isSame(as: whole))
    }

    @Test(
        "is a loss and not an end once a broadcast has begun, however it is cut",
        arguments: brokenCases)
    private func lost(brokenCase: Case) {
        // More than the largest block that is looked through as it comes.
        let pictures = (0..<30).flatMap {
            Document.cluster(at: UInt64(1_000 + 40 * $0))
                + Document.block(
                    1, 0, key: $0.isMultiple(of: 10), [UInt8](repeating: 4, count: 9_999))
        }
        let bytes = brokenCase.bytes + pictures
        let whole = output(of: bytes)
        #expect(whole.error == nil)
        #expect(whole.losses == 1)
        #expect(whole.blocks.suffix(30).map(\.payload.count) == [Int](repeating: 9_999, count: 30))
        #expect(whole.clusters.first { $0.timeMs == 1_000 }?.isDiscontinuity == true)
        let begin = max(1, brokenCase.bytes.count - 50)
        let cuts = [Int](begin..<brokenCase.bytes.count + 60)
        #expect(output(of: bytes, cutAt: cuts).isSame(as: whole))
    }

    @Test("what came before a loss stays, and a loss is counted once")
    func keepsWhatCameBefore() {
        let bytes =
            cluster + Document.block(1, 0, key: true) + Document.block(2, 5)
            + Document.block(7, 0) + Document.cluster(at: 9) + Document.block(7, 0)
            + Document.cluster(at: 90) + Document.block(2, 0)
        let output = output(of: bytes)
        #expect(output.error == nil)
        #expect(output.losses == 1)
        #expect(output.blocks.map(\.track) == [1, 2, 2])
        #expect(output.fragments.map(\.isDiscontinuity) == [false, true])
    }

    @Test("it ends when nothing valid comes for too long, however it looks")
    func nothingValid() {
        var limits = MediaLimits.usual
        limits.lostBytes = 5_000
        let junk = [[UInt8]](repeating: Document.cluster(at: 3) + Document.block(7, 0), count: 300)
        let good = Document.cluster(at: 90) + Document.block(2, 0)
        let less = [UInt8](junk[..<100].joined())
        #expect(output(of: cluster + less + good + less + good, limits: limits).losses == 2)
        #expect(output(of: cluster + junk.joined(), limits: limits).error != nil)
    }

    @Test("what is passed over is not held, whatever it claims")
    func passesOverWithoutHolding() throws {
        var ingest = WebMIngest(limits: .usual)
        var output = Output()
        output.push(start[...] + claim(ElementID.void, size: 1 << 50), through: &ingest)
        for _ in 0..<100 {
            output.push([UInt8](repeating: 0, count: 10_000)[...], through: &ingest)
        }
        #expect(output.error == nil)
        #expect(ingest.carry.isEmpty)
        #expect(ingest.isMidElement)
    }

    @Test("what is passed over behind a Cluster is bounded, however it is divided")
    func passesOverSoMuch() {
        var limits = MediaLimits.usual
        limits.lostBytes = 5_000
        let good = Document.cluster(at: 90) + Document.block(2, 0)
        let voids = (0..<3).flatMap { _ in
            element(ElementID.void, [UInt8](repeating: 0, count: 1_500))
        }
        let less = output(of: cluster + good + voids + good + voids + good, limits: limits)
        #expect(less.error == nil && less.losses == 0)
        #expect(less.blocks.count == 3)
        let more = cluster + good + voids + voids + good
        #expect(
            output(of: more, limits: limits).error
                == .malformed("too many bytes came without anything valid in them"))
        let cuts = [Int](more.indices.dropFirst())
        #expect(
            output(of: more, cutAt: cuts, limits: limits).isSame(
                as: output(of: more, limits: limits)))
    }

    @Test("random bytes in place of any part of a recording never trap", arguments: 0..<200)
    func damaged(seed: Int) {
        var random = SeededRandom(seed: UInt64(seed) * 2_654_435_761 + 1)
        var bytes = [UInt8](
            Recording(named: "chromium-vp9-opus.webm").bytes.prefix(12_000))
        for _ in 0..<5 {
            let position = Int.random(in: 0..<bytes.count, using: &random)
            bytes[position] = UInt8.random(in: 0...255, using: &random)
        }
        let whole = output(of: bytes)
        let cuts = (0..<6).map { _ in Int.random(in: 0...bytes.count, using: &random) }.sorted()
        #expect(output(of: bytes, cutAt: cuts).isSame(as: whole))
    }
}
