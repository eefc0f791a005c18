// The clock of one ring. All times in the ring are on it, except `createdWallClockMs`. It is the
// machine's boot clock, and after a reboot the boot clock plus a shift: so it goes on where it
// stood still, and only runs forward for as long as the ring's file lives. A duration is the
// difference of two of its times; none of them says what time of day it was.
//
// The header says in which boot the ring was made. After a reboot the first writer sets the shift,
// as holder of the lease. Every worker that starts takes the lease of each ring once, so this
// happens before a ring is used. If the system does not tell its boots apart, a clock that is
// behind the ring's times reveals the reboot; if the clock is not behind, the reboot looks like
// time that has passed.

import LinuxIO

extension Ring {
    /// Now, on the ring's clock. It stands still in a ring of an earlier boot that nobody has
    /// written to since.
    package var bootNowMs: UInt64 {
        guard let shiftMs = clockShiftMs else { return newestBootMs }
        return UntrustedNumber(BootClock.nowMs() &+ shiftMs).timeMs
    }

    /// Whether the ring's clock still has to be set going after a reboot.
    package var hasStoppedClock: Bool { clockShiftMs == nil }

    /// How long the ring has existed. Shown as "live for"; changes of the wall clock do not affect
    /// it.
    package var ageMs: UInt64 { bootNowMs.since(createdBootMs) }

    /// The wall clock at the ring's creation plus the time that has passed since. So it never goes
    /// back, and durations are right, even if the machine's clock was set meanwhile.
    package func wallClockMs(ofBootMs bootMs: UInt64) -> UInt64 {
        let elapsedMs = bootMs - min(createdBootMs, bootMs)
        return UntrustedNumber(createdWallClockMs + elapsedMs).timeMs
    }

    /// Sets the clock going again after a reboot. Only the holder of the lease may call it.
    func continueClock() {
        let newestMs = newestBootMs
        if let shiftMs = clockShiftMs, BootClock.nowMs() &+ shiftMs >= newestMs { return }
        ownerWords.limitTimes(toBootMs: newestMs)
        setClockShift(newestMs &- BootClock.nowMs(), boot: BootClock.bootID)
    }

    // Two of the ring's own words in the shared page.
    private static let shiftWord = RingLayout.ringWords + 8
    private static let bootWord = RingLayout.ringWords + 16

    func setClockShift(_ shiftMs: UInt64, boot bootID: UInt64) {
        mapping.word(Self.shiftWord).store(shiftMs)
        mapping.word(Self.bootWord).storeReleasing(Self.mark(of: bootID))
    }

    /// Never what the word is in a fresh ring.
    private static func mark(of bootID: UInt64) -> UInt64 { bootID == 0 ? 1 : bootID }

    /// What must be added to the boot clock; nil if the ring is of another boot.
    private var clockShiftMs: UInt64? {
        // The holder of the lease may have set one for this boot.
        if mapping.word(Self.bootWord).loadAcquiring().bits == Self.mark(of: BootClock.bootID) {
            return mapping.word(Self.shiftWord).load().bits
        }
        return bootID == BootClock.bootID ? 0 : nil
    }

    /// The latest of the ring's times that is protected by a check word.
    private var newestBootMs: UInt64 {
        max(newestEntry?.bootMs ?? 0, createdBootMs)
    }
}
