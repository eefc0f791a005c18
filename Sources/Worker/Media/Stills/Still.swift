// A picture of a broadcast for those who do not play it: on a card, in a preview of a link, on a page that
// waits. Nothing is decoded for it: a key frame of VP8 in a RIFF header is a WebP, one of AV1 in a few boxes
// is an AVIF, and those of other codecs are films of one frame, which a browser draws.
//
// Pure: bytes in, bytes out. What is made depends on the frame and its track alone.

package struct Still: Sendable, Equatable {
    package enum Form: UInt8, Sendable, CaseIterable {
        case webP = 1
        case avif
        case webM
        case mp4
        case jpeg
    }

    package let form: Form
    package let bytes: [UInt8]

    package init(form: Form, bytes: [UInt8]) {
        self.form = form
        self.bytes = bytes
    }

    /// Made of the key frame that a media entry of a ring begins with: a fragment of ours. `entry` may be cut
    /// off behind that frame. Nil when there is none in it, or one that shows no picture by itself.
    package init?(keyFrameOf entry: Span<UInt8>, _ initialization: Initialization) {
        guard let track = initialization.tracks.first, let frame = Still.keyFrame(in: entry) else {
            return nil
        }
        self.init(frame: entry.extracting(frame), of: track)
    }

    init?(frame: Span<UInt8>, of track: MediaTrack) {
        let reader = FrameReader(track: track, mostFrameBytes: frame.count)
        // Where the bitstream cannot say it, the container has.
        guard let form = Form(of: track), reader.isKeyframe(frame) != false else { return nil }
        let made: [UInt8]? =
            switch form {
            case .webP: WebPStill.bytes(of: frame)
            case .avif: AVIFStill.bytes(of: frame, track)
            case .webM: reader.pictureSize(frame).map { WebMStill.bytes(of: frame, track, $0) }
            case .mp4: MP4Still.bytes(of: frame, track)
            case .jpeg: nil
            }
        guard let made else { return nil }
        self.init(form: form, bytes: made)
    }

    /// Where the bytes of the first picture are. Sound may stand before it.
    private static func keyFrame(in entry: Span<UInt8>) -> Range<Int>? {
        var clusters = ClusterReader()
        for _ in 0..<mostFramesBefore {
            guard let (frame, data) = clusters.next(in: entry), !clusters.isCutOff else {
                return nil
            }
            if frame.track == 0 { return data }
        }
        return nil
    }

    private static let mostFramesBefore = 16
}

extension Still.Form {
    /// What key frames of a track become; nil for sound, and for codecs that no browser draws.
    package init?(of track: MediaTrack) {
        switch VideoBitstream(codecID: track.codecID) {
        case .vp8: self = .webP
        case .av1: self = .avif
        case .vp9: self = .webM
        case .h264, .hevc: self = .mp4
        case nil: return nil
        }
    }

    package var contentType: String {
        switch self {
        case .webP: "image/webp"
        case .avif: "image/avif"
        case .webM: "video/webm"
        case .mp4: "video/mp4"
        case .jpeg: "image/jpeg"
        }
    }
}
