// One track of a broadcast, with the facts that viewers and the API need.

package struct MediaTrack: Sendable, Equatable {
    package enum Kind: Sendable, Equatable {
        case video, audio
    }

    /// The number in what we serve: video tracks first, from 1. Not the broadcaster's number.
    package let number: UInt64
    package let kind: Kind
    /// A short name such as "vp8", "vp9", "av1", "h264", "hevc", "opus", "vorbis", "aac", "flac";
    /// for codecs without one, the Matroska name in lower case (see CodecName).
    package let codec: String
    /// The Matroska codec identifier, for instance "V_VP9".
    package let codecID: String
    /// Encoded picture size in pixels; nil for audio.
    package let width: Int?
    package let height: Int?
    /// nil for video.
    package let channels: Int?
    package let sampleRateHz: Int?
    /// CodecPrivate: the set-up of a decoder. Empty when there is none.
    package let codecPrivate: [UInt8]
    /// Bits of a sample; nil for video, and when the container does not say.
    var bitDepth: Int?
    /// What the container says of the colours of pictures and the shape of their pixels; nil when it says
    /// nothing, or that pixels are square.
    var colour: VideoColour?
    var pixelAspect: PixelAspect?
    /// How long a frame lasts, as the header that viewers get says; for some codecs it is a guess.
    var frameDurationNs: UInt64?
    /// By how much sound is shown earlier than its time says (CodecDelay): what a decoder puts out before
    /// the sound begins.
    package var codecDelayNs: UInt64 = 0
    /// A language tag or code as the broadcaster gave it ("en", "ger"); nil when it gave none.
    package var language: String?
    /// What the broadcaster calls it.
    package var title: String?
    /// Whether players choose it by themselves.
    package var isDefault = true

    /// Whether a decoder for the other track can go on with this one: everything is equal except facts
    /// that are only shown to people, or that say how to show what a decoder gives.
    func isDecoded(like other: MediaTrack) -> Bool {
        var alike = other
        alike.language = language
        alike.title = title
        alike.isDefault = isDefault
        alike.colour = colour
        alike.pixelAspect = pixelAspect
        alike.frameDurationNs = frameDurationNs
        alike.codecDelayNs = codecDelayNs
        return self == alike
    }
}
