// Which wall clock time belongs to a time of the media, as a fragment says it in its `prft` box
// (ISO/IEC 14496-12 section 8.16.5): players reckon their latency from it.

package struct ProducerReferenceTime: Sendable, Equatable {
    /// Seconds since 1900 in the upper half, their fraction in the lower one.
    package let ntpTime: UInt64
    /// In the time scale of the track.
    package let mediaTime: UInt64

    /// From 1900 to 1970.
    private static let secondsBeforeUnix: UInt64 = 2_208_988_800

    /// From the Unix time in milliseconds.
    package init(wallMs: UInt64, mediaTime: UInt64) {
        let seconds = UInt32(
            truncatingIfNeeded: wallMs / 1_000 &+ ProducerReferenceTime.secondsBeforeUnix)
        ntpTime = UInt64(seconds) << 32 | (wallMs % 1_000) << 32 / 1_000
        self.mediaTime = mediaTime
    }
}
