// What the caller allows the parser to hold and to write. The values come from the process that uses
// this module, so that all limits of Weir are in one file.

/// The bounds of one broadcast's parser.
package struct MediaLimits: Sendable, Equatable {
    /// The greatest number of tracks that any configuration may allow: a parser snapshot has room for
    /// this many.
    package static let mostTracks = 8

    /// The most bytes for which a header waits for the first key frames that it needs, counted from
    /// Tracks on. No more may come before a broadcast has a place to put it (half a request's window).
    package static let mostFirstFrameBytes = 128 * 1024

    /// The init as served to viewers, and the Tracks element it is made from.
    package var initializationBytes: Int
    /// One block with its frame data.
    package var blockBytes: Int
    /// Any other element that is held as a whole.
    package var elementBytes: Int
    /// Track entries in one Tracks element, dropped ones included. At most `mostTracks`.
    package var tracks: Int
    /// The longest cluster while there is no picture, in milliseconds. It determines how far apart the
    /// places to join are.
    package var soundClusterDurationMs: Int
    /// How many bytes in a row may contain nothing valid before the input is refused.
    package var lostBytes: Int
    /// Frames of a track that is ahead, and their bytes, that wait for the other tracks.
    package var heldFrames: Int
    package var heldBytes: Int
    /// The most media for which a track that is ahead is held, in milliseconds.
    package var orderWindowMs: Int64
    /// How much media must come in order until nothing is held any more.
    package var orderMemoryMs: Int64
    /// A picture that has not come for this much media has stopped: sound goes on without it.
    package var pictureSilenceMs: Int64
    /// How much media a header waits for the first key frames that it needs.
    package var firstFrameMs: Int64
    /// A track's time has jumped if it steps back, or ahead of all tracks, by more than this.
    package var jumpBackMs: Int64
    package var jumpForwardMs: Int64

    package init(
        initializationBytes: Int, blockBytes: Int, elementBytes: Int,
        tracks: Int, soundClusterDurationMs: Int, lostBytes: Int, heldFrames: Int, heldBytes: Int,
        orderWindowMs: Int64, orderMemoryMs: Int64, pictureSilenceMs: Int64, firstFrameMs: Int64,
        jumpBackMs: Int64, jumpForwardMs: Int64
    ) {
        precondition(initializationBytes > 0 && blockBytes > 0 && elementBytes > 0)
        precondition(soundClusterDurationMs > 0)
        precondition(lostBytes > 0 && heldFrames >= 0 && heldBytes >= 0 && orderWindowMs >= 0)
        precondition(pictureSilenceMs > 0 && jumpBackMs > 0 && jumpForwardMs > 0)
        precondition(tracks > 0 && tracks <= MediaLimits.mostTracks)
        self.initializationBytes = initializationBytes
        self.blockBytes = blockBytes
        self.elementBytes = elementBytes
        self.tracks = tracks
        self.soundClusterDurationMs = soundClusterDurationMs
        self.lostBytes = lostBytes
        self.heldFrames = heldFrames
        self.heldBytes = heldBytes
        self.orderWindowMs = orderWindowMs
        self.orderMemoryMs = orderMemoryMs
        self.pictureSilenceMs = pictureSilenceMs
        self.firstFrameMs = firstFrameMs
        self.jumpBackMs = jumpBackMs
        self.jumpForwardMs = jumpForwardMs
    }
}
