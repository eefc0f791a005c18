// Names of codecs in MIME types: of real recordings, of every form of decoder set-up, and of
// set-ups that nobody should send.

import Testing

@testable import Media

@Suite("Codec strings")
struct CodecStringTests {
    private func track(_ codec: String, _ codecPrivate: [UInt8] = []) -> MediaTrack {
        let codecIDs = [
            "vp8": "V_VP8", "vp9": "V_VP9", "av1": "V_AV1", "h264": "V_MPEG4/ISO/AVC",
            "hevc": "V_MPEGH/ISO/HEVC", "aac": "A_AAC",
        ]
        let codecID = codecIDs[codec] ?? ""
        return MediaTrack(
            number: 1, kind: codecID.hasPrefix("V_") ? .video : .audio, codec: codec,
            codecID: codecID, width: nil, height: nil, channels: nil, sampleRateHz: nil,
            codecPrivate: codecPrivate)
    }

    @Test(
        "a codec without decoder set-up has a name that browsers know",
        arguments: [
            ("vp8", "vp8"), ("vp9", "vp9"), ("av1", "av01.0.04M.08"), ("h264", "avc1"),
            ("hevc", "hvc1.1.6.L93.B0"), ("opus", "opus"), ("vorbis", "vorbis"),
            ("aac", "mp4a.40.2"), ("flac", "flac"), ("mp3", "mp3"), ("ac3", "ac-3"),
            ("eac3", "ec-3"), ("theora", "theora"),
        ])
    func plain(codec: String, name: String) {
        #expect(track(codec).codecString == name)
    }

    @Test(
        "the decoder set-up gives profile, level and depth",
        arguments: [
            ("av1", [0x81, 0x04, 0x0C, 0x00], "av01.0.04M.08"),
            ("av1", [0x81, 0x08, 0x4C, 0x00, 0x0A], "av01.0.08M.10"),
            ("av1", [0x81, 0x4D, 0xE0, 0x00], "av01.2.13H.12"),
            ("av1", [0x81, 0x2D, 0xE0, 0x00], "av01.1.13H.10"),
            ("h264", [1, 0x42, 0xC0, 0x0D, 0xFF], "avc1.42C00D"),
            ("h264", [1, 0x64, 0x00, 0x28, 0xFF], "avc1.640028"),
            ("h264", [0, 0, 0, 1, 0x67, 0x4D, 0x40, 0x1F], "avc1"),
            ("vp9", [1, 1, 0, 2, 1, 31], "vp9"),
            ("vp9", [1, 1, 2, 2, 1, 31, 3, 1, 10, 4, 1, 1], "vp09.02.31.10"),
            ("vp9", [1, 1, 1, 2, 1, 9], "vp09.01.10.08"),
            ("aac", [0x12, 0x10], "mp4a.40.2"), ("aac", [0x2B, 0x92], "mp4a.40.5"),
            ("aac", [0xF9, 0x48], "mp4a.40.42"),
            (
                "hevc", [1, 0x01, 0x60, 0, 0, 0, 0xB0, 0, 0, 0, 0, 0, 0x5D], "hvc1.1.6.L93.B0"
            ),
            (
                "hevc", [1, 0xA2, 0x20, 0, 0, 0, 0x90, 0, 0x0A, 0, 0, 0, 120],
                "hvc1.B2.4.H120.90.0.A"
            ),
        ])
    func setUp(codec: String, codecPrivate: [UInt8], name: String) {
        #expect(track(codec, codecPrivate).codecString == name)
    }

    @Test(
        "whatever the decoder set-up holds, the name is short and needs no quoting",
        arguments: ["vp8", "vp9", "av1", "h264", "hevc", "opus", "aac", "\";x=\"", "", "a,b c"])
    func hostile(codec: String) {
        var bytes: [UInt8] = []
        var seed: UInt64 = 1
        for _ in 0..<2_000 {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            // Often with the first byte that makes a reader go on.
            if bytes.count > 20 { bytes = [[0x81], [1], []][Int(seed >> 40 % 3)] }
            bytes.append(UInt8(truncatingIfNeeded: seed >> 56))
            let name = track(codec, bytes).codecString
            #expect(!name.isEmpty && name.utf8.count < 64)
            #expect(
                name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || ".-_".contains($0)) }
            )
        }
    }

    @Test(
        "a recording's MIME type says what is in it",
        arguments: [
            ("chromium-vp8-opus.webm", "video/webm; codecs=\"vp8,opus\""),
            ("chromium-vp9-opus.webm", "video/webm; codecs=\"vp9,opus\""),
            ("chromium-av1-opus.webm", "video/webm; codecs=\"av01.0.09M.08,opus\""),
            ("ffmpeg-av1-opus.webm", "video/webm; codecs=\"av01.0.00M.08,opus\""),
            ("chromium-h264-opus.mkv", "video/x-matroska; codecs=\"avc1.42C015,opus\""),
            ("ffmpeg-h264-opus.mkv", "video/x-matroska; codecs=\"avc1.64000B,opus\""),
            (
                "ffmpeg-file-h264-open-gop-aac.mkv",
                "video/x-matroska; codecs=\"avc1.64000B,mp4a.40.2\""
            ),
            ("chromium-audio-only.webm", "audio/webm; codecs=\"opus\""),
            ("ffmpeg-video-only.webm", "video/webm; codecs=\"vp8\""),
            ("ffmpeg-live-vp8-vorbis.webm", "video/webm; codecs=\"vp8,vorbis\""),
        ])
    func recordings(name: String, mimeType: String) throws {
        let output = output(of: Recording(named: name).bytes)
        #expect(try #require(output.initializations.first).mimeType == mimeType)
    }

    @Test("a codec that two tracks share is named once")
    func twice() throws {
        let tracks = element(
            ElementID.tracks, Document.video() + Document.audio(2) + Document.audio(3))
        let bytes = Document.header() + unknownSize(ElementID.segment) + Document.info() + tracks
        let initialization = try #require(
            output(of: bytes + unknownSize(ElementID.cluster)).initializations.first)
        #expect(initialization.tracks.count == 3)
        #expect(initialization.mimeType == "video/webm; codecs=\"vp8,opus\"")
    }
}
