// Which bitstreams this module can look into.

/// A video codec whose frames say what they are.
enum VideoBitstream: Sendable, Equatable {
    case vp8, vp9, av1, h264, hevc

    /// By the Matroska codec identifier. Nil too for the same codecs in the mappings of other
    /// containers (V_MS/VFW/FOURCC), whose set-up is another.
    init?(codecID: String) {
        switch codecID {
        case "V_VP8": self = .vp8
        case "V_VP9": self = .vp9
        case "V_AV1": self = .av1
        case "V_MPEG4/ISO/AVC": self = .h264
        case "V_MPEGH/ISO/HEVC": self = .hevc
        default: return nil
        }
    }
}
