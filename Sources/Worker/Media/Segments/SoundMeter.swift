// How long each frame of one sound track lasts, in ticks of its TrackClock. It looks at the frames as
// viewers get them. Writer and readers use the same one.

package struct SoundMeter: Sendable {
    private enum Way: Sendable {
        case opus
        /// Each frame lasts the same.
        case constant(UInt32?)
        /// Behind a reference, so that the others are small: every frame asks.
        indirect case asking(MediaTrack)
    }

    private let timescale: UInt64
    private let way: Way

    /// Longer than any frame of sound.
    private static let mostUs: UInt64 = 60_000_000

    /// - Parameter track: a track of sound.
    package init(for track: MediaTrack) {
        timescale = UInt64(TrackClock(for: track).timescale)
        switch track.codec {
        case "opus": way = .opus
        case "aac":
            let us = SoundDuration.us(of: [0].span, in: track)
            way = .constant(Self.ticks(ofUs: us, timescale: timescale))
        default: way = .asking(track)
        }
    }

    /// Nil when the codec does not say.
    package func ticks(of frame: Span<UInt8>) -> UInt32? {
        switch way {
        case .opus:
            guard frame.count > 0 else { return nil }
            return Self.ticks(ofUs: SoundDuration.opusUs(frame), timescale: timescale)
        case .constant(let ticks): return ticks
        case .asking(let track):
            return Self.ticks(
                ofUs: SoundDuration.us(of: frame, in: track), timescale: timescale)
        }
    }

    /// Microseconds were rounded down from whole samples, so ticks are rounded up.
    private static func ticks(ofUs us: UInt64?, timescale: UInt64) -> UInt32? {
        guard let us, us <= mostUs else { return nil }
        return UInt32(clamping: (us * timescale + 999_999) / 1_000_000)
    }
}

extension TrackClock {
    /// The clock of a served track.
    package init(for track: MediaTrack) {
        switch track.kind {
        case .audio:
            // What MP4 cannot have is counted as the container says; nobody is served it.
            let plainHz = track.codec == "opus" ? 48_000 : track.sampleRateHz ?? 0
            self.init(sampleRateHz: track.timescale.map(Int.init) ?? plainHz)
        case .video: self.init(reorderDepth: track.reorderDepth)
        }
    }
}
