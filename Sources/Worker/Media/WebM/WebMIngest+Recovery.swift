// Going on after a break: a restarted broadcast, and input that was lost or cannot be right.

extension WebMIngest {
    /// After `.initialization` of a broadcast that continues an earlier one: its first block is put
    /// at `timeMs` on the output time line, those after it follow, and the first fragment is
    /// flagged as a discontinuity. Usually `nextMediaTimeMs`.
    package mutating func continueTimeline(atMs timeMs: Int64) {
        timeline.continueAtMs = min(max(timeMs, 0), Timeline.latestMs)
        isDiscontinuityPending = true
    }

    /// A part of the input was lost, for instance because a body was aborted: forgets what is
    /// unfinished and looks for the next Cluster or EBML header that seems real. Video goes on with
    /// its next key frame, because what lies between depends on what was lost. Before the first
    /// header was read, the parser starts anew instead.
    package mutating func resynchronize() {
        dropCarry()
        lostBytes = 0
        isLost = false
        seekAfresh()
    }

    private mutating func seekAfresh() {
        skipRemaining = 0
        segmentRemaining = WebMIngest.unknownSize
        clusterRemaining = WebMIngest.unknownSize
        clusterTicks = nil
        lacedFramesDone = 0
        awaitsFirstFrames = false
        isHeaderDue = false
        if draft != nil {
            draft = nil
            isSeekingHeader = true
        }
        guard initialization != nil else {
            place = .start
            isSeekingHeader = false
            return
        }
        place = .seeking
        isDiscontinuityPending = true
        for index in tracks.indices where tracks[index].isVideo {
            tracks[index].awaitsKeyframe = true
        }
    }

    /// Reads the element at the start of `window`. One that cannot be right is a loss: from its first
    /// byte on the parser looks for a place to go on. It is an error only where no broadcast has
    /// begun, or where nothing valid has come for too long.
    mutating func readOrRecover(
        _ window: Span<UInt8>, into batch: inout FragmentBatch
    ) throws(MediaError) -> Step {
        let wasSeeking = isSeeking
        let wasLost = isLost || wasSeeking
        do {
            let step = try readNext(window, into: &batch)
            if wasLost, isLost || isSeeking, case .consumed(let count) = step {
                try countLost(count)
            }
            return step
        } catch {
            // What waits is good, and nothing continues it.
            writeHeld(before: window, into: &batch)
            guard initialization != nil, lostBytes <= limits.lostBytes else {
                closeFragment(in: &batch, before: window)
                resynchronize()
                throw error
            }
            if !isLost { losses += 1 }
            isLost = true
            seekAfresh()
            // What looked like a place to go on was none.
            guard wasSeeking else { return .consumed(0) }
            lostBytes += 1
            return .consumed(1)
        }
    }

    private mutating func countLost(_ count: Int) throws(MediaError) {
        lostBytes += UInt64(count)
        guard lostBytes <= limits.lostBytes else {
            throw .malformed("nothing valid was found after a loss")
        }
    }

    mutating func seek(
        _ window: Span<UInt8>, into batch: inout FragmentBatch
    ) throws(MediaError) -> Step {
        switch Resynchronization.scan(window, acceptsClusters: !isSeekingHeader) {
        case .undecided:
            // One more byte may already rule it out.
            return .needs(window.count + 1)
        case .discard(let count):
            return .consumed(count)
        case .cluster(let header):
            place = .cluster
            clusterRemaining = header.size ?? WebMIngest.unknownSize
            return .consumed(header.headerBytes)
        case .header:
            place = .between
            let step = try readNext(window, into: &batch)
            if case .needs = step { place = .seeking }
            return step
        }
    }
}
