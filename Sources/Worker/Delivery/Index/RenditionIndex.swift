// One track's samples, in the segments and parts that follow from a ring's blocks. Pure: blocks and records
// in, segments out; the same blocks after the same record always give the same.
//
// A sample's duration is the distance to the track's next frame, so the newest frame waits for that one.
// At the end of a segment the next frame usually comes at once, for it begins the next segment. If it does
// not, the segment ends where the next one begins (`settle`): its last sample is not made longer by a
// picture that stands still, or by sound that has stopped. In front of a discontinuity, and at the end of
// a broadcast, the last sample is as long as its codec, or the sample before it, says.
//
// Invariants: the newest frame belongs to the last segment; while there is a border, to the one before it,
// and the last segment has no samples yet. All segments before those are complete.

import Media
import Settings

struct RenditionIndex: Sendable {
    private(set) var segments: [RenditionSegment] = []
    /// How often a part or a segment was completed or begun.
    private(set) var changes: UInt64 = 0
    /// How long frames of sound last; nil for pictures.
    private let meter: SoundMeter?
    private var clock: TrackClock
    private var rule: PartRule
    /// The frame whose duration is not known yet.
    private var newest: NewestFrame?
    /// Where the segment before the last one ends if its last sample does not end before.
    private(set) var border: UInt64?

    private struct NewestFrame: Sendable {
        let position: UInt64
        let byteCount: Int
        let isSync: Bool
        let tick: TrackClock.Tick
        /// How long it lasts by its codec or its block.
        let ownTicks: UInt32?
    }

    /// How many such frames make a second, when nothing says how long a single frame lasts.
    private static let usualFrames: UInt32 = 30

    init(_ track: MediaTrack, clock: TrackClock, plan: SegmentPlan) {
        meter = track.kind == .audio ? SoundMeter(for: track) : nil
        self.clock = clock
        rule = PartRule(targetMs: plan.partTargetMs, timescale: clock.timescale)
    }

    var timescale: UInt32 { clock.timescale }

    // MARK: Frames

    /// Takes a frame whose first byte has this position in the ring. False: the segment cannot be one of
    /// ours.
    mutating func take(_ block: StoredBlock, _ frame: Span<UInt8>, at position: UInt64) -> Bool {
        let soundTicks = meter?.ticks(of: frame)
        let tick = clock.take(timeMs: block.timeMs, soundTicks: soundTicks)
        let isFirst = newest == nil || border != nil
        if let newest, !append(newest, until: tick.decodeTime) { return false }
        if border != nil { completeFilled() }
        if isFirst { segments[segments.count - 1].begin(at: tick.decodeTime) }
        newest = NewestFrame(
            position: position, byteCount: frame.count, isSync: meter != nil || block.isKey,
            tick: tick, ownTicks: soundTicks ?? block.durationMs.map(ticks))
        return true
    }

    private func ticks(ofMs ms: Int64) -> UInt32 { UInt32(clamping: clock.ticks(ofMs: ms)) }

    /// The segment that the newest frame belongs to.
    private var filled: Int { segments.count - (border == nil ? 1 : 2) }

    private mutating func append(_ frame: NewestFrame, until end: UInt64) -> Bool {
        guard end > frame.tick.decodeTime else { return appendAsItSays(frame) }
        return append(frame, lasting: UInt32(clamping: end - frame.tick.decodeTime))
    }

    /// Nothing else says how long the frame lasts.
    private mutating func appendAsItSays(_ frame: NewestFrame) -> Bool {
        let usual = max(clock.timescale / Self.usualFrames, 1)
        let ticks = frame.ownTicks ?? segments[filled].packed.last?.duration ?? usual
        return append(frame, lasting: max(ticks, 1))
    }

    private mutating func append(_ frame: NewestFrame, lasting ticks: UInt32) -> Bool {
        let index = filled
        guard segments[index].packed.count < Limits.samplesPerSegment,
            let sample = PackedSample(
                offset: frame.position &- segments[index].position, byteCount: frame.byteCount,
                isSync: frame.isSync, duration: ticks,
                compositionOffset: frame.tick.compositionOffset)
        else { return false }
        if rule.isClosed(before: ticks) { closePart(of: index) }
        segments[index].append(sample)
        rule.add(ticks)
        if rule.isClosed(after: ticks) { closePart(of: index) }
        return true
    }

    private mutating func closePart(of index: Int) {
        segments[index].closePart()
        rule.close()
        changes += 1
    }

    // MARK: Segments

    /// A segment begins, and its record has this clock. False as with `take`.
    mutating func begin(
        _ clock: TrackClock, atMs timeMs: Int64, position: UInt64, isDiscontinuity: Bool
    ) -> Bool {
        guard settle() else { return false }
        // Where its first frame goes if it comes at the very beginning.
        var next = clock
        let start = next.take(timeMs: timeMs, soundTicks: nil).decodeTime
        if let newest, !isDiscontinuity {
            border = max(start, newest.tick.decodeTime + 1)
        } else if !finish() {
            return false
        }
        self.clock = clock
        segments.append(RenditionSegment(position: position, decodeTime: start))
        changes += 1
        return true
    }

    /// The last segment, which has no frames, begins anew: its record is written a second time.
    mutating func withdraw() {
        segments.removeLast()
        border = nil
    }

    /// The next frame has not come for long: ends the segment before the last one where that begins.
    mutating func settle() -> Bool {
        guard let border, let newest else { return true }
        guard append(newest, until: border) else { return false }
        completeFilled()
        return true
    }

    /// Nothing continues the last segment.
    mutating func finish() -> Bool {
        guard settle() else { return false }
        guard !segments.isEmpty else { return true }
        if let newest, !appendAsItSays(newest) { return false }
        completeFilled()
        return true
    }

    private mutating func completeFilled() {
        let index = filled
        newest = nil
        border = nil
        guard !segments[index].isComplete else { return }
        segments[index].complete()
        rule.close()
        changes += 1
    }

    mutating func removeFirst(_ count: Int) { segments.removeFirst(count) }
}
