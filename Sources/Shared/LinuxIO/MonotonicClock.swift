// Time, in flavours that never mix: monotonic time for what one process waits for and measures,
// BootClock for durations that several processes or files know of, and the wall clock for what people
// read, and for what databases shared by machines keep. The wall clock can be set at any moment.

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

func microseconds(of clock: clockid_t) -> UInt64 {
    var time = timespec()
    let result = unsafe clock_gettime(clock, &time)
    precondition(result == 0, "every Linux has this clock")
    return UInt64(time.tv_sec) * 1_000_000 + UInt64(time.tv_nsec) / 1_000
}
