// What fits into a ring of the size in the settings: the parts of a broadcast, and the rest of the file
// around them.

import Media
import SegmentRing
import Settings

extension MediaLimits {
    package init(ringBytes: Int) {
        // A block and its cluster header have to fit into one fragment, a quarter of the ring.
        self.init(
            initializationBytes: Limits.initializationBytes,
            blockBytes: min(Limits.blockBytes, ringBytes / 8), elementBytes: Limits.elementBytes,
            tracks: Limits.tracks, soundClusterDurationMs: Limits.soundClusterDurationMs,
            lostBytes: Limits.lostMediaBytes, heldFrames: Limits.heldFrames,
            heldBytes: min(Limits.heldMediaBytes, ringBytes / 8),
            orderWindowMs: Limits.orderWindowMs, orderMemoryMs: Limits.orderMemoryMs,
            pictureSilenceMs: Limits.pictureSilenceMs, firstFrameMs: Limits.firstFrameMs,
            jumpBackMs: Limits.jumpBackMs, jumpForwardMs: Limits.jumpForwardMs)
    }
}

extension RingGeometry {
    package init(ringBytes: Int) {
        self.init(
            dataBytes: ringBytes, entries: Limits.ringEntries,
            initializationBytes: Limits.initializationBytes,
            carryBytes: WebMIngest.mostCarryBytes(MediaLimits(ringBytes: ringBytes)),
            stateBytes: Limits.writerStateBytes)
    }
}
