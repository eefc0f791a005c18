// How long frames of sound last, in ticks of their track.

import Testing

@testable import Media

private func track(_ codec: String, rateHz: Int, set codecPrivate: [UInt8] = []) -> MediaTrack {
    MediaTrack(
        number: 1, kind: .audio, codec: codec, codecID: "", width: nil, height: nil, channels: 2,
        sampleRateHz: rateHz, codecPrivate: codecPrivate)
}

@Suite("Lengths of sound")
struct SoundMeterTests {
    @Test(
        "a frame lasts whole samples of its track's time scale",
        arguments: [
            // Opus: one frame of 20 ms, three of 20, one of 2.5.
            ("opus", 48_000, [], [0x78], UInt32(960)),
            ("opus", 44_100, [], [0x7B, 3], 2_880),
            ("opus", 48_000, [], [0x80], 120),
            ("aac", 44_100, [0x12, 0x10], [1, 2], 1_024),
            ("aac", 48_000, [], [1], 1_024),
            // Spectral band replication: 1,024 samples of 24,000 are 2,048 of 48,000.
            ("aac", 48_000, [0x13, 0x10], [1], 2_048),
            ("mp3", 44_100, [], [0xFF, 0xFB, 0x90, 0x00], 1_152),
            ("flac", 96_000, [], [0xFF, 0xF8, 0xC0, 0, 0], 4_096),
        ] as [(String, Int, [UInt8], [UInt8], UInt32)])
    func lengths(
        codec: String, rateHz: Int, codecPrivate: [UInt8], frame: [UInt8], ticks: UInt32
    ) {
        let track = track(codec, rateHz: rateHz, set: codecPrivate)
        #expect(SoundMeter(for: track).ticks(of: frame.span) == ticks)
        #expect(TrackClock(for: track).timescale == (codec == "opus" ? 48_000 : UInt32(rateHz)))
    }

    @Test("what cannot be said is not guessed", arguments: ["opus", "vorbis", "flac", "mp3", "x"])
    func unknown(codec: String) {
        let meter = SoundMeter(for: track(codec, rateHz: 48_000))
        #expect(meter.ticks(of: [UInt8]().span) == nil)
        #expect(meter.ticks(of: [0x03].span) == nil)
    }

    @Test(
        "pictures that may be reordered have a clock for it", arguments: [("vp9", 0), ("av1", 0)])
    func pictures(codec: String, depth: Int) {
        let track = MediaTrack(
            number: 1, kind: .video, codec: codec, codecID: "", width: 2, height: 2, channels: nil,
            sampleRateHz: nil, codecPrivate: [])
        #expect(TrackClock(for: track) == TrackClock(reorderDepth: depth))
    }
}
