// One period of a manifest: a stretch of the stream without a discontinuity, and with the same tracks.

package struct PresentationPeriod: Sendable, Equatable {
    /// Of the discontinuity with which it begins: a period keeps its id when others leave the list.
    package var discontinuityOrdinal: UInt64
    /// On the time line that begins at availabilityStartMs.
    package var startMs: UInt64
    package var sets: [AdaptationSet]

    package init(discontinuityOrdinal: UInt64, startMs: UInt64, sets: [AdaptationSet]) {
        self.discontinuityOrdinal = discontinuityOrdinal
        self.startMs = startMs
        self.sets = sets
    }

    func write(to text: inout XMLText, clock: UTCTiming, isLowLatency: Bool) {
        text.element("Period") { period in
            period.attribute("id", "p\(discontinuityOrdinal)")
            period.attribute("start", durationMs: startMs)
            for set in sets {
                // The same in every period, whichever tracks have something in it.
                set.write(
                    to: &period, id: set.rendition.track, clock: clock, isLowLatency: isLowLatency)
            }
        }
    }
}
