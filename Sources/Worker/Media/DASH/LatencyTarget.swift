// How far behind the moment of recording players shall play, and how fast they may catch up:
// ServiceDescription. Milliseconds; rates in thousandths of normal speed.

package struct LatencyTarget: Sendable, Equatable {
    /// The id of the set whose ProducerReferenceTime it counts by.
    package var referenceID: UInt64
    package var targetMs: UInt64
    package var minimumMs: UInt64
    package var maximumMs: UInt64
    package var slowestMilli: UInt64
    package var fastestMilli: UInt64

    package init(
        referenceID: UInt64, targetMs: UInt64, minimumMs: UInt64, maximumMs: UInt64,
        slowestMilli: UInt64 = 960,
        fastestMilli: UInt64 = 1_040
    ) {
        self.referenceID = referenceID
        self.targetMs = targetMs
        self.minimumMs = minimumMs
        self.maximumMs = maximumMs
        self.slowestMilli = slowestMilli
        self.fastestMilli = fastestMilli
    }

    func write(to text: inout XMLText) {
        text.element("ServiceDescription") { description in
            description.attribute("id", 0)
            description.element("Scope") {
                $0.attribute("schemeIdUri", "urn:dvb:dash:lowlatency:scope:2019")
            }
            description.element("Latency") {
                $0.attribute("referenceId", referenceID)
                $0.attribute("target", targetMs)
                $0.attribute("max", maximumMs)
                $0.attribute("min", minimumMs)
            }
            description.element("PlaybackRate") {
                $0.attribute("max", thousandths: fastestMilli)
                $0.attribute("min", thousandths: slowestMilli)
            }
        }
    }
}
