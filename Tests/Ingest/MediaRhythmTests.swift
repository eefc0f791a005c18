// Gaps between media, and distances between key frames.

import Testing

@testable import Ingest

struct MediaRhythmTests {
    @Test("a gap is the time since the media before, and a pause is none")
    func gaps() {
        var rhythm = MediaRhythm()
        #expect(rhythm.gapMs(atMs: 5_000) == nil, "the first media has none before it")
        #expect(rhythm.gapMs(atMs: 5_000) == 0)
        #expect(rhythm.gapMs(atMs: 5_040) == 40)
        #expect(rhythm.gapMs(atMs: 5_000) == nil, "a damaged ring's clock")
        #expect(rhythm.gapMs(atMs: 5_000 + MediaRhythm.mostMs) == nil)
    }

    @Test("a distance is media time, and a jump of the time line is none")
    func distances() {
        var rhythm = MediaRhythm(keyFrameMs: 1_000)
        #expect(rhythm.distanceMs(toKeyFrameAtMs: 3_000) == 2_000)
        #expect(rhythm.distanceMs(toKeyFrameAtMs: 3_000) == nil)
        #expect(rhythm.distanceMs(toKeyFrameAtMs: 2_000) == nil)
        #expect(rhythm.distanceMs(toKeyFrameAtMs: .max) == nil)
        #expect(rhythm.distanceMs(toKeyFrameAtMs: .min) == nil)
    }
}
