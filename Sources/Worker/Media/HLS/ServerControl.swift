// What the server promises players of low latency: EXT-X-SERVER-CONTROL, and the numbers of the
// specification that requests and lists are held to (draft-pantos-hls-rfc8216bis, sections 4.4.3.8, 6.2.2
// and 6.2.5).
//
// A pure function of the stream's plan, so every rendition says the same. Milliseconds.

package struct ServerControl: Sendable, Equatable {
    package let targetDurationMs: UInt64
    package let partTargetMs: UInt64
    /// How far from the end players of low latency stay; at least three parts, as Apple asks.
    package let partHoldBackMs: UInt64

    /// - Parameter partHoldBackMs: a wish; what the rules ask for if that is more.
    package init(targetDurationMs: UInt32, partTargetMs: UInt32, partHoldBackMs: UInt32 = 0) {
        self.targetDurationMs = UInt64(targetDurationMs)
        self.partTargetMs = UInt64(partTargetMs)
        self.partHoldBackMs = max(UInt64(partHoldBackMs), 3 * UInt64(partTargetMs))
    }

    /// How far from the end other players stay.
    var holdBackMs: UInt64 { 3 * targetDurationMs }

    /// The skip boundary: what is older may be missing from a delta.
    var canSkipUntilMs: UInt64 { 6 * targetDurationMs }

    /// Parts are listed this far from the end.
    var partWindowMs: UInt64 { 3 * targetDurationMs }

    /// How many parts a request may be ahead of the newest one: the Advance Part Limit, which is three
    /// seconds of parts, and never less than three parts.
    package var advancePartLimit: UInt64 {
        partTargetMs < 1_000 ? 3_000 / max(partTargetMs, 1) : 3
    }

    /// For how long a request is held: then the answer is 503.
    package var longestWaitMs: UInt64 { 3 * targetDurationMs }

    // MARK: What of a list it concerns

    /// How many segments lie wholly behind the skip boundary, which counts from the end of the last
    /// segment that is whole.
    func skippedCount(of segments: [PlaylistSegment], timescale: UInt32) -> Int {
        let boundary = UInt64(ms: canSkipUntilMs, timescale: timescale)
        var behind: UInt64 = 0
        for (index, segment) in segments.enumerated().reversed() {
            if behind >= boundary { return index + 1 }
            behind &+= segment.ticks == nil ? 0 : segment.listedTicks(timescale: timescale)
        }
        return 0
    }

    /// Where parts begin to be listed: at the first segment that begins within the last three target
    /// durations. Players count the parts of a segment from its first one, so it has all of them or none.
    func firstWithParts(of segments: [PlaylistSegment], timescale: UInt32) -> Int {
        let window = UInt64(ms: partWindowMs, timescale: timescale)
        var fromEnd: UInt64 = 0
        for (index, segment) in segments.enumerated().reversed() {
            fromEnd &+= segment.listedTicks(timescale: timescale)
            if fromEnd > window { return index + 1 }
        }
        return 0
    }

    // MARK: Text

    func write(to text: inout PlaylistText) {
        text.begin("#EXT-X-SERVER-CONTROL")
        text.attribute("CAN-BLOCK-RELOAD", "YES")
        text.attribute("CAN-SKIP-UNTIL", secondsFromMs: canSkipUntilMs)
        text.attribute("HOLD-BACK", secondsFromMs: holdBackMs)
        text.attribute("PART-HOLD-BACK", secondsFromMs: partHoldBackMs)
        text.endLine()
    }

    func writePartTarget(to text: inout PlaylistText) {
        text.begin("#EXT-X-PART-INF")
        text.attribute("PART-TARGET", secondsFromMs: partTargetMs)
        text.endLine()
    }
}
