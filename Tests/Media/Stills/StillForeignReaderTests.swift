// Stills as programs of others read them: each shows the very picture that ffmpeg decodes from the same key
// frame of the broadcast.

import Foundation
import Testing

@testable import Media

/// Pictures of forms that the recordings do not have: arguments of ffmpeg.
private let shapes = [
    MadeRecording(
        testDescription: "VP8 of odd edges", input: "testsrc2=size=97x63:rate=25:duration=0.2",
        codec: "-c:v libvpx -cpu-used 8 -deadline realtime"),
    MadeRecording(
        testDescription: "VP8 in several parts",
        input: "testsrc2=size=322x178:rate=25:duration=0.2",
        codec: "-c:v libvpx -cpu-used 8 -slices 4 -b:v 4M"),
    MadeRecording(
        testDescription: "VP9 of odd edges, 4:4:4 and ten bits, with long pixels",
        input: "testsrc2=size=97x63:rate=25:duration=0.2,setsar=16/11",
        codec: "-c:v libvpx-vp9 -cpu-used 8 -pix_fmt yuv444p10"),
    MadeRecording(
        testDescription: "VP9 in wide colours", input: MadeRecording.picture,
        codec: "-c:v libvpx-vp9 -cpu-used 8 -pix_fmt yuv420p10 -color_primaries bt2020 "
            + "-color_trc smpte2084 -colorspace bt2020nc -color_range tv"),
    MadeRecording(
        testDescription: "AV1 of odd edges", input: "testsrc2=size=97x63:rate=25:duration=0.2",
        codec: "-c:v libaom-av1 -cpu-used 8"),
    MadeRecording(
        testDescription: "AV1 whose tiles are in groups of their own",
        input: "testsrc2=size=256x130:rate=25:duration=0.2",
        codec: "-c:v libaom-av1 -cpu-used 8 -tiles 2x1 -aom-params num-tile-groups=2"),
    MadeRecording(
        testDescription: "AV1 in grey", input: MadeRecording.picture + ",format=gray",
        codec: "-c:v libaom-av1 -cpu-used 8 -pix_fmt gray"),
    MadeRecording(
        testDescription: "AV1 of ten bits in wide colours", input: MadeRecording.picture,
        codec: "-c:v libaom-av1 -cpu-used 8 -pix_fmt yuv420p10 -color_primaries bt2020 "
            + "-color_trc smpte2084 -colorspace bt2020nc"),
    MadeRecording(
        testDescription: "AV1 with 4:4:4", input: MadeRecording.picture,
        codec: "-c:v libaom-av1 -cpu-used 8 -pix_fmt yuv444p"),
    MadeRecording(
        testDescription: "H.264 that is cut, with frames that are stored in another order",
        input: "testsrc2=size=98x62:rate=25:duration=0.6",
        codec: "-c:v libx264 -bf 3 -g 8"),
    MadeRecording(
        testDescription: "HEVC of ten bits that is cut",
        input: "testsrc2=size=98x62:rate=25:duration=0.6",
        codec: "-c:v libx265 -pix_fmt yuv420p10 -x265-params log-level=none:keyint=8"),
]

@Suite("Stills read by others")
struct StillForeignReaderTests {
    @Test(
        "recordings of browsers, of OBS and of ffmpeg",
        arguments: Recording.all.filter { !$0.name.contains("audio-only") })
    func recordings(recording: Recording) throws {
        try compare(recording.bytes)
    }

    @Test("other shapes of pictures", arguments: shapes)
    fileprivate func others(made: MadeRecording) throws {
        try compare(made.bytes())
    }

    private func compare(_ source: [UInt8]) throws {
        let output = output(of: source)
        let initialization = try #require(output.initializations.first)
        let keys = output.fragments.filter { $0.isIndependent && !$0.isWithoutPicture }
        #expect(!keys.isEmpty)
        for fragment in keys.prefix(2) {
            let entry = Array(output.bytes[fragment.bytes])
            let made = Still(keyFrameOf: entry.span, initialization)
            let still = try #require(made)
            #expect(still.form == Still.Form(of: initialization.tracks[0]))
            let wanted = try decoded(initialization.bytes + alone(entry), "mkv")
            #expect(!wanted.isEmpty)
            #expect(try decoded(still) == wanted)
            try check(still)
        }
    }

    /// The same with nothing but the first picture: those that follow may refer to others.
    private func alone(_ entry: [UInt8]) -> [UInt8] {
        var blocks = StoredBlocks()
        while let block = blocks.next(in: entry.span) {
            guard block.track == 0 else { continue }
            var bytes = Array(entry.prefix(ClusterLayout.headerBytes))
            _ = bytes.append(
                block: Frame(track: 0, timeMs: 0, isKey: true),
                entry.span.extracting(block.payload), with: [UInt8]().span)
            return bytes
        }
        return []
    }

    /// The samples of the first picture.
    private func decoded(_ bytes: [UInt8], _ suffix: String) throws -> Data {
        try ForeignTool.withFile(bytes, suffix) { path in
            try ForeignTool.run([
                "ffmpeg", "-v", "error", "-i", path, "-map", "0:v:0", "-frames:v", "1", "-f",
                "rawvideo", "-",
            ])
        }
    }

    private func decoded(_ still: Still) throws -> Data {
        switch still.form {
        case .webP: try decoded(still.bytes, "webp")
        case .webM: try decoded(still.bytes, "webm")
        case .mp4: try decoded(still.bytes, "mp4")
        case .jpeg: try decoded(still.bytes, "jpg")
        case .avif:
            try ForeignTool.withFile(still.bytes, "avif") { path in
                let samples = path + ".y4m"
                defer { try? FileManager.default.removeItem(atPath: samples) }
                try ForeignTool.run(["avifdec", path, samples])
                let film = try [UInt8](Data(contentsOf: URL(filePath: samples)))
                return try decoded(film, "y4m")
            }
        }
    }

    /// What else is read of it.
    private func check(_ still: Still) throws {
        switch still.form {
        case .webP:
            try ForeignTool.withFile(still.bytes, "webp") { path in
                let said = try String(decoding: ForeignTool.run(["webpinfo", path]), as: UTF8.self)
                #expect(said.contains("No error detected."))
                try ForeignTool.run(["dwebp", "-quiet", path, "-o", "/dev/null"])
            }
        case .avif:
            try ForeignTool.withFile(still.bytes, "avif") { path in
                let said = try String(
                    decoding: ForeignTool.run(["heif-info", path]), as: UTF8.self)
                #expect(said.contains("primary"))
            }
        case .webM, .mp4:
            let probed = try ForeignTool.probe(still.bytes, still.form == .mp4 ? "mp4" : "webm")
            #expect(probed.streams.count == 1 && probed.packets.count == 1)
            #expect(probed.packets[0].flags.contains("K"))
        case .jpeg: break
        }
    }
}
