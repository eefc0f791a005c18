// A frame: the one thing that a reader of a container and a writer of a container share. A reader says
// of each frame what the container says of it, and what its bitstream says where that counts for more;
// a writer knows nothing else of where a frame comes from.
//
// Its bytes go beside it, as a span of wherever they lie: the input, or what was unpacked. They are
// copied once, by the writer.

struct Frame: Sendable, Equatable {
    /// Index into the tracks that are served.
    let track: Int
    /// When it is shown, in milliseconds of its source's clock.
    let timeMs: Int64
    /// Nil when the container does not say.
    var durationMs: Int64?
    /// A decoder can begin with it. Always of sound.
    var isKey = false
    /// It is decoded and not shown.
    var isInvisible = false
    /// A decoder that is late may leave it out.
    var isDiscardable = false
    /// Its time was reckoned, not given, so that it says nothing about how far apart frames are.
    var isReckoned = false
    /// Elements of Matroska go with it (alpha, padding to discard, what it refers to), with times in
    /// milliseconds. Writers of other containers pass over them.
    var hasElements = false
}

/// Where a frame that is to be written goes.
struct FrameHead: Sendable, Equatable {
    /// Index into the tracks that are served.
    var track: Int
    /// On the output time line, in milliseconds.
    var timeMs: Int64
    /// As far as known.
    var endMs: Int64
    /// A key frame of the first video track.
    var isLeadingKey = false
    /// What came before is not what this continues.
    var isDiscontinuity = false
}
