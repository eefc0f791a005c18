// Back-pressure for a publisher that sends faster than real time (a file, not a camera): it may run
// ahead of the clock by half of what the ring holds, so that a viewer who keeps up with the clock is
// never overrun. Pure arithmetic; the caller provides the clock.

import Settings

/// A leaky bucket of media time.
struct IngestPace: Equatable, Sendable {
    /// Media time received beyond what the clock has let through.
    private(set) var aheadMs: UInt64
    private(set) var atMs: UInt64
    /// What the clock has let through beyond whole milliseconds, in hundredths of one.
    private var leakedHundredths: UInt64 = 0

    /// Both may come from the file of a ring.
    init(aheadMs: UInt64 = 0, atMs: UInt64) {
        self.aheadMs = min(aheadMs, Limits.publishHoldBackMs + Limits.ringMs.upperBound)
        self.atMs = atMs
    }

    /// Notes that media of that duration has come. Media that came while the clock ran is let through
    /// with it, so a pause that is also in the media counts for nothing. An impossible duration counts
    /// as nothing, rather than blocking the publisher for hours.
    mutating func add(mediaMs: Int64, nowMs: UInt64) {
        if mediaMs > 0 && mediaMs < 60_000 { aheadMs += UInt64(mediaMs) }
        leak(to: nowMs)
    }

    /// How long to withhold further input. `allowedMs` is half of what the ring holds. The delay is
    /// bounded whatever the source's clock claims: no other clock runs then.
    mutating func delayMs(allowedMs: UInt64, nowMs: UInt64) -> UInt64 {
        leak(to: nowMs)
        aheadMs = min(aheadMs, allowedMs + Limits.publishHoldBackMs)
        return aheadMs > allowedMs ? aheadMs - allowedMs : 0
    }

    private mutating func leak(to nowMs: UInt64) {
        // The boot clock never goes back, but the number may be from another ring or a damaged one. A
        // time in the future lets nothing through that once; one years in the past lets everything
        // through.
        let elapsedMs = min(nowMs - min(atMs, nowMs), Limits.publishHoldBackMs * 1_000)
        atMs = nowMs
        leakedHundredths += elapsedMs * Limits.publishPacePercent
        let leakedMs = leakedHundredths / 100
        leakedHundredths %= 100
        aheadMs -= min(aheadMs, leakedMs)
    }
}

/// How much media a broadcast brings, as opposed to how far its clock moves. The time at which it begins
/// is not media; nor is a jump, nor what was lost.
struct MediaAdvance: Equatable, Sendable {
    /// The end of what was counted; nil when the next media is placed anew.
    private var endMs: Int64?

    /// - Parameter endMs: where media goes on that was counted elsewhere; nil for none.
    init(continuingAtMs endMs: Int64? = nil) {
        self.endMs = endMs
    }

    /// A header has come: the next media begins somewhere else.
    mutating func restart() { endMs = nil }

    /// Notes one fragment; returns how much media it adds, in milliseconds. Small holes count, since
    /// frames may come seldom and need not say how long they last.
    mutating func add(startMs: Int64, durationMs: Int64, isDiscontinuity: Bool) -> Int64 {
        let fragmentEndMs = startMs + durationMs
        guard let lastMs = endMs, !isDiscontinuity, abs(startMs - lastMs) < Self.jumpMs else {
            endMs = fragmentEndMs
            return durationMs
        }
        endMs = max(lastMs, fragmentEndMs)
        return max(0, fragmentEndMs - lastMs)
    }

    /// From here on a gap is no hole and no reordering, but a pause or another clock.
    private static let jumpMs = Int64(Limits.publisherSilenceMs)
}
