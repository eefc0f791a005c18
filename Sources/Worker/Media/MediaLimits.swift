// What the caller allows the parser to hold and to write. The values come from the process that
// uses this module, so that every limit of Weir still stands in one file.

/// The bounds of one broadcast's parser.
package struct MediaLimits: Sendable, Equatable {
    /// The most tracks any configuration may allow: what one parser snapshot has room for.
    package static let mostTracks = 8

    /// The init as served to viewers, and the Tracks element it is made from.
    package var initializationBytes: Int
    /// One block with its frame data.
    package var blockBytes: Int
    /// Any other element that is held whole.
    package var elementBytes: Int
    /// Elements nested in one another, counted from the Segment or the EBML header.
    package var elementDepth: Int
    /// Track entries in one Tracks element, dropped ones included. At most `mostTracks`.
    package var tracks: Int
    /// The longest cluster of a broadcast without video, in milliseconds: how far apart the places are
    /// where one can join.
    package var soundClusterDurationMs: Int

    package init(
        initializationBytes: Int, blockBytes: Int, elementBytes: Int, elementDepth: Int,
        tracks: Int, soundClusterDurationMs: Int
    ) {
        precondition(initializationBytes > 0 && blockBytes > 0 && elementBytes > 0)
        precondition(elementDepth > 0 && soundClusterDurationMs > 0)
        precondition(tracks > 0 && tracks <= MediaLimits.mostTracks)
        self.initializationBytes = initializationBytes
        self.blockBytes = blockBytes
        self.elementBytes = elementBytes
        self.elementDepth = elementDepth
        self.tracks = tracks
        self.soundClusterDurationMs = soundClusterDurationMs
    }
}
