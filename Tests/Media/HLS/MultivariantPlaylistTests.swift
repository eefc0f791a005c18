// Multivariant playlists, their groups of sound, and the bit rates in them.

import Testing

@testable import Media

private let picture = MultivariantPlaylist.Picture(
    uri: "v1.m3u8", codec: "avc1.64001F", width: 1_280, height: 720, frameRateMilli: 29_970,
    bandwidth: Bandwidth(peak: 3_000_000, average: 2_000_000), keyFramesURI: "v1-keys.m3u8",
    keyFramesBandwidth: Bandwidth(peak: 400_000, average: 300_000))

private func sound(
    _ track: Int, name: String = "", language: String? = nil, codec: String = "mp4a.40.2",
    isDefault: Bool = false, peak: UInt64 = 128_000
) -> SoundRendition {
    SoundRendition(
        uri: "a\(track).m3u8", codec: codec, name: name, language: language, channels: 2,
        isDefault: isDefault, bandwidth: Bandwidth(peak: peak, average: peak - 8_000))
}

private func lines(
    _ picture: MultivariantPlaylist.Picture?, _ sounds: [SoundRendition],
    areSegmentsIndependent: Bool = true, rewindMs: UInt64? = nil
) -> [String] {
    PlaylistBench.lines(
        MultivariantPlaylist(
            picture: picture, sounds: sounds, areSegmentsIndependent: areSegmentsIndependent,
            rewindMs: rewindMs
        ).text)
}

@Suite("Multivariant playlists")
struct MultivariantPlaylistTests {
    @Test("V3 to V6, V8: a picture with sound, as it stands")
    func whole() {
        #expect(
            lines(picture, [sound(2, name: "Stage", language: "de", isDefault: true)]) == [
                "#EXTM3U",
                "#EXT-X-VERSION:4",
                "#EXT-X-INDEPENDENT-SEGMENTS",
                "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"sound\",NAME=\"Stage\",LANGUAGE=\"de\""
                    + ",DEFAULT=YES,AUTOSELECT=YES,CHANNELS=\"2\",URI=\"a2.m3u8\"",
                "#EXT-X-STREAM-INF:BANDWIDTH=3128000,AVERAGE-BANDWIDTH=2120000"
                    + ",CODECS=\"avc1.64001F,mp4a.40.2\",RESOLUTION=1280x720,FRAME-RATE=29.970"
                    + ",AUDIO=\"sound\"",
                "v1.m3u8",
                "#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=400000,AVERAGE-BANDWIDTH=300000"
                    + ",CODECS=\"avc1.64001F\",RESOLUTION=1280x720,URI=\"v1-keys.m3u8\"",
            ])
    }

    @Test("V7: sound alone is a list of its own, and none with a picture offers it")
    func soundAlone() {
        #expect(
            lines(nil, [sound(2)]) == [
                "#EXTM3U",
                "#EXT-X-INDEPENDENT-SEGMENTS",
                "#EXT-X-STREAM-INF:BANDWIDTH=128000,AVERAGE-BANDWIDTH=120000,CODECS=\"mp4a.40.2\"",
                "a2.m3u8",
            ])
        #expect(lines(picture, [sound(2), sound(3)]).count(of: "#EXT-X-STREAM-INF") == 1)
    }

    @Test("several sounds without a picture are one variant with a group, whose default it names")
    func severalSounds() {
        let lines = lines(
            nil, [sound(1, language: "en"), sound(2, language: "de", isDefault: true)])
        #expect(lines.count(of: "#EXT-X-MEDIA:") == 2)
        #expect(lines.last == "a2.m3u8")
        #expect(lines.value(of: "#EXT-X-STREAM-INF")?.hasSuffix("AUDIO=\"sound\"") == true)
    }

    @Test("V2: no tag of a media playlist is in it, and no version without need")
    func minimal() {
        var silent = picture
        silent.keyFramesURI = nil
        let lines = lines(silent, [], areSegmentsIndependent: false)
        #expect(
            lines == [
                "#EXTM3U",
                "#EXT-X-STREAM-INF:BANDWIDTH=3000000,AVERAGE-BANDWIDTH=2000000"
                    + ",CODECS=\"avc1.64001F\",RESOLUTION=1280x720,FRAME-RATE=29.970", "v1.m3u8",
            ])
    }

    @Test("V3: the bit rate is that of the dearest sound with the picture")
    func dearest() {
        let lines = lines(picture, [sound(2, peak: 64_000), sound(3, peak: 256_000)])
        let variant = lines.value(of: "#EXT-X-STREAM-INF") ?? ""
        #expect(variant.hasPrefix("BANDWIDTH=3256000,AVERAGE-BANDWIDTH=2248000,"))
    }

    @Test("V4: all codecs of all sounds are named, each once")
    func codecs() {
        let sounds = [sound(2), sound(3, codec: "opus"), sound(4)]
        let variant = lines(picture, sounds).value(of: "#EXT-X-STREAM-INF") ?? ""
        #expect(variant.contains("CODECS=\"avc1.64001F,mp4a.40.2,opus\""))
    }

    @Test(
        "V4: a frame rate has three decimals",
        arguments: [(30_000, "30.000"), (23_976, "23.976"), (5, "0.005")] as [(UInt64, String)])
    func frameRate(milli: UInt64, text: String) {
        var other = picture
        other.frameRateMilli = milli
        let variant = lines(other, []).value(of: "#EXT-X-STREAM-INF") ?? ""
        #expect(variant.contains("FRAME-RATE=\(text)"))
    }

    @Test("V6: a group has names that differ, one default, and one choice of each language")
    func group() {
        let sounds = [
            sound(2, language: "en"), sound(3, name: "Sound 1", language: "de", isDefault: true),
            sound(4, name: "Sound 1", language: "de", isDefault: true), sound(5, language: "fr"),
            sound(6, name: "Sound 1"),
        ]
        let lines = lines(picture, sounds).filter { $0.hasPrefix("#EXT-X-MEDIA:") }
        func values(_ name: String) -> [String] {
            lines.compactMap { line in
                line.split(separator: ",").first { $0.hasPrefix(name + "=") }
                    .map { String($0.dropFirst(name.count + 1)) }
            }
        }
        #expect(Set(values("NAME")).count == 5)
        #expect(values("NAME").first == "\"Sound 1\"")
        #expect(values("DEFAULT") == ["NO", "YES", "NO", "NO", "NO"])
        #expect(values("AUTOSELECT") == ["YES", "YES", "NO", "YES", "YES"])
        #expect(values("LANGUAGE") == ["\"en\"", "\"de\"", "\"de\"", "\"fr\"", "\"und\""])
    }

    @Test("V1: no name of a broadcaster ends its quotes or its line")
    func names() {
        let name = "a\"b\nc\r\u{0}\u{7F}\u{85}ä𝄞"
        let lines = lines(picture, [sound(2, name: name, language: "x\"\n#y")])
        #expect(lines[3].contains("NAME=\"a'b c    ä𝄞\",LANGUAGE=\"x' #y\","))
        #expect(lines.count == 7)
    }

    @Test("a rewound list says how far before its end to start")
    func rewound() {
        #expect(lines(picture, [], rewindMs: 90_500)[3] == "#EXT-X-START:TIME-OFFSET=-90.500000")
        #expect(lines(picture, [], rewindMs: .max).count(of: "#EXT-X-START:TIME-OFFSET=-") == 1)
    }
}

@Suite("Bit rates")
struct BandwidthTests {
    /// Segments of so many kilobytes and milliseconds, in a stream with a target duration of 4 s.
    private func measure(_ segments: [(kilobytes: UInt64, ms: UInt64)]) -> Bandwidth? {
        Bandwidth(
            of: segments.map { Bandwidth.Measure(byteCount: $0.kilobytes * 1_000, ticks: $0.ms) },
            timescale: 1_000, targetDurationMs: 4_000)
    }

    @Test(
        "V3: the peak is that of the dearest run between a half and one and a half target durations"
    )
    func peak() {
        // One of 1 s alone is no run: the dearest with it lasts 2 s.
        let rates = measure([(100, 1_000), (900, 1_000), (100, 1_000), (100, 1_000), (100, 2_000)])
        #expect(rates == Bandwidth(peak: 4_000_000, average: 1_733_334))
        // Runs of 5.9 s count. The dearest of all lasts 7.95 s, which is too long.
        let long = measure([(900, 1_900), (1, 4_150), (900, 1_900), (1, 4_000), (1, 4_000)])
        #expect(long?.peak == 1_221_695)
        #expect(measure([(900, 6_000), (1, 1_000)])?.peak == 1_200_000)
    }

    @Test("V3: no run is left out", arguments: 0..<50 as Range<UInt64>)
    func runs(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let segments = (0..<40).map { _ in
            (
                kilobytes: UInt64.random(in: 0...900, using: &random),
                ms: UInt64.random(
                    in: random.next() & 7 == 0 ? 0...6_500 : 700...4_000, using: &random)
            )
        }
        var peak: UInt64 = 0
        for start in segments.indices {
            for end in start..<segments.count {
                let run = segments[start...end]
                let ms = run.reduce(0) { $0 + $1.ms }
                let bits = run.reduce(0) { $0 + $1.kilobytes } * 8_000_000
                if 2_000...6_000 ~= ms { peak = max(peak, (bits + ms - 1) / ms) }
            }
        }
        #expect(measure(segments)?.peak == peak)
    }

    @Test("while all there is lasts less than a run, it is one")
    func few() {
        #expect(measure([(100, 1_000)]) == Bandwidth(peak: 800_000, average: 800_000))
    }

    @Test("what lasts no time has no rate")
    func none() {
        #expect(measure([]) == nil)
        #expect(measure([(100, 0), (0, 0)]) == nil)
        #expect(measure([(100, 0), (100, 2_000)])?.peak == 800_000)
    }

    @Test("the greatest numbers are measured")
    func greatest() {
        let most = Bandwidth.Measure(byteCount: .max, ticks: 1)
        let rates = Bandwidth(
            of: [most, most], timescale: .max, targetDurationMs: .max)
        #expect(rates == Bandwidth(peak: .max, average: .max))
        #expect(rates?.rounded == rates)
    }

    @Test(
        "a rounded rate has two digits and is never less",
        arguments: [
            (0, 0), (7, 7), (99, 99), (100, 100), (101, 110), (128_000, 130_000),
            (1_733_334, 1_800_000), (9_900_001, 10_000_000),
        ] as [(UInt64, UInt64)])
    func rounded(rate: UInt64, rounded: UInt64) {
        #expect(
            Bandwidth(peak: rate, average: rate).rounded
                == Bandwidth(peak: rounded, average: rounded))
    }
}
