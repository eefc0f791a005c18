// How regularly a stream's media and its key frames come, for the metrics. Goes on over the bodies of one
// broadcast, whichever workers they come to. Pure arithmetic; the caller provides the clock.

import Media
import SegmentRing

struct MediaRhythm: Equatable {
    /// When the newest media came, on the ring's clock.
    private var newestMs: UInt64?
    /// Where the newest key frame is on the stream's time line.
    private var keyFrameMs: Int64?

    /// A gap or a distance from here on is a pause or a jump.
    static let mostMs: UInt64 = 60_000

    init(newestMs: UInt64? = nil, keyFrameMs: Int64? = nil) {
        self.newestMs = newestMs
        self.keyFrameMs = keyFrameMs
    }

    /// Goes on where a ring's media ends.
    init(continuing ring: Ring?) {
        var keyFrameMs: Int64?
        if let ring, let sequence = ring.newestIndependent,
            case .entry(let entry) = ring.lookup(sequence),
            !entry.flags.contains(.withoutPicture)
        {
            keyFrameMs = entry.mediaTimeMs
        }
        self.init(newestMs: ring?.newestEntry?.bootMs, keyFrameMs: keyFrameMs)
    }

    /// Media has come: how long after the media before it.
    mutating func gapMs(atMs nowMs: UInt64) -> UInt64? {
        defer { newestMs = nowMs }
        guard let newestMs, nowMs >= newestMs, nowMs - newestMs < Self.mostMs else { return nil }
        return nowMs - newestMs
    }

    /// A fragment has come: how far its key frame is from the one before it. Nil if it has none, or if the
    /// time line has a break in between.
    mutating func keyFrameDistanceMs(at fragment: Fragment) -> UInt64? {
        if fragment.isDiscontinuity { keyFrameMs = nil }
        guard fragment.isIndependent, !fragment.isWithoutPicture else { return nil }
        return distanceMs(toKeyFrameAtMs: fragment.mediaTimeMs)
    }

    mutating func distanceMs(toKeyFrameAtMs timeMs: Int64) -> UInt64? {
        defer { keyFrameMs = timeMs }
        guard let keyFrameMs else { return nil }
        let distanceMs = timeMs.subtractingReportingOverflow(keyFrameMs)
        guard !distanceMs.overflow, distanceMs.partialValue > 0,
            distanceMs.partialValue < Int64(Self.mostMs)
        else { return nil }
        return UInt64(distanceMs.partialValue)
    }
}
