// The manifest of DASH for a stream: values in, XML out (ISO/IEC 23009-1, section 5; DASH-IF IOP version 5,
// part 4 for low latency).
//
// Every stream has the live profile, in which each set lists its segments with their times. A stream whose
// segments are regular may have the low-latency profile, too: then sets name a nominal duration instead, and
// segments are asked for while they are made. A discontinuity begins another period.
//
// Times are Unix milliseconds, durations milliseconds, and whatever belongs to a set ticks of its own time
// scale. Which is which does not depend on a clock: the caller says what time it is.

package struct MPD: Sendable, Equatable {
    /// Never changes in the stream's life: the wall clock at which the time line begins.
    package var availabilityStartMs: UInt64
    /// When this version was made.
    package var publishedMs: UInt64
    /// How often players look for another version.
    package var updatePeriodMs: UInt64
    /// How much of the past can be fetched.
    package var timeShiftMs: UInt64
    package var longestSegmentMs: UInt64
    package var minimumBufferMs: UInt64
    package var clock: UTCTiming
    package var latency: LatencyTarget?
    /// How far behind the newest media players shall play, where they have no latency to aim at; nil: as far as
    /// they like.
    package var suggestedDelayMs: UInt64?
    /// Oldest first.
    package var periods: [PresentationPeriod]
    /// The whole length, once nothing will be added any more.
    package var endedAfterMs: UInt64?

    package init(
        availabilityStartMs: UInt64, publishedMs: UInt64, updatePeriodMs: UInt64,
        timeShiftMs: UInt64, longestSegmentMs: UInt64, minimumBufferMs: UInt64, clock: UTCTiming,
        latency: LatencyTarget?, periods: [PresentationPeriod], endedAfterMs: UInt64? = nil
    ) {
        self.availabilityStartMs = availabilityStartMs
        self.publishedMs = publishedMs
        self.updatePeriodMs = updatePeriodMs
        self.timeShiftMs = timeShiftMs
        self.longestSegmentMs = longestSegmentMs
        self.minimumBufferMs = minimumBufferMs
        self.clock = clock
        self.latency = latency
        self.periods = periods
        self.endedAfterMs = endedAfterMs
    }

    /// An ended stream is a recording (static), so that it stays playable: the window of a live one moves
    /// on with the clock.
    package var text: [UInt8] {
        let latency = endedAfterMs == nil ? latency : nil
        var text = XMLText()
        text.element("MPD") { mpd in
            writeAttributes(to: &mpd, isLowLatency: latency != nil)
            latency?.write(to: &mpd)
            for period in periods {
                period.write(to: &mpd, clock: clock, isLowLatency: latency != nil)
            }
            if endedAfterMs == nil { clock.write(to: &mpd) }
        }
        return text.bytes
    }

    private func writeAttributes(to mpd: inout XMLText, isLowLatency: Bool) {
        mpd.attribute("xmlns", "urn:mpeg:dash:schema:mpd:2011")
        mpd.attribute(
            "profiles",
            "urn:mpeg:dash:profile:isoff-live:2011"
                + (isLowLatency
                    ? ",http://www.dashif.org/guidelines/low-latency-live-v5" : ""))
        if let endedAfterMs {
            mpd.attribute("type", "static")
            mpd.attribute("mediaPresentationDuration", durationMs: endedAfterMs)
        } else {
            mpd.attribute("type", "dynamic")
            mpd.attribute("availabilityStartTime", dateMs: availabilityStartMs)
            mpd.attribute("publishTime", dateMs: publishedMs)
            mpd.attribute("minimumUpdatePeriod", durationMs: updatePeriodMs)
            mpd.attribute("timeShiftBufferDepth", durationMs: timeShiftMs)
            if let suggestedDelayMs, !isLowLatency {
                mpd.attribute("suggestedPresentationDelay", durationMs: suggestedDelayMs)
            }
        }
        mpd.attribute("maxSegmentDuration", durationMs: longestSegmentMs)
        mpd.attribute("minBufferTime", durationMs: minimumBufferMs)
    }
}
