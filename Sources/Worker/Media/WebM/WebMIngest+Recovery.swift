// Going on after a break: a restarted broadcast, and input that was lost or is impossible.

extension WebMIngest {
    /// After `.initialization` of a broadcast that continues an earlier one: its first block is put
    /// at `timeMs` on the output time line, those after it follow, and the first fragment is
    /// flagged as a discontinuity. Usually `nextMediaTimeMs`.
    package mutating func continueTimeline(atMs timeMs: Int64) {
        writer.continueTimeline(atMs: timeMs)
    }

    /// A part of the input was lost, for instance because a body was aborted: forgets what is
    /// unfinished and looks for the next Cluster or EBML header that seems real. Video goes on with
    /// its next key frame, because what lies between depends on what was lost. Before the first
    /// header was read, the parser starts anew instead.
    package mutating func resynchronize() {
        dropCarry()
        reader.lostBytes = 0
        reader.isLost = false
        seekAfresh()
    }

    /// An element is impossible from its first byte on: looks for a place to go on.
    private mutating func seekAfresh() {
        reader.seekAfresh()
        if reader.isSeeking { writer.interrupt() }
    }

    /// Reads the element at the start of `window`. An impossible element is a loss: from its first byte
    /// on, the parser looks for a place to go on. It is an error only if no broadcast has begun, or if
    /// nothing valid has come for too long.
    mutating func readOrRecover(
        _ window: Span<UInt8>, into batch: inout FragmentBatch
    ) throws(MediaError) -> WebMReader.Step {
        let wasSeeking = reader.isSeeking
        do {
            return try read(window, into: &batch)
        } catch {
            // What waits is good, and nothing continues it.
            writeHeld(before: window, into: &batch)
            guard reader.initialization != nil, reader.lostBytes <= reader.limits.lostBytes else {
                closeFragment(in: &batch, before: window)
                resynchronize()
                throw error
            }
            if !reader.isLost { losses += 1 }
            reader.isLost = true
            seekAfresh()
            // What looked like a place to go on was not one.
            guard wasSeeking else { return .consumed(0) }
            reader.lostBytes += 1
            return .consumed(1)
        }
    }
}
