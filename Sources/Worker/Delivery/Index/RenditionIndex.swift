// One track's samples, in the segments and parts that follow from a ring's blocks. Pure: blocks and records
// in, segments out; the same blocks after the same record always give the same.
//
// A sample's duration is the distance to the track's next frame, so the newest frame waits for that one.
// At the end of a segment the next frame usually comes at once, for it begins the next segment. If it does
// not, the segment ends where the next one begins (`settle`): its last sample is not made longer by a
// picture that stands still, or by sound that has stopped. The next one then begins there, too, however
// late its first frame comes. In front of a discontinuity, and at the end of a broadcast, the last sample
// is as long as its codec, or the sample before it, says.
//
// A picture that can be repeated (RepeatFrame) is, where it lasts longer than a part, and at the beginning of
// a segment that was settled. There a record says how, because whoever begins at it has not seen the picture.
// Sound tells the time, so parts come also while a picture is held (`hold`).
//
// Invariants: while there is a border, the last segment has no samples, and the newest frame belongs to the
// one before it. All segments before those are complete. A segment that continues another one begins where
// that one ends.

import Media
import Settings

struct RenditionIndex: Sendable {
    private(set) var segments: [RenditionSegment] = []
    /// How often a part or a segment was completed or begun.
    private(set) var changes: UInt64 = 0
    /// How long frames of sound last; nil for pictures.
    private let meter: SoundMeter?
    private let sampleBytes: SampleBytes
    private let track: MediaTrack
    /// Of the pictures in the last segment; nil: that of the header.
    private var setUp: PictureSetUp?
    /// Nil when its frames cannot be repeated.
    private var repeater: FrameRepeater?
    /// Both of the segment before.
    private var tailSetUp: PictureSetUp?
    private var tailRepeater: FrameRepeater?
    private var clock: TrackClock
    private var rule: PartRule
    /// The frame whose duration is not known yet.
    private var newest: NewestFrame?
    /// Where the last segment begins if no frame comes soon; nil when that is settled.
    private var border: UInt64?

    /// What shows the picture before the last segment once more, if that is to be settled.
    private var held: RepeatFrame?
    /// How far behind the sound a picture of the last segment may be before the one before it counts as held,
    /// and one of the segment before. Nil as long as no picture has shown how far behind they are.
    private var patienceMs: Int64?
    private var tailPatienceMs: Int64?

    private static let usualPatienceMs: Int64 = 500

    private struct NewestFrame: Sendable {
        /// Nil for one that was made here, to repeat another.
        var position: UInt64?
        var byteCount = 0
        var isSync = false
        var tick: TrackClock.Tick
        /// How long it lasts by its codec or its block.
        var ownTicks: UInt32?
        /// What shows it once more.
        var again: RepeatFrame?

        /// A repeat of another one.
        init(_ again: RepeatFrame, at decodeTime: UInt64) {
            tick = TrackClock.Tick(decodeTime: decodeTime, compositionOffset: 0, isGap: false)
            self.again = again
        }

        init(
            at position: UInt64, byteCount: Int, isSync: Bool, tick: TrackClock.Tick,
            ownTicks: UInt32?, again: RepeatFrame?
        ) {
            self.position = position
            self.byteCount = byteCount
            self.isSync = isSync
            self.tick = tick
            self.ownTicks = ownTicks
            self.again = again
        }
    }

    /// How many such frames make a second, when nothing says how long a single frame lasts.
    private static let usualFrames: UInt32 = 30

    init(_ track: MediaTrack, clock: TrackClock, plan: SegmentPlan) {
        self.track = track
        meter = track.kind == .audio ? SoundMeter(for: track) : nil
        sampleBytes = SampleBytes(of: track)
        repeater = FrameRepeater(for: track)
        self.clock = clock
        rule = PartRule(targetMs: plan.partTargetMs, timescale: clock.timescale)
    }

    var timescale: UInt32 { clock.timescale }

    // MARK: Frames

    /// Takes a frame whose first byte has this position in the ring. False: the segment cannot be one of
    /// ours.
    ///
    /// - Parameter lateMs: how far it is behind the sound; nil when nothing can be said.
    mutating func take(
        _ block: StoredBlock, _ frame: Span<UInt8>, at position: UInt64, lateMs: Int64?
    ) -> Bool {
        if let lateMs { patienceMs = max(patienceMs ?? Limits.orderWindowMs, 2 * lateMs) }
        let soundTicks = meter?.ticks(of: frame)
        var tick = clock.take(timeMs: block.timeMs, soundTicks: soundTicks)
        // Pictures that can be repeated are never reordered: one that comes when its time is over is shown
        // as it comes.
        if repeater != nil { tick.compositionOffset = max(tick.compositionOffset, 0) }
        if let newest, !append(newest, until: tick.decodeTime) { return false }
        if border != nil {
            completeOpen(at: tick.decodeTime)
            border = nil
            segments[segments.count - 1].begin(at: tick)
        } else if newest == nil {
            guard beginLate(&tick) else { return false }
        }
        let leftOut = sampleBytes.leftOut(of: frame)
        newest = NewestFrame(
            at: position + UInt64(leftOut), byteCount: frame.count - leftOut,
            isSync: meter != nil || block.isKey, tick: tick,
            ownTicks: soundTicks ?? block.durationMs.map(ticks), again: repeater?.take(frame).again)
        return true
    }

    private func ticks(ofMs ms: Int64) -> UInt32 { UInt32(clamping: clock.ticks(ofMs: ms)) }

    /// The first frame comes after its segment was settled. A picture is decoded where the segment begins,
    /// and shown at its time; sound is simply later.
    private mutating func beginLate(_ tick: inout TrackClock.Tick) -> Bool {
        let last = segments.count - 1
        let start = segments[last].decodeTime
        let late = tick.decodeTime > start ? tick.decodeTime - start : 0
        guard meter == nil else {
            segments[last].begin(late: late)
            return pass(late)
        }
        tick.decodeTime = start
        tick.compositionOffset = Int32(
            clamping: Int64(tick.compositionOffset) + Int64(clamping: late))
        return true
    }

    /// The segment that is not complete and was begun first: the newest frame belongs to it.
    private var filled: Int {
        let last = segments.count - 1
        return border != nil && last > 0 && !segments[last - 1].isComplete ? last - 1 : last
    }

    private mutating func append(_ frame: NewestFrame, until end: UInt64) -> Bool {
        guard end > frame.tick.decodeTime else {
            return frame.position == nil || appendAsItSays(frame)
        }
        return append(frame, lasting: UInt32(clamping: end - frame.tick.decodeTime))
    }

    /// Nothing else says how long the frame lasts.
    private mutating func appendAsItSays(_ frame: NewestFrame) -> Bool {
        let usual = max(clock.timescale / Self.usualFrames, 1)
        let last = frame.position == nil ? nil : segments[filled].packed.last?.duration
        let ticks = frame.ownTicks ?? last ?? usual
        return append(frame, lasting: max(ticks, 1))
    }

    private mutating func append(_ frame: NewestFrame, lasting ticks: UInt32) -> Bool {
        var frame = frame
        var left = ticks
        while let again = frame.again, rule.step(UInt64(left)) != .add,
            let taken = rule.repeatedAfter
        {
            let taken = UInt32(clamping: taken)
            guard appendCut(&frame, again, after: taken) else { return false }
            left -= taken
        }
        guard let sample = sample(frame, lasting: left), hasRoom else { return false }
        return place(sample)
    }

    /// Appends only so much of a frame, ends the part, and goes on with a repeat.
    private mutating func appendCut(
        _ frame: inout NewestFrame, _ again: RepeatFrame, after ticks: UInt32
    ) -> Bool {
        if ticks > 0 {
            guard let sample = sample(frame, lasting: ticks), hasRoom else { return false }
            segments[filled].append(sample)
            rule.add(UInt64(ticks))
            frame = NewestFrame(again, at: frame.tick.decodeTime + UInt64(ticks))
        }
        closePart()
        return true
    }

    /// Nil when it cannot be one of ours.
    private mutating func sample(_ frame: NewestFrame, lasting ticks: UInt32) -> PackedSample? {
        guard let position = frame.position else {
            let repeater = border == nil ? repeater : tailRepeater
            guard let bytes = frame.again.flatMap({ repeater?.bytes(of: $0) }) else { return nil }
            return segments[filled].makeSample(bytes, duration: ticks)
        }
        return PackedSample(
            offset: position &- segments[filled].position, byteCount: frame.byteCount,
            isSync: frame.isSync, duration: ticks, compositionOffset: frame.tick.compositionOffset)
    }

    /// Sound has come to this time: ends the parts that a held picture has filled, as far as no
    /// picture of that time is to be expected any more. False as with `take`.
    mutating func hold(atMs timeMs: Int64) -> Bool {
        guard var frame = newest, let again = frame.again, let taken = rule.repeatedAfter
        else { return true }
        let patienceMs = (border == nil ? patienceMs : tailPatienceMs) ?? Self.usualPatienceMs
        let until = min(clock.ticks(ofMs: timeMs - patienceMs), border ?? .max)
        var next = UInt32(clamping: taken)
        guard frame.tick.decodeTime + UInt64(next) < until else { return true }
        repeat {
            guard appendCut(&frame, again, after: next) else { return false }
            next = UInt32(clamping: rule.repeatedAfter ?? 0)
        } while frame.tick.decodeTime + UInt64(next) < until
        // What the record of the last segment says of its first frame stays.
        if border == nil { clock.pass(to: frame.tick.decodeTime + 1) }
        newest = frame
        return true
    }

    /// A segment of ours has fewer samples and parts.
    private var hasRoom: Bool { segments[filled].storedCount < Limits.samplesPerSegment }

    // MARK: Parts

    /// Puts a sample into a part. Its time may go into several.
    private mutating func place(_ sample: PackedSample) -> Bool {
        let left = UInt64(sample.duration)
        if rule.step(left) == .close { closePart() }
        segments[filled].append(sample)
        guard case .addAndClose(let taken) = rule.step(left) else {
            rule.add(left)
            if rule.isClosed(after: left) { closePart() }
            return true
        }
        rule.add(taken)
        closePart()
        return pass(left - taken)
    }

    /// No frame begins for so long.
    private mutating func pass(_ ticks: UInt64) -> Bool {
        var left = ticks
        while let partTicks = rule.emptyPart(for: left, isFirst: left == ticks) {
            guard hasRoom else { return false }
            rule.pass(partTicks)
            closePart()
            left -= partTicks
        }
        rule.pass(left)
        return true
    }

    private mutating func closePart() {
        segments[filled].closePart(lasting: rule.ticks)
        rule.close()
        changes += 1
    }

    // MARK: Segments

    /// A segment begins, and its record has this clock of the track. False as with `take`.
    mutating func begin(
        _ record: SegmentRecord, _ clock: TrackClock, position: UInt64
    ) -> Bool {
        guard settle() else { return false }
        // Where its first frame goes if it comes at the very beginning.
        let start = clock.start(atMs: record.mediaTimeMs)
        if record.isDiscontinuity, !end(at: start) { return false }
        self.clock = clock
        let isAnew = record.isDiscontinuity || record.beginsSetUp
        (tailSetUp, tailRepeater) = (setUp, repeater)
        if meter == nil, record.setUp?.picture != setUp {
            setUp = record.setUp?.picture
            repeater = FrameRepeater(for: track.with(setUp))
        }
        let again = isAnew ? nil : record.held.again
        held = again.flatMap { repeater?.bytes(of: $0) == nil ? nil : $0 }
        repeater?.resume(after: record.held)
        tailPatienceMs = patienceMs
        patienceMs = nil
        border = start
        segments.append(RenditionSegment(position: position, decodeTime: start))
        changes += 1
        return true
    }

    /// The last segment, which has no frames, begins anew: its record is written a second time.
    mutating func withdraw() {
        segments.removeLast()
        border = nil
        patienceMs = tailPatienceMs
        (setUp, repeater) = (tailSetUp, tailRepeater)
    }

    /// The first frame of the last segment has not come for long: that segment begins where its record says,
    /// with the picture that is held, and ends the one before it.
    mutating func settle() -> Bool {
        guard let border else { return true }
        if let newest {
            guard append(newest, until: border) else { return false }
        }
        completeOpen(at: border)
        self.border = nil
        newest = held.map { NewestFrame($0, at: border) }
        clock.pass(to: newest == nil ? border : border + 1)
        return true
    }

    /// Nothing continues the last segment.
    ///
    /// - Parameter endMs: where it ends if it has no samples.
    mutating func finish(atMs endMs: Int64? = nil) -> Bool {
        settle() && end(at: endMs.map { clock.ticks(ofMs: $0) })
    }

    /// - Parameter time: where it ends if it has no samples; nil when nothing comes after it.
    private mutating func end(at time: UInt64?) -> Bool {
        guard !segments.isEmpty else { return true }
        if let newest, !appendAsItSays(newest) { return false }
        completeOpen(at: time)
        return true
    }

    /// Completes the segment that is being filled, if the last one is another, or none comes after it.
    ///
    /// - Parameter end: where it ends if it has no samples; nil when nothing comes after it.
    private mutating func completeOpen(at end: UInt64?) {
        let index = filled
        newest = nil
        let isBefore = border == nil || index < segments.count - 1
        guard isBefore, !segments[index].isComplete else { return }
        if segments[index].isEmpty {
            segments[index].complete(withoutSamplesAt: end)
        } else {
            segments[index].complete(lasting: rule.ticks)
        }
        rule.close()
        changes += 1
    }

    mutating func removeFirst(_ count: Int) { segments.removeFirst(count) }
}
