// Restarted broadcasts, lost input, and snapshots that do not fit.

import Testing

@testable import Media

private let start = Document.start(Document.video(), Document.audio())

/// Pushes and continues the time line at each restart, as a caller with a compatible init does.
private func continuedOutput(of bodies: [[UInt8]]) throws -> (Output, [Initialization]) {
    var ingest = WebMIngest(limits: .usual)
    var output = Output()
    var initializations: [Initialization] = []
    for body in bodies {
        var batch = FragmentBatch()
        var rest = body[...]
        while !rest.isEmpty {
            let nextMs = ingest.nextMediaTimeMs
            let result = try ingest.push(rest.span, into: &batch)
            rest = rest.dropFirst(result.consumed)
            guard case .initialization(let initialization) = result.event else { continue }
            if let first = initializations.first {
                #expect(initialization.isCompatible(with: first))
                ingest.continueTimeline(atMs: nextMs)
            }
            initializations.append(initialization)
        }
        for var fragment in batch.fragments {
            let begin = output.bytes.count
            output.bytes.append(contentsOf: batch.bytes[fragment.bytes])
            fragment.bytes = begin..<output.bytes.count
            output.fragments.append(fragment)
        }
    }
    return (output, initializations)
}

@Suite("Restarted broadcasts")
struct RestartTests {
    @Test("the same tracks go on where the last broadcast ended")
    func continues() throws {
        let body =
            start + Document.cluster(at: 500) + Document.block(1, 0, key: true)
            + Document.block(1, 40)
        let (output, initializations) = try continuedOutput(of: [body, body])
        #expect(initializations.count == 2)
        #expect(output.blocks.map(\.timeMs) == [500, 540, 580, 620])
        #expect(output.clusters.map(\.isDiscontinuity) == [false, true])
        #expect(output.clusters.map(\.isIndependent) == [true, true])
    }

    @Test("a recording played twice goes on without a step back", arguments: Recording.all)
    func recordingTwice(recording: Recording) throws {
        let (output, initializations) = try continuedOutput(of: [recording.bytes, recording.bytes])
        #expect(initializations.count == 2)
        let half = output.blocks.count / 2
        let first = output.blocks[..<half]
        let second = output.blocks[half...]
        #expect(first.map(\.payload) == second.map(\.payload))
        let end = try #require(first.map(\.timeMs).max())
        #expect(second.first.map { $0.timeMs > end } == true)
        #expect(second.first.map { $0.timeMs < end + 200 } == true)
    }

    @Test("a browser that adds its tracks in another order counts as the same")
    func otherTrackOrder() throws {
        let swapped = Document.start(Document.audio(1), Document.video(2))
        let (output, _) = try continuedOutput(of: [
            start + Document.cluster(at: 0) + Document.block(1, 0, key: true),
            swapped + Document.cluster(at: 0) + Document.block(2, 0, key: true)
                + Document.block(1, 0, key: true),
        ])
        #expect(output.blocks.map(\.track) == [1, 1, 2])
        #expect(output.clusters.map(\.isIndependent) == [true, true])
    }

    @Test("other tracks are not compatible")
    func otherTracks() throws {
        func initialization(_ bytes: [UInt8]) throws -> Initialization {
            try #require(output(of: bytes).initializations.first)
        }
        let first = try initialization(start)
        let size = element(ElementID.pixelWidth, 320) + element(ElementID.pixelHeight, 240)
        let larger = Document.track(
            1, type: 1, codec: "V_VP8", extra: element(ElementID.video, size))
        let others = [
            Document.start(Document.video()),
            Document.start(Document.video(codec: "V_VP9"), Document.audio()),
            Document.start(larger, Document.audio()),
            Document.start(
                Document.track(
                    1, type: 1, codec: "V_VP8",
                    extra: element(ElementID.codecPrivate, [1])), Document.audio()),
        ]
        for other in others {
            let isCompatible = try initialization(other).isCompatible(with: first)
            #expect(!isCompatible)
        }
    }

    @Test("a broadcaster killed inside a Cluster of known size can begin anew")
    func insideKnownCluster() throws {
        let cut =
            start + claim(ElementID.cluster, size: 1_000) + element(ElementID.timestamp, 0)
            + Document.block(1, 0, key: true)
        let again = start + Document.cluster(at: 0) + Document.block(1, 0, key: true)
        let (output, _) = try continuedOutput(of: [cut, again])
        #expect(output.blocks.map(\.timeMs) == [0, 33])
    }

    @Test("a new start after a block that was never finished")
    func afterUnfinishedBlock() throws {
        let body = start + Document.cluster(at: 0) + Document.block(1, 0, key: true)
        var ingest = WebMIngest(limits: .usual)
        var output = Output()
        output.push(body[...] + Document.block(1, 40).dropLast(2), through: &ingest)
        #expect(ingest.isMidElement)
        ingest.resynchronize()
        output.push(body[...], through: &ingest)
        #expect(output.error == nil)
        #expect(output.initializations.count == 2)
        #expect(output.blocks.count == 2)
    }
}

@Suite("Lost input")
struct LostInputTests {
    @Test("after a loss it goes on with the next cluster and the next key frame")
    func nextKeyFrame() {
        var ingest = WebMIngest(limits: .usual)
        var output = Output()
        output.push(
            start + Document.cluster(at: 0) + Document.block(1, 0, key: true), through: &ingest)
        ingest.resynchronize()
        #expect(ingest.isSeeking)
        output.push(
            Document.block(1, 33)[3...] + Document.cluster(at: 1_000)
                + Document.block(1, 0) + Document.block(2, 5) + Document.block(1, 40, key: true)
                + Document.block(1, 80), through: &ingest)
        #expect(!ingest.isSeeking)
        #expect(output.blocks.map(\.timeMs) == [0, 1_005, 1_040, 1_080])
        #expect(output.clusters.map(\.isDiscontinuity) == [false, true, false])
        #expect(output.clusters.map(\.isIndependent) == [true, false, true])
    }

    @Test("a piece cut out of a recording is skipped over", arguments: Recording.all)
    func pieceLost(recording: Recording) throws {
        let whole = Set(output(of: recording.bytes).blocks.map(\.payload))
        var random = SeededRandom(seed: 5)
        for _ in 0..<4 {
            let from = Int.random(in: 6_000..<recording.bytes.count / 2, using: &random)
            let upTo = Int.random(in: from..<recording.bytes.count, using: &random)
            var ingest = WebMIngest(limits: .usual)
            var before = Output()
            before.push(recording.bytes[..<from], through: &ingest)
            ingest.resynchronize()
            var after = Output()
            after.push(recording.bytes[upTo...], through: &ingest)
            #expect(before.error == nil)
            #expect(after.error == nil)
            #expect(after.blocks.allSatisfy { whole.contains($0.payload) })
            guard before.initializations[0].tracks[0].kind == .video else { continue }
            let key = after.clusters.first { $0.isIndependent }?.position ?? after.bytes.count
            var untilKey = Output()
            untilKey.bytes = [UInt8](after.bytes[..<key])
            #expect(!untilKey.blocks.contains { $0.track == 1 })
        }
    }

    @Test("finding the way back does not depend on the cuts", arguments: [1, 2, 3, 7, 50])
    func cutsWhileSeeking(length: Int) throws {
        let bytes = [UInt8](Recording(named: "chromium-vp8-opus.webm").bytes)
        let rest = [0x1F, 0x43, 0xB6, 0x1F, 0x43, 0xB6, 0x75, 0x00] + bytes[9_000..<30_000]
        func result(pieces: [ArraySlice<UInt8>]) -> Output {
            var ingest = WebMIngest(limits: .usual)
            var output = Output()
            output.push(bytes[..<8_000], through: &ingest)
            ingest.resynchronize()
            for piece in pieces { output.push(piece, through: &ingest) }
            return output
        }
        let whole = result(pieces: [rest[...]])
        #expect(whole.clusters.count > 1)
        let pieces = stride(from: 0, to: rest.count, by: length).map {
            rest[$0..<min($0 + length, rest.count)]
        }
        #expect(result(pieces: pieces).isSame(as: whole))
    }

    @Test("after a header that was not finished only a header will do")
    func afterHeaderError() {
        var ingest = WebMIngest(limits: .usual)
        var output = Output()
        output.push(
            start + Document.header() + unknownSize(ElementID.segment)
                + claim(ElementID.tracks, size: 70_000), through: &ingest)
        #expect(output.error == nil)
        #expect(output.losses == 1)
        output.push(Document.cluster(at: 0) + Document.block(1, 0, key: true), through: &ingest)
        #expect(output.blocks.isEmpty)
        output.push(
            start + Document.cluster(at: 0) + Document.block(1, 0, key: true), through: &ingest)
        #expect(output.blocks.count == 1)
    }

    @Test("a stream in which nothing is found is an error at last")
    func nothingFound() {
        var limits = MediaLimits.usual
        limits.lostBytes = 8_000
        var ingest = WebMIngest(limits: limits)
        var output = Output()
        output.push(start[...], through: &ingest)
        ingest.resynchronize()
        output.push([UInt8](repeating: 0x1F, count: 8_000)[...], through: &ingest)
        #expect(output.error == nil)
        output.push([UInt8](repeating: 0x1F, count: 10)[...], through: &ingest)
        #expect(output.error == .malformed("too many bytes came without anything valid in them"))
    }
}

@Suite("Snapshots and inits")
struct SnapshotTests {
    @Test("an init of ours is read back as it is", arguments: Recording.all)
    func initializationRoundTrip(recording: Recording) throws {
        let initialization = try #require(output(of: recording.bytes).initializations.first)
        let again = try Initialization(parsing: initialization.bytes, limits: .usual)
        #expect(again == initialization)
        #expect(throws: MediaError.self) {
            try Initialization(
                parsing: [UInt8](initialization.bytes.dropLast()), limits: .usual)
        }
        #expect(throws: MediaError.self) {
            try Initialization(parsing: initialization.bytes + [0xEC, 0x80], limits: .usual)
        }
    }

    @Test("an init of another writer is not taken for ours")
    func foreignInitialization() {
        #expect(throws: MediaError.malformed("not an init of ours")) {
            try Initialization(parsing: start, limits: .usual)
        }
    }

    @Test("a snapshot with any bit turned is refused or continued, never a trap")
    func damagedSnapshots() throws {
        let bytes = Recording(named: "ffmpeg-file-vp9-subtitles.mkv").bytes
        var ingest = WebMIngest(limits: .usual)
        var output = Output()
        output.push(bytes[..<20_000], through: &ingest)
        let state = ingest.state()
        for bit in 0..<state.count * 8 {
            var damaged = state
            damaged[bit / 8] ^= 1 << (bit % 8)
            guard
                var other = try? WebMIngest(
                    resuming: damaged, carry: ingest.carry,
                    initialization: ingest.initialization, limits: .usual)
            else { continue }
            var rest = Output()
            rest.push(bytes[20_000..<30_000], through: &other)
            rest.error = nil
            rest.push(bytes[...], through: &other)
        }
        for length in state.indices {
            #expect(throws: MediaError.self) {
                try WebMIngest(
                    resuming: [UInt8](state[..<length]), carry: [],
                    initialization: ingest.initialization, limits: .usual)
            }
        }
    }

    @Test("a snapshot does not fit another stream's init, or none")
    func otherInitialization() throws {
        var ingest = WebMIngest(limits: .usual)
        var output = Output()
        output.push(start[...], through: &ingest)
        let state = ingest.state()
        var other = Output()
        var otherIngest = WebMIngest(limits: .usual)
        other.push(Document.start(Document.audio())[...], through: &otherIngest)
        for initialization in [otherIngest.initialization, nil] {
            #expect(throws: MediaError.malformed("a parser snapshot belongs to another init")) {
                try WebMIngest(
                    resuming: state, carry: [], initialization: initialization, limits: .usual)
            }
        }
    }

    @Test("the longest snapshot has room for every track")
    func longest() {
        let entries = (1...8).map { Document.track($0, type: 1, codec: "V_VP8") }
        let bytes =
            Document.header() + unknownSize(ElementID.segment) + Document.info()
            + element(ElementID.tracks, [UInt8](entries.joined())) + Document.cluster(at: 0)
        var ingest = WebMIngest(limits: .usual)
        var output = Output()
        output.push(bytes[...], through: &ingest)
        output.push(Document.header()[...], through: &ingest)
        #expect(output.error == nil)
        #expect(ingest.state().count <= WebMIngest.stateMostBytes)
    }

    @Test("tracks are described for the interface")
    func description() throws {
        let opus = try #require(
            output(of: Recording(named: "ffmpeg-h264-opus.mkv").bytes).initializations.first)
        #expect(opus.tracks.map(\.codec) == ["h264", "opus"])
        #expect(opus.tracks[0].width == 160)
        #expect(opus.tracks[0].height == 120)
        #expect(opus.tracks[1].channels == 1)
        #expect(opus.tracks[1].sampleRateHz == 48_000)
        #expect(CodecName.short(for: "A_AAC/MPEG4/LC") == "aac")
        #expect(CodecName.short(for: "V_REAL/RV40") == "rv40")
    }
}
