// Back-pressure for a publisher that sends faster than real time (a file, not a camera): it may run
// ahead of the clock by half of what the ring holds, so that a viewer who keeps up with the clock is
// never overrun. Pure arithmetic; the caller provides the clock.

import Settings

/// A leaky bucket of media time.
struct IngestPace: Equatable, Sendable {
    /// Media time received beyond what the clock has let through.
    private(set) var aheadMs: UInt64
    private(set) var atMs: UInt64

    init(aheadMs: UInt64 = 0, atMs: UInt64) {
        self.aheadMs = aheadMs
        self.atMs = atMs
    }

    /// Notes that media of that duration was written. Durations that cannot be (a jump in the
    /// source's clock) count as nothing rather than blocking the publisher for hours.
    mutating func add(mediaMs: Int64, nowMs: UInt64) {
        leak(to: nowMs)
        if mediaMs > 0 && mediaMs < 60_000 { aheadMs += UInt64(mediaMs) }
    }

    /// How long to withhold further input. `allowedMs` is half of what the ring holds. Whatever the
    /// source's clock claims, that has an end: no other clock runs then.
    mutating func delayMs(allowedMs: UInt64, nowMs: UInt64) -> UInt64 {
        leak(to: nowMs)
        aheadMs = min(aheadMs, allowedMs + Limits.publishHoldBackMs)
        return aheadMs > allowedMs ? aheadMs - allowedMs : 0
    }

    private mutating func leak(to nowMs: UInt64) {
        // A clock that was set back lets nothing through that once, and goes on from there.
        aheadMs -= min(aheadMs, nowMs - min(atMs, nowMs))
        atMs = nowMs
    }
}
