// MP4 as ffprobe and ffmpeg read it: every frame of the source is there, unchanged, in order and in time,
// and decoders are set up as they are from the source.

import Foundation
import Testing

@testable import Media

/// Arguments of ffmpeg for what the recordings do not have.
struct MadeRecording: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let input: String
    let codec: String

    static let picture = "testsrc2=size=96x64:rate=25:duration=0.6"
    static let sound = "sine=frequency=440:duration=0.6:sample_rate="

    static let all = [
        MadeRecording(
            testDescription: "HEVC with B-frames", input: picture,
            codec: "-c:v libx265 -pix_fmt yuv420p10 -x265-params log-level=none:keyint=8"),
        MadeRecording(
            testDescription: "H.264 with long pixels and colours",
            input: picture + ",setsar=16/11",
            codec: "-c:v libx264 -bf 3 -g 8 -color_primaries bt709 -color_trc bt709 "
                + "-colorspace bt709 -color_range tv"),
        MadeRecording(
            testDescription: "VP9 of ten bits in wide colours", input: picture,
            codec: "-c:v libvpx-vp9 -cpu-used 8 -pix_fmt yuv420p10 -color_primaries bt2020 "
                + "-color_trc smpte2084 -colorspace bt2020nc"),
        MadeRecording(
            testDescription: "FLAC of 96 kHz", input: sound + "96000",
            codec: "-c:a flac -sample_fmt s32"),
        MadeRecording(
            testDescription: "AAC of 44.1 kHz, 5.1",
            input: sound + "44100,pan=5.1|c0=c0|c1=c0|c2=c0|c3=c0|c4=c0|c5=c0",
            codec: "-c:a aac"),
        MadeRecording(
            testDescription: "Opus, 5.1",
            input: sound + "48000,pan=5.1|c0=c0|c1=c0|c2=c0|c3=c0|c4=c0|c5=c0",
            codec: "-c:a libopus -mapping_family 1"),
    ]

    func bytes() throws -> [UInt8] {
        let file = ForeignTool.temporary("mkv")
        defer { try? FileManager.default.removeItem(at: file) }
        let codec = codec.split(separator: " ").map(String.init)
        try ForeignTool.run(
            ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", input] + codec + [file.path])
        return [UInt8](try Data(contentsOf: file))
    }
}

@Suite("MP4 read by others")
struct MP4ForeignReaderTests {
    /// Recordings of which at least the sound can be put into MP4.
    private static let playable = Recording.all.filter {
        $0.name != "ffmpeg-video-only.webm" && $0.name != "ffmpeg-live-vp8-vorbis.webm"
    }

    @Test("recordings of browsers and of ffmpeg", arguments: playable)
    func recordings(recording: Recording) throws {
        try compare(recording.bytes)
    }

    @Test("other codecs and forms that encoders give", arguments: MadeRecording.all)
    func others(made: MadeRecording) throws {
        try compare(made.bytes())
    }

    private func compare(_ source: [UInt8]) throws {
        let output = output(of: source)
        let initialization = try #require(output.initializations.first)
        let served = try ForeignTool.probe(output.bytes, "mkv")
        #expect(initialization.tracks.contains { $0.timescale != nil })
        for (index, media) in initialization.tracks.enumerated() where media.timescale != nil {
            let kind = media.kind == .video ? "video" : "audio"
            let packed = try PackedTrack(output, track: index)
            #expect(packed.samples.count > 5)
            let file = try packed.file(samplesEach: 7)
            let probed = try ForeignTool.probe(file, "mp4")
            try compare(probed.packets(kind), served.packets(kind), packed)
            #expect(probed.streams.count == 1)
            let stream = try #require(probed.streams.first)
            let from = try #require(served.streams.first { $0.codecType == kind })
            compare(stream, from, packed)
            try decode(file)
        }
    }

    private func compare(
        _ packets: [Probed.Packet], _ served: [Probed.Packet], _ packed: PackedTrack
    ) throws {
        #expect(packets.map(\.dataHash) == served.map(\.dataHash))
        #expect(packets.map { $0.flags.contains("K") } == served.map { $0.flags.contains("K") })
        #expect(packets.map(\.dts) == packed.samples.map { Int($0.decodeTime) })
        #expect(
            packets.map(\.pts)
                == packed.samples.map { Int($0.decodeTime) + Int($0.compositionOffset) })
        guard packed.media.kind == .video else { return }
        // The same times as those of the source.
        let shift = Double(PackedTrack.shiftMs) / 1_000
        for (one, other) in zip(packets, served) {
            let time = try #require(Double(one.ptsTime ?? ""))
            let from = try #require(Double(other.ptsTime ?? ""))
            #expect(abs(time - shift - from) < 0.000_1)
        }
    }

    private func compare(_ made: Probed.Stream, _ served: Probed.Stream, _ packed: PackedTrack) {
        #expect(made.codecTagString == packed.track.entry.name)
        #expect(made.timeBase == "1/\(packed.track.timescale)")
        #expect(made.codecName == served.codecName)
        #expect(made.profile == served.profile)
        #expect((made.width, made.height) == (served.width, served.height))
        #expect(made.hasBFrames == served.hasBFrames)
        #expect(made.pixFmt == served.pixFmt)
        #expect((made.sampleRate, made.channels) == (served.sampleRate, served.channels))
        if let aspect = served.sampleAspectRatio { #expect(made.sampleAspectRatio == aspect) }
        #expect(made.colorPrimaries == served.colorPrimaries)
        #expect(made.colorTransfer == served.colorTransfer)
        #expect(made.colorSpace == served.colorSpace)
        // Of VP9 ffprobe shows the set-up of MP4, which Matroska does not have; of Opus the rate of the
        // source is not passed on; of HEVC it is added that the sets are complete.
        let setUp = packed.media.codecPrivate
        let isOtherRate =
            made.codecName == "opus" && [UInt8](setUp[12..<16]) != [0x80, 0xBB, 0, 0]
        let isCompleted = made.codecName == "hevc" && HEVC.complete(setUp) != setUp
        if made.codecName != "vp9", !isOtherRate, !isCompleted {
            #expect(made.extradataHash == served.extradataHash)
        }
        if let depth = served.hasBFrames, packed.media.codec != "av1" {
            #expect(packed.media.reorderDepth == depth)
        }
    }

    private func decode(_ file: [UInt8]) throws {
        try ForeignTool.withFile(file, "mp4") { path in
            _ = try ForeignTool.run(["ffmpeg", "-v", "error", "-i", path, "-f", "null", "-"])
        }
    }
}
