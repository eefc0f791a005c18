// Time, in three kinds that never mix. Monotonic time is for what one process waits for and
// measures. BootClock is for durations that several processes or files share. The wall clock is for
// people, and for databases that several machines share; it can be set at any moment.

import Glibc

package enum MonotonicClock {
    /// Milliseconds of CLOCK_MONOTONIC: the same axis in every process of this machine.
    package static func nowMs() -> UInt64 { nowUs() / 1_000 }

    /// The same in microseconds.
    package static func nowUs() -> UInt64 { microseconds(of: CLOCK_MONOTONIC) }
}

package enum WallClock {
    /// Milliseconds since 1970-01-01T00:00:00Z. Not for durations: use BootClock.
    package static func nowMs() -> UInt64 { microseconds(of: CLOCK_REALTIME) / 1_000 }
}

extension UInt64 {
    /// The time from `then` until this time; 0 if that is still to come. Both are on one clock. Ask the clock
    /// once, for this: `now - min(then, now)` with two looks at it fails when `then` lies between them.
    package func since(_ then: UInt64) -> UInt64 { self - Swift.min(then, self) }
}

func microseconds(of clock: clockid_t) -> UInt64 {
    var time = timespec()
    let result = unsafe clock_gettime(clock, &time)
    precondition(result == 0, "every Linux has this clock")
    return UInt64(time.tv_sec) * 1_000_000 + UInt64(time.tv_nsec) / 1_000
}
