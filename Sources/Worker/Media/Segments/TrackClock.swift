// How the frames of one track are counted: from their times in milliseconds, and from what their codec
// says about how long they last, to exact decode times in the track's own time scale.
//
// The same value runs in the process that writes a ring, which notes it in each segment record, and in
// every reader, which goes on from there. So all of them come to the same numbers. Only the frames decide,
// in the order in which they stand in the ring; there is no clock in here.
//
// Pictures are shown at their time. They are decoded in the order of the file: at the least of the last
// times that the codec may hold back (`reorderDepth` of them, and one more). Sound is counted in samples,
// because milliseconds would leave a gap or an overlap at every frame. Its container's time counts only
// when it disagrees by more than a tenth of a second: then sound was missing, or its source's clock runs
// at another speed.
//
// Invariants: decode times of a track increase strictly, also over a restart. All numbers stay below
// `latest` (but for some frames' lengths), whatever the frames say, so that no sum overflows.

package struct TrackClock: Sendable, Equatable {
    /// Where one frame is put.
    package struct Tick: Sendable, Equatable {
        package var decodeTime: UInt64
        /// When it is shown, minus when it is decoded.
        package var compositionOffset: Int32
        /// It does not follow the frame before: the count was set anew from the container's time.
        package var isGap: Bool

        package init(decodeTime: UInt64, compositionOffset: Int32, isGap: Bool) {
            self.decodeTime = decodeTime
            self.compositionOffset = compositionOffset
            self.isGap = isGap
        }
    }

    /// Ticks a second: 90,000 for pictures; for sound its sample rate, and 48,000 for Opus.
    package let timescale: UInt32
    /// How many pictures may be stored before one that is shown earlier; nil for sound.
    package let reorderDepth: Int?

    /// The least decode time that the next frame may have.
    var earliest: UInt64 = 0
    /// Pictures that are reordered: the last times, sorted, one more than `reorderDepth`. Empty at the
    /// start, and always when nothing is reordered.
    var shown: [UInt64] = []
    /// Sound: where the samples so far end; nil when that is not known.
    var counted: UInt64?

    package static let videoTimescale: UInt32 = 90_000
    /// No codec holds back more.
    package static let mostReorderDepth = 16
    /// Sample rates that are used as time scales. The greatest leaves room for every time (`latest`).
    static let soundTimescales: ClosedRange<UInt32> = 1...384_000
    /// More than any time on the time line is in any time scale.
    static let latest: UInt64 = 1 << 62
    /// Pictures further apart than this do not belong to one group that is reordered.
    static let mostReorderTicks = 10 * UInt64(videoTimescale)

    /// For pictures.
    package init(reorderDepth: Int) {
        timescale = Self.videoTimescale
        self.reorderDepth = min(max(reorderDepth, 0), Self.mostReorderDepth)
    }

    /// For sound. A sample rate that no sound has is not used.
    package init(sampleRateHz: Int) {
        let rate = UInt32(clamping: sampleRateHz)
        timescale = Self.soundTimescales.contains(rate) ? rate : Self.videoTimescale
        reorderDepth = nil
    }

    /// Where the next frame of the track goes.
    ///
    /// - Parameters:
    ///   - timeMs: when it is shown, on the ring's time line.
    ///   - soundTicks: how long a frame of sound lasts (see SoundMeter); nil when its codec does not say.
    package mutating func take(timeMs: Int64, soundTicks: UInt32?) -> Tick {
        let time = ticks(ofMs: timeMs)
        guard let reorderDepth else { return takeSound(at: time, lasting: soundTicks) }
        let isGap = reorderDepth > 0 && reorder(time, depth: reorderDepth)
        let decodeTime = max(shown.first ?? time, earliest)
        earliest = decodeTime + 1
        let offset = Int64(time) - Int64(decodeTime)
        return Tick(
            decodeTime: decodeTime, compositionOffset: Int32(clamping: offset), isGap: isGap)
    }

    /// Where the next frame goes if it is of this time. Sound that has come already ends there or later: it
    /// may be ahead of the picture that a segment begins with.
    package func start(atMs timeMs: Int64) -> UInt64 {
        var next = self
        return max(next.take(timeMs: timeMs, soundTicks: nil).decodeTime, counted ?? 0)
    }

    /// What comes next does not continue what came before.
    package mutating func restart() {
        shown = []
        counted = nil
    }

    /// Pictures that still come are reordered as those of another clock.
    mutating func reorder(like other: TrackClock) {
        guard let depth = other.reorderDepth, let reorderDepth, depth != reorderDepth else {
            return
        }
        let next = earliest
        self = TrackClock(reorderDepth: depth)
        earliest = next
    }

    /// Frames that still come are decoded at this time or later.
    package mutating func pass(to decodeTime: UInt64) {
        earliest = max(earliest, min(decodeTime, Self.latest))
    }

    /// A time on the ring's time line, in this time scale.
    package func ticks(ofMs timeMs: Int64) -> UInt64 {
        let ms = UInt64(min(max(timeMs, 0), Timeline.latestMs))
        let rate = UInt64(timescale)
        return ms / 1_000 * rate + (ms % 1_000 * rate + 500) / 1_000
    }

    /// Puts a picture's time in the place of the least one. Returns whether it was so far away that
    /// the order begins anew.
    private mutating func reorder(_ time: UInt64, depth: Int) -> Bool {
        let isFresh = shown.isEmpty
        if let newest = shown.last, Self.distance(time, newest) <= Self.mostReorderTicks {
            shown[0] = time
            var index = 0
            while index < depth, shown[index] > shown[index + 1] {
                shown.swapAt(index, index + 1)
                index += 1
            }
            return false
        }
        shown = [UInt64](repeating: time, count: depth + 1)
        return !isFresh
    }

    private mutating func takeSound(at time: UInt64, lasting ticks: UInt32?) -> Tick {
        var decodeTime = time
        var isGap = false
        if let counted {
            isGap = Self.distance(time, counted) > UInt64(timescale / 10)
            if !isGap { decodeTime = counted }
        }
        // Sound that runs ahead of its container's time becomes shorter, and never goes back.
        decodeTime = max(decodeTime, earliest)
        earliest = decodeTime + 1
        counted = ticks.map { decodeTime + UInt64($0) }
        return Tick(decodeTime: decodeTime, compositionOffset: 0, isGap: isGap)
    }

    private static func distance(_ a: UInt64, _ b: UInt64) -> UInt64 { a > b ? a - b : b - a }
}
