// How frames are counted: pictures and sound, disorder, gaps, odd numbers, and the clock as bytes.

import Testing

@testable import Media

extension TrackClock {
    fileprivate mutating func takeAll(_ timesMs: [Int64], soundTicks: UInt32? = nil) -> [Tick] {
        timesMs.map { take(timeMs: $0, soundTicks: soundTicks) }
    }
}

@Suite("A track's clock")
struct TrackClockTests {
    @Test("pictures that come in order are decoded when they are shown")
    func pictures() {
        var clock = TrackClock(reorderDepth: 0)
        let ticks = clock.takeAll([0, 33, 67, 5_000])
        #expect(ticks.map(\.decodeTime) == [0, 2_970, 6_030, 450_000])
        #expect(ticks.allSatisfy { $0.compositionOffset == 0 && !$0.isGap })
    }

    /// I P B B, twice, in units of 40 ms.
    @Test(
        "pictures that are shown in another order are decoded in the order of the file, never late",
        arguments: [1, 2, 4])
    func reordering(depth: Int) {
        var clock = TrackClock(reorderDepth: depth)
        let shown: [Int64] = [0, 3, 1, 2, 6, 4, 5, 9, 7, 8, 12, 10, 11]
        let ticks = clock.takeAll(shown.map { 40 * $0 })
        #expect(zip(ticks, ticks.dropFirst()).allSatisfy { $0.decodeTime < $1.decodeTime })
        #expect(ticks.allSatisfy { $0.compositionOffset >= 0 && !$0.isGap })
        for (tick, time) in zip(ticks, shown) {
            #expect(Int64(tick.decodeTime) + Int64(tick.compositionOffset) == time * 3_600)
        }
        // Once the first ones are through, a frame of distance between all of them.
        let steady = ticks.dropFirst(depth + 1)
        #expect(
            zip(steady, steady.dropFirst()).allSatisfy { $1.decodeTime - $0.decodeTime == 3_600 })
    }

    @Test("pictures go on after a long time in which none came")
    func standstill() {
        var clock = TrackClock(reorderDepth: 2)
        _ = clock.takeAll([0, 120, 40, 80])
        let ticks = clock.takeAll([20_000, 20_080, 20_040])
        #expect(ticks.map(\.isGap) == [true, false, false])
        #expect(ticks.map(\.decodeTime) == [1_800_000, 1_800_001, 1_800_002])
    }

    @Test("frames whose times go back are put one tick after the other", arguments: [0, 2])
    func backwards(depth: Int) {
        var clock = TrackClock(reorderDepth: depth)
        let ticks = clock.takeAll([1_000, 900, 800, 700])
        #expect(ticks.map(\.decodeTime) == [90_000, 90_001, 90_002, 90_003])
        #expect(ticks.last?.compositionOffset == -27_003)
    }

    @Test("sound is counted in samples, however its times are rounded")
    func sound() {
        var clock = TrackClock(sampleRateHz: 44_100)
        for index in 0..<50_000 {
            // Half a second of error, much more than a frame, has no effect if it does not accumulate.
            let timeMs = Int64(index) * 1_024_000 / 44_100
            let tick = clock.take(timeMs: timeMs + [0, 40, -40][index % 3], soundTicks: 1_024)
            #expect(tick.decodeTime == UInt64(index) * 1_024 && !tick.isGap)
        }
    }

    @Test("sound that was missing leaves a gap")
    func missingSound() {
        var clock = TrackClock(sampleRateHz: 48_000)
        let ticks = clock.takeAll([0, 20, 60, 80, 300, 320], soundTicks: 960)
        #expect(ticks.map(\.decodeTime) == [0, 960, 1_920, 2_880, 14_400, 15_360])
        #expect(ticks.map(\.isGap) == [false, false, false, false, true, false])
    }

    @Test("sound that runs ahead of its times is shortened, and stays within a tenth of a second")
    func fastSound() {
        var clock = TrackClock(sampleRateHz: 48_000)
        var last: UInt64?
        for index in 0..<5_000 {
            let timeMs = Int64(index) * 19
            let tick = clock.take(timeMs: timeMs, soundTicks: 960)
            #expect(tick.decodeTime > last ?? 0 || index == 0)
            #expect(Int64(tick.decodeTime) - timeMs * 48 <= 4_800)
            last = tick.decodeTime
        }
    }

    @Test("sound whose frames do not say how long they last goes by its times")
    func unmeasuredSound() {
        var clock = TrackClock(sampleRateHz: 48_000)
        let ticks = clock.takeAll([0, 21, 43, 43, 30])
        #expect(ticks.map(\.decodeTime) == [0, 1_008, 2_064, 2_065, 2_066])
    }

    @Test("after a restart the times count anew, and still never go back")
    func restart() {
        var sound = TrackClock(sampleRateHz: 48_000)
        _ = sound.takeAll([0, 20], soundTicks: 960)
        sound.restart()
        #expect(
            sound.takeAll([90, 110], soundTicks: 960).map(\.decodeTime) == [4_320, 5_280])
        sound.restart()
        let ticks = sound.takeAll([80, 100], soundTicks: 960)
        #expect(ticks.map(\.decodeTime) == [5_281, 6_241] && !ticks[0].isGap)

        var picture = TrackClock(reorderDepth: 1)
        _ = picture.takeAll([0, 80, 40])
        picture.restart()
        #expect(picture.take(timeMs: 200, soundTicks: nil).decodeTime == 18_000)
    }

    @Test(
        "no time, length or sample rate makes it trap or go back",
        arguments: [TrackClock(reorderDepth: 0), TrackClock(reorderDepth: 99)]
            + [0, 1, 384_000, 384_001, -5, .max].map { TrackClock(sampleRateHz: $0) })
    func oddNumbers(clock: TrackClock) throws {
        var clock = clock
        var random = SeededRandom(seed: 3)
        var last: UInt64?
        for _ in 0..<2_000 {
            let timeMs = [.min, -1, 0, 1, 5_000, Timeline.latestMs, .max].randomElement(
                using: &random)
            let ticks: UInt32? = [nil, 0, 1, 960, .max].randomElement(using: &random)!
            let tick = clock.take(timeMs: try #require(timeMs), soundTicks: ticks)
            #expect(last.map { tick.decodeTime > $0 } ?? true)
            last = tick.decodeTime
            if Bool.random(using: &random) { clock.restart() }
            #expect(TrackClock(decoding: clock.encoded()) == clock)
        }
    }

    // MARK: As bytes

    @Test("a clock that was written down goes on like the one that was not", arguments: 0...16)
    func encoding(depth: Int) {
        for isSound in [false, true] {
            var clock =
                isSound ? TrackClock(sampleRateHz: 44_100) : TrackClock(reorderDepth: depth)
            var random = SeededRandom(seed: UInt64(depth))
            for index in 0..<200 {
                let bytes = clock.encoded()
                #expect(bytes.count <= TrackClock.mostEncodedBytes)
                #expect(TrackClock(decoding: bytes) == clock)
                let timeMs = Int64(index * 23) + Int64.random(in: 0...200, using: &random)
                _ = clock.take(timeMs: timeMs, soundTicks: isSound ? 1_024 : nil)
            }
        }
    }

    @Test("no bytes make it trap, and what is taken from them is written the same")
    func hostileBytes() {
        var clock = TrackClock(reorderDepth: 2)
        _ = clock.takeAll([0, 80, 40])
        var sound = TrackClock(sampleRateHz: 48_000)
        _ = sound.takeAll([0, 20], soundTicks: 960)
        var random = SeededRandom(seed: 9)
        for good in [clock.encoded(), sound.encoded()] {
            for count in 0..<good.count {
                #expect(TrackClock(decoding: [UInt8](good.prefix(count))) == nil)
            }
            #expect(TrackClock(decoding: good + [0]) == nil)
            for _ in 0..<4_000 {
                var bytes = good
                for _ in 0..<Int.random(in: 1...4, using: &random) {
                    bytes[bytes.indices.randomElement(using: &random)!] =
                        [0, 1, 0x7F, 0xFF, UInt8.random(in: 0...255, using: &random)]
                        .randomElement(using: &random)!
                }
                guard var odd = TrackClock(decoding: bytes) else { continue }
                #expect(TrackClock(decoding: odd.encoded()) == odd)
                for timeMs in [Int64.max, 0, 40] {
                    _ = odd.take(timeMs: timeMs, soundTicks: .max)
                }
            }
        }
    }
}
