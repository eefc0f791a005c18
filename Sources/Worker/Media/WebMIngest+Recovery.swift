// Going on after a break: a restarted broadcast, and input that was lost.

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
        skipRemaining = 0
        segmentRemaining = WebMIngest.unknownSize
        clusterRemaining = WebMIngest.unknownSize
        clusterTicks = nil
        isClusterOpen = false
        seekScannedBytes = 0
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

    /// How far to look for a place to go on before it is an error again: several clusters.
    private var seekMostBytes: UInt64 { 8 * UInt64(limits.blockBytes) }

    mutating func seek(
        _ window: Span<UInt8>, into batch: inout FragmentBatch
    ) throws(MediaError) -> Step {
        switch Resynchronization.scan(window, acceptsClusters: !isSeekingHeader) {
        case .undecided:
            // One more byte may already rule it out.
            return .needs(window.count + 1)
        case .discard(let count):
            seekScannedBytes += UInt64(count)
            guard seekScannedBytes <= seekMostBytes else {
                throw .malformed("no Cluster was found after a loss")
            }
            return .consumed(count)
        case .cluster(let header):
            place = .cluster
            clusterRemaining = header.size ?? WebMIngest.unknownSize
            return .consumed(header.headerBytes)
        case .header:
            place = .between
            return try readNext(window, into: &batch)
        }
    }
}
