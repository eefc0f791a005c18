// Durations in print: exact over any run, and never over their target.

import Testing

@testable import Media

/// Time scales of pictures and sound, and odd ones.
private let timescales: [UInt32] = [
    90_000, 48_000, 44_100, 22_050, 16_000, 8_000, 192_000, 11_025, 1_000,
]

@Suite("Durations in playlists")
struct PlaylistDurationTests {
    @Test(
        "a stretch is as long as its ends are apart, to less than a microsecond",
        arguments: timescales)
    func exact(timescale: UInt32) {
        var generator = SystemRandomNumberGenerator()
        var start = UInt64.random(in: 0...1 << 50, using: &generator)
        let first = start
        var sumUs: UInt64 = 0
        for _ in 0..<10_000 {
            let stretch = MediaStretch(
                start: start, ticks: .random(in: 1...2 * UInt64(timescale), using: &generator))
            sumUs += stretch.us(timescale: timescale)
            start = stretch.end
            let trueUs = UInt128(start - first) * 1_000_000
            let difference = Int128(trueUs) - Int128(sumUs) * Int128(timescale)
            #expect(abs(difference) < Int128(timescale), "from \(first)")
        }
    }

    @Test("T1: what keeps the part target in ticks keeps it in print", arguments: timescales)
    func partTarget(timescale: UInt32) {
        var generator = SystemRandomNumberGenerator()
        for targetMs: UInt64 in [200, 250, 300, 333, 500, 1_001] {
            let longest = UInt64(ms: targetMs, timescale: timescale)
            for _ in 0..<2_000 {
                let start = UInt64.random(in: 0...1 << 50, using: &generator)
                let us = MediaStretch(start: start, ticks: longest).us(timescale: timescale)
                #expect(us <= targetMs * 1_000, "from \(start)")
            }
        }
    }

    @Test("L13, T3: parts add up to their segment, and segments to the distance of their ends")
    func sums() {
        // Sound of 44.1 kHz in frames of 1,024 samples: no duration is a whole number of anything.
        var playlist = PlaylistBench.playlist(0)
        playlist.timescale = 44_100
        var start: UInt64 = 7_777_777
        playlist.segments = (0..<5).map { index in
            let parts = (0..<8).map { part in
                PlaylistPart(
                    ticks: 1_024 * (part == 7 ? 3 : 11), uri: "p", isIndependent: true)
            }
            let ticks = parts.reduce(0) { $0 + $1.ticks }
            defer { start += ticks }
            return PlaylistSegment(
                ordinal: UInt64(index), discontinuityOrdinal: 0, start: start, ticks: ticks,
                uri: "s", mapURI: "m", programDateMs: 0, parts: parts)
        }
        let lines = PlaylistBench.lines(playlist.text(.whole))
        let segments = lines.durationsUs("#EXTINF:")
        let parts = lines.durationsUs("#EXT-X-PART:DURATION=")
        #expect(segments.count == 5 && parts.count == 40)
        for index in 0..<5 {
            #expect(parts[(8 * index)..<(8 * index + 8)].reduce(0, +) == segments[index])
        }
        let exactUs = Int((start - 7_777_777) * 1_000_000 / 44_100)
        #expect(abs(segments.reduce(0, +) - exactUs) <= 1)
    }

    @Test("times that no stream has give some text, and do not trap")
    func hostile() {
        for timescale: UInt32 in [0, 1, .max] {
            var playlist = PlaylistBench.playlist(2)
            playlist.timescale = timescale
            playlist.targetDurationMs = .max
            for index in playlist.segments.indices {
                playlist.segments[index].start = .max - 1
                playlist.segments[index].ticks = .max
                playlist.segments[index].ordinal = .max
                playlist.segments[index].discontinuityOrdinal = index == 0 ? 0 : .max
                playlist.segments[index].isDiscontinuity = true
                playlist.segments[index].programDateMs = 1 << 53
            }
            for form in [MediaPlaylist.Form.whole, .delta, .plain] {
                #expect(!playlist.text(form).isEmpty)
            }
        }
    }

    @Test(
        "L1: a target duration is written in whole seconds, rounded up",
        arguments: [(2_000, 2), (2_001, 3), (10_000, 10)] as [(UInt32, Int)])
    func targetDuration(ms: UInt32, seconds: Int) {
        var playlist = PlaylistBench.playlist(1)
        playlist.targetDurationMs = ms
        let lines = PlaylistBench.lines(playlist.text(.whole))
        #expect(lines.value(of: "#EXT-X-TARGETDURATION") == "\(seconds)")
    }
}
