// Why a track cannot be put into MP4, in words for the person who broadcasts it: what is in the way, and
// what would play.

package struct MP4TrackError: Error, Sendable, Equatable {
    package enum Reason: Sendable, Equatable {
        /// Players of HLS and DASH do not take this codec, or it has no place in MP4.
        case codec
        /// The codec would do, but what a decoder must know of it is not there or cannot be read.
        case setUp
        /// The size of the pictures is not known.
        case pictureSize
    }

    package let kind: MediaTrack.Kind
    /// The short name, for instance "vp8".
    package let codec: String
    package let reason: Reason

    init(_ track: MediaTrack, _ reason: Reason) {
        kind = track.kind
        codec = track.codec
        self.reason = reason
    }

    /// One or two sentences, for instance "The picture is VP8, which HLS and DASH cannot carry. ...".
    package var explanation: String {
        let part = kind == .video ? "picture" : "sound"
        let known =
            kind == .video
            ? MP4TrackError.pictureNames[codec] : MP4TrackError.soundNames[codec]
        let name = known ?? CodecString.plain(codec)
        switch reason {
        case .codec:
            let others = kind == .video ? "H.264, HEVC, VP9 and AV1" : "AAC, Opus and FLAC"
            return "The \(part) is \(name), which HLS and DASH cannot carry. \(others) would play."
        case .setUp:
            return
                "The \(part) is \(name), but the set-up of its decoder is missing or damaged, so "
                + "HLS and DASH cannot carry it. Another encoder or program may write it."
        case .pictureSize:
            return
                "The \(part) is \(name), but nothing says how large it is, so HLS and DASH cannot "
                + "carry it."
        }
    }

    private static let pictureNames = [
        "vp8": "VP8", "vp9": "VP9", "av1": "AV1", "h264": "H.264", "hevc": "HEVC",
        "theora": "Theora", "vvc": "VVC", "mpeg1": "MPEG-1", "mpeg2": "MPEG-2", "mpeg4": "MPEG-4",
        "mjpeg": "Motion JPEG", "prores": "ProRes", "raw": "uncompressed video",
    ]
    private static let soundNames = [
        "opus": "Opus", "vorbis": "Vorbis", "aac": "AAC", "flac": "FLAC", "mp1": "MP1",
        "mp2": "MP2", "mp3": "MP3", "ac3": "AC-3", "eac3": "Enhanced AC-3", "alac": "ALAC",
        "dts": "DTS", "truehd": "TrueHD", "pcm": "uncompressed sound (PCM)",
        "raw": "uncompressed sound",
    ]
}
