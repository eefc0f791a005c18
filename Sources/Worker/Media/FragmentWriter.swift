// From frames to fragments, for any container: each frame is put on the output time line (Timeline), in
// order across tracks (FrameOrder), and into a cluster (ClusterWriter). The output depends on the frames
// alone. Beside that, each frame is counted where it stands in the output, and segments are cut
// (SegmentWriter): what they promise depends on when the frames arrived, too.
//
// A frame is admitted in steps that may be done twice: it is placed on the time line, it is noted in the
// order, and earlier frames are written. Only then is it written or held itself. If a fragment ends in
// between, its snapshot does not contain the frame yet, and a worker that goes on from there repeats
// these steps with the same result.

struct FragmentWriter: Sendable {
    let limits: MediaLimits
    /// The tracks that are served, in their order.
    var tracks: [TrackProgress] = []
    var timeline = Timeline()
    var order = FrameOrder()
    var clusters = ClusterWriter()
    /// The next frame does not continue what came before.
    var isDiscontinuityPending = false
    /// Media is missing before the next frame, or its source has begun anew.
    var isBreakPending = false
    var segments = SegmentWriter()

    init(limits: MediaLimits) { self.limits = limits }

    /// A new broadcast begins. Frames that waited must have been written.
    mutating func begin(_ tracks: [TrackProgress], served: [MediaTrack]) {
        self.tracks = tracks
        segments.begin(served)
        timeline.restart()
        order = FrameOrder()
        clusters.restart(tracks: tracks)
        isDiscontinuityPending = false
        isBreakPending = false
    }

    /// Puts the first frame that comes at `timeMs`; later ones follow it.
    mutating func continueTimeline(atMs timeMs: Int64) {
        timeline.continueAtMs = min(max(timeMs, 0), Timeline.latestMs)
        isDiscontinuityPending = true
        isBreakPending = true
        segments.continueTimeline()
    }

    /// Frames were lost. Pictures go on with a key frame, because those before it depend on lost frames.
    mutating func interrupt() {
        isDiscontinuityPending = true
        isBreakPending = true
        for index in tracks.indices where tracks[index].isVideo {
            tracks[index].awaitsKeyframe = true
        }
    }

    // MARK: Frames

    /// Takes a frame, whose bytes are `data` as players get them. `elements` are the Matroska elements
    /// that belong to it.
    mutating func add(
        _ frame: Frame, _ data: Span<UInt8>, with elements: Span<UInt8>,
        into batch: inout FragmentBatch
    ) {
        let index = frame.track
        guard frame.isKey || !tracks[index].awaitsKeyframe else { return }
        let (timeMs, didJump) = timeline.place(
            sourceMs: frame.timeMs, of: &tracks[index], limits: limits)
        if didJump {
            isDiscontinuityPending = true
            segments.clockJumped()
            order.expectDisorder(in: tracks)
        }
        let orderMs = order.note(timeMs, of: index, in: &tracks, limits: limits)
        while order.firstPrecedes(orderMs, of: index), let first = order.held.first,
            order.canLeave(first.orderMs, of: first.head.track, in: tracks, limits: limits)
        {
            writeFirstHeld(into: &batch)
        }
        let frameMs = tracks[index].frameDurationMs(nextMs: timeMs, isReckoned: frame.isReckoned)
        let endMs = min(timeMs + (frame.durationMs ?? Int64(frameMs)), Timeline.latestMs)
        let head = FrameHead(
            track: index, timeMs: timeMs, endMs: endMs,
            isLeadingKey: tracks[index].isLeading && frame.isKey,
            isDiscontinuity: isDiscontinuityPending, isBreak: isBreakPending,
            soundTicks: segments.soundTicks(of: data, track: index),
            held: segments.heldPicture(data, track: index))
        let mostBytes =
            data.count + (frame.hasElements ? elements.count : 0)
            + FragmentWriter.mostBlockHeadBytes
        if leaves(orderMs, of: index, mostBytes: mostBytes, into: &batch) {
            begin(head, data, in: &batch)
            accept(head, frameMs)
            let offset = batch.bytes.append(block: frame, data, with: elements)
            finish(head, relativeTimeAt: offset, in: &batch)
        } else {
            accept(head, frameMs)
            var bytes: [UInt8] = []
            let offset = bytes.append(block: frame, data, with: elements)
            order.hold(
                HeldFrame(head: head, orderMs: orderMs, relativeTimeOffset: offset, bytes: bytes))
        }
    }

    /// Whether a frame is written at once: it need not wait, or there is no room for it to wait. Makes
    /// room if it waits.
    private mutating func leaves(
        _ orderMs: Int64, of index: Int, mostBytes: Int, into batch: inout FragmentBatch
    ) -> Bool {
        if !order.firstPrecedes(orderMs, of: index),
            order.canLeave(orderMs, of: index, in: tracks, limits: limits)
        {
            return true
        }
        while !order.held.isEmpty, !order.hasRoom(for: mostBytes, limits: limits) {
            writeFirstHeld(into: &batch)
        }
        return !order.hasRoom(for: mostBytes, limits: limits)
    }

    /// More bytes than come before a frame in its block.
    private static let mostBlockHeadBytes = 64

    /// From here on the frame counts as taken.
    private mutating func accept(_ head: FrameHead, _ frameMs: UInt16) {
        tracks[head.track].note(head.timeMs, frameDurationMs: frameMs)
        isDiscontinuityPending = false
        isBreakPending = false
    }

    private mutating func begin(
        _ head: FrameHead, _ data: Span<UInt8>, in batch: inout FragmentBatch
    ) {
        let change = head.isLeadingKey ? segments.setUpChange(at: data) : nil
        let isLeading = tracks[head.track].isLeading
        let startsCluster = clusters.startsCluster(head, isLeading: isLeading, limits: limits)
        let frame = SegmentRule.Frame(
            timeMs: head.timeMs, endMs: head.endMs, isPicture: isLeading,
            isKeyPicture: head.isLeadingKey, startsCluster: startsCluster,
            expectsPictures: isLeading
                || !clusters.isPictureAbsent(atMs: head.timeMs, limits: limits),
            sincePictureMs: isLeading ? clusters.sincePictureMs(atMs: head.timeMs) : 0,
            hasOtherSetUp: head.isLeadingKey && (change != nil || segments.setUp.isNew),
            isBreak: head.isBreak)
        let start = segments.start(at: frame)
        if clusters.endsFragment(
            startsCluster: startsCluster, startsSegment: start != nil,
            batchBytes: batch.bytes.count)
        {
            closeFragment(in: &batch)
        }
        let record = segments.take(
            frame, data, track: head.track, soundTicks: head.soundTicks, held: head.held,
            change: change, start: start, clusterMs: startsCluster ? nil : clusters.startMs,
            isIndependent: head.isLeadingKey || !clusters.hasVideo
                || !isLeading && tracks[0].awaitsKeyframe)
        clusters.begin(
            head, isLeading: isLeading, startsCluster: startsCluster, segmentRecord: record,
            limits: limits, to: &batch.bytes)
    }

    private mutating func finish(
        _ head: FrameHead, relativeTimeAt offset: Int, in batch: inout FragmentBatch
    ) {
        clusters.finish(
            head, isLeading: tracks[head.track].isLeading, relativeTimeAt: offset,
            in: &batch.bytes)
        timeline.wrote(until: head.endMs)
    }

    // MARK: What waits

    private mutating func writeFirstHeld(into batch: inout FragmentBatch) {
        guard let frame = order.held.first else { return }
        begin(frame.head, frame.bytes.span.extracting(frame.payload), in: &batch)
        let start = batch.bytes.count
        batch.bytes.append(contentsOf: frame.bytes)
        finish(frame.head, relativeTimeAt: start + frame.relativeTimeOffset, in: &batch)
        order.removeFirst()
    }

    /// Writes all frames that wait: the next ones do not follow them.
    mutating func writeHeld(into batch: inout FragmentBatch) {
        while !order.held.isEmpty { writeFirstHeld(into: &batch) }
    }

    /// Ends the present fragment. The reader adds where in the input that was.
    mutating func closeFragment(in batch: inout FragmentBatch) {
        guard let open = clusters.fragment else { return }
        clusters.fragment = nil
        batch.fragments.append(
            Fragment(
                bytes: open.start..<batch.bytes.count, isClusterStart: open.isClusterStart,
                isIndependent: open.isIndependent, isWithoutPicture: open.isWithoutPicture,
                isDiscontinuity: open.isDiscontinuity,
                mediaTimeMs: open.mediaTimeMs, durationMs: Int(open.endMs - open.mediaTimeMs),
                segmentRecord: open.segmentRecord, consumedInput: 0,
                state: snapshotInPlace(), carry: carried))
    }
}
