// One period of a manifest: a stretch of the stream without a discontinuity, and with the same tracks.

package struct PresentationPeriod: Sendable, Equatable {
    /// It keeps that when others leave the list.
    package var id: String
    /// On the time line that begins at availabilityStartMs.
    package var startMs: UInt64
    /// Nil when it lasts until the next one begins, or nobody knows.
    package var durationMs: UInt64?
    package var sets: [AdaptationSet]

    package init(
        id: String, startMs: UInt64, durationMs: UInt64? = nil, sets: [AdaptationSet]
    ) {
        self.id = id
        self.startMs = startMs
        self.durationMs = durationMs
        self.sets = sets
    }

    func write(to text: inout XMLText, clock: UTCTiming, isLowLatency: Bool) {
        text.element("Period") { period in
            period.attribute("id", id)
            period.attribute("start", durationMs: startMs)
            if let durationMs { period.attribute("duration", durationMs: durationMs) }
            for set in sets {
                // The same in every period, whichever tracks have something in it.
                set.write(
                    to: &period, id: set.rendition.track, clock: clock, isLowLatency: isLowLatency)
            }
        }
    }
}
