// A frame: the one thing that a reader of a container and a writer of a container share. For each frame,
// a reader gives the statements of the container, or of the bitstream where that counts for more. A
// writer knows nothing else about a frame's origin.
//
// Its bytes are passed beside it, as a span of their place: the input, or unpacked bytes. They are
// copied once, by the writer.

struct Frame: Sendable, Equatable {
    /// Index into the tracks that are served.
    let track: Int
    /// When it is shown, in milliseconds of its source's clock.
    let timeMs: Int64
    /// Nil when the container does not say.
    var durationMs: Int64?
    /// A decoder can begin with it. Always true for sound.
    var isKey = false
    /// It is decoded and not shown.
    var isInvisible = false
    /// A decoder that is late may leave it out.
    var isDiscardable = false
    /// Its time was calculated, not given, so it says nothing about how far apart frames are.
    var isReckoned = false
    /// It has Matroska elements (alpha, padding to discard, references), with times in milliseconds.
    /// Writers of other containers ignore them.
    var hasElements = false
}

/// Where a frame to be written goes.
struct FrameHead: Sendable, Equatable {
    /// Index into the tracks that are served.
    var track: Int
    /// On the output time line, in milliseconds.
    var timeMs: Int64
    /// As far as known.
    var endMs: Int64
    /// A key frame of the first video track.
    var isLeadingKey = false
    /// It does not continue what came before.
    var isDiscontinuity = false
    /// Media is missing before it, or its source has begun anew. Not where a jump of the source's clock
    /// was taken out.
    var isBreak = false
    /// How long it lasts on the clock of its track; only of sound (see SoundMeter).
    var soundTicks: UInt32?
    /// How it can be repeated; only of pictures.
    var held: HeldPicture?
}
