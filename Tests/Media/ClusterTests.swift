// Where new clusters start, what is in front of a block, and when a block is.

import Testing

@testable import Media

private let start = Document.start(Document.video(), Document.audio())

@Suite("Clusters of our own")
struct ClusterTests {
    @Test("a key frame starts an independent cluster, in the middle of the source's")
    func keyFrames() {
        let output = output(
            of: start + Document.cluster(at: 100) + Document.block(1, 0, key: true)
                + Document.block(2, 10, key: true) + Document.block(1, 33)
                + Document.block(1, 66, key: true) + Document.block(2, 70, key: true))
        #expect(output.clusters.map(\.timeMs) == [100, 166])
        #expect(output.clusters.map(\.isIndependent) == [true, true])
        #expect(output.blocks.map(\.timeMs) == [100, 110, 133, 166, 170])
    }

    @Test("sound before the first picture can be joined at, so that nothing of a broadcast is lost")
    func soundFirst() {
        let output = output(
            of: start + Document.cluster(at: 0) + Document.block(2, 0, key: true)
                + Document.block(1, 7, key: true) + Document.block(1, 40))
        #expect(output.clusters.map(\.isIndependent) == [true, true])
    }

    @Test("sound before a later key frame stays in the cluster before it")
    func soundLater() {
        let output = output(
            of: start + Document.cluster(at: 0) + Document.block(1, 0, key: true)
                + Document.block(2, 1_000, key: true) + Document.block(1, 1_007, key: true))
        #expect(output.clusters.map(\.timeMs) == [0, 1_007])
        #expect(output.clusters.map(\.isIndependent) == [true, true])
    }

    @Test("a source's own clusters are joined")
    func joinsClusters() {
        let output = output(
            of: start + Document.cluster(at: 0) + Document.block(1, 0, key: true)
                + Document.cluster(at: 50) + Document.block(1, 0) + Document.block(2, 5))
        #expect(output.clusters.count == 1)
        #expect(output.blocks.map(\.timeMs) == [0, 50, 55])
    }

    @Test(
        "with video a cluster lasts until the next key frame, or as long as 16 bits of time allow")
    func longestDuration() {
        let blocks = (0..<70).flatMap { second in
            Document.cluster(at: second * 1_000) + Document.block(1, 0, key: second == 0)
        }
        let output = output(of: start + blocks)
        #expect(output.clusters.map(\.timeMs) == [0, 33_000, 66_000])
        #expect(output.clusters.map(\.isIndependent) == [true, false, false])
    }

    @Test("without video every cluster is independent")
    func soundOnly() {
        let blocks = (0..<21).flatMap { Document.block(2, $0 * 100) }
        let output = output(
            of: Document.start(Document.audio()) + Document.cluster(at: 0) + blocks)
        #expect(output.clusters.map(\.isIndependent) == [true, true, true])
    }

    @Test("before the first key frame pictures are dropped and sound is kept, to be joined at")
    func noKeyFrameYet() {
        let blocks = (0..<60).flatMap {
            Document.cluster(at: UInt64(100 * $0)) + Document.block(1, 0, key: $0 == 50)
                + Document.block(2, 10)
        }
        let output = output(of: start + blocks)
        #expect(output.blocks.filter { $0.track == 2 }.count == 60)
        #expect(output.blocks.filter { $0.track == 1 }.map(\.timeMs).first == 5_000)
        #expect(output.blocks.filter { $0.track == 1 }.count == 10)
        #expect(output.clusters.map(\.timeMs) == [10, 1_010, 2_010, 3_010, 4_010, 5_000])
        #expect(output.clusters.allSatisfy { $0.isIndependent })
        #expect(output.losses == 0)
    }

    @Test("while the picture has stopped one can begin with sound; then with a key frame again")
    func pictureStops() {
        let blocks = (0..<150).flatMap { index in
            let hasPicture = index < 20 || index >= 90
            return Document.cluster(at: UInt64(100 * index))
                + (hasPicture ? Document.block(1, 0, key: index == 0 || index == 120) : [])
                + Document.block(2, 10)
        }
        let output = output(of: start + blocks)
        #expect(output.blocks.count == 230)
        // Two seconds after the last picture at 1,900; those who were there see all that comes at 9,000.
        #expect(
            output.clusters.map(\.timeMs) == [0, 3_910, 4_910, 5_910, 6_910, 7_910, 8_910, 12_000])
        #expect(output.clusters.allSatisfy { $0.isIndependent })
    }

    @Test("a slide show is no picture that has stopped, until it stops", arguments: [3, 8])
    func slideShow(distanceSeconds: Int) {
        let pictures = 10
        let last = distanceSeconds * (pictures - 1)
        let blocks = (0..<10 * (last + 3 * distanceSeconds)).flatMap { index in
            let isPicture = index % (10 * distanceSeconds) == 0 && index <= 10 * last
            return Document.cluster(at: UInt64(100 * index))
                + (isPicture ? Document.block(1, 0, key: index % (30 * distanceSeconds) == 0) : [])
                + Document.block(2, 10)
        }
        let times = output(of: start + blocks).clusters.map { Int($0.timeMs) }
        // As long as there is but one picture, nobody can know.
        let second = 1_000 * distanceSeconds
        let shown = times.filter { $0 > second && $0 <= 1_000 * last }
        #expect(shown == [3 * second, 6 * second, 9 * second])
        let stopped = times.filter { $0 > 1_000 * last }
        #expect(stopped.first == 1_000 * last + 2 * second + 10)
        #expect(stopped.count == distanceSeconds)
    }

    @Test("a cluster that begins between pictures without a key frame is no place to begin")
    func pictureWithoutKeyFrame() {
        let blocks = (0..<700).flatMap {
            Document.cluster(at: UInt64(100 * $0)) + Document.block(1, 0, key: $0 == 0)
                + Document.block(2, 10)
        }
        #expect(output(of: start + blocks).clusters.map(\.isIndependent) == [true, false, false])
    }

    @Test("a block before the last one's time starts a cluster if the codec keeps order")
    func backwards() {
        let blocks =
            Document.cluster(at: 0) + Document.block(1, 0, key: true)
            + Document.block(1, 40) + Document.block(2, 30) + Document.block(1, 80)
        #expect(output(of: start + blocks).clusters.map(\.timeMs) == [0, 30])
    }

    @Test("a codec that reorders keeps its cluster, even before the key frame's time")
    func reordering() {
        let header = Document.start(Document.video(codec: "V_MPEG4/ISO/AVC"), Document.audio())
        let blocks =
            Document.cluster(at: 100) + Document.block(1, 0, key: true)
            + Document.block(2, -20) + Document.block(1, 120) + Document.block(1, 40)
            + Document.block(1, 80)
        let output = output(of: header + blocks)
        #expect(output.clusters.map(\.timeMs) == [100])
        #expect(output.blocks.map(\.timeMs) == [100, 80, 220, 140, 180])
    }

    @Test("times before 0 are 0")
    func beforeZero() {
        let output = output(
            of: start + Document.cluster(at: 0) + Document.block(2, -7)
                + Document.block(1, 0, key: true))
        #expect(output.blocks.map(\.timeMs) == [0, 0])
    }

    @Test("ticks that are not milliseconds are converted, in block groups too")
    func otherTimeScale() {
        // Ticks of 250 microseconds.
        let header = Document.start(timestampScale: 250_000, Document.video(), Document.audio())
        let extra =
            element(ElementID.blockDuration, 160) + element(ElementID.referenceBlock, [0xF0])
        let output = output(
            of: header + Document.cluster(at: 4_000) + Document.block(1, 0, key: true)
                + Document.group(1, 162, extra: extra))
        #expect(output.blocks.map(\.timeMs) == [1_000, 1_041])
        let duration = element(ElementID.blockDuration, 40)
        let reference = element(ElementID.referenceBlock, [0xFC])
        #expect(output.bytes.suffix(6) == (duration + reference)[...])
        #expect(output.fragments.last?.durationMs == 81)
    }

    @Test("a block group is a key frame when it refers to nothing, and loses only its checksum")
    func blockGroups() {
        let padding = element(0x75A2, [1, 2])
        let output = output(
            of: start + Document.cluster(at: 0) + Document.group(1, 0)
                + Document.group(
                    1, 33,
                    extra: element(ElementID.referenceBlock, [0xDF]) + element(ElementID.void, [9])
                        + element(ElementID.crc32, [1, 2, 3, 4]) + padding))
        #expect(output.clusters.map(\.isIndependent) == [true])
        let group = Document.group(
            1, 33, extra: element(ElementID.referenceBlock, [0xDF]) + padding)
        #expect(output.bytes.suffix(group.count) == group[...])
    }

    @Test("tracks that are neither video nor audio are dropped with their blocks")
    func dropsOtherTracks() throws {
        let header = Document.start(
            Document.track(1, type: 0x11, codec: "S_TEXT/UTF8"), Document.audio(2),
            Document.video(3))
        let output = output(
            of: header + Document.cluster(at: 0) + Document.group(1, 0)
                + Document.block(3, 0, key: true) + Document.block(2, 3))
        #expect(output.blocks.map(\.track) == [1, 2])
        let tracks = try #require(output.initializations.first?.tracks)
        #expect(tracks.map(\.kind) == [.video, .audio])
        #expect(tracks.map(\.number) == [1, 2])
    }

    @Test("the next media time is the end of the last block")
    func nextMediaTime() {
        var ingest = WebMIngest(limits: .usual)
        var output = Output()
        let bytes =
            start + Document.cluster(at: 0) + Document.block(1, 0, key: true)
            + Document.block(2, 0) + Document.block(1, 40) + Document.block(2, 60)
        output.push(bytes[...], through: &ingest)
        #expect(ingest.nextMediaTimeMs == 120)
        output.push(
            Document.group(2, 120, extra: element(ElementID.blockDuration, 500))[...],
            through: &ingest)
        #expect(ingest.nextMediaTimeMs == 620)
    }
}
