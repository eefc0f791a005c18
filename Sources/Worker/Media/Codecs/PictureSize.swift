// The size of a picture, and which bitstreams this module can look into.

/// In pixels, as a decoder puts them out.
package struct PictureSize: Sendable, Equatable {
    package let width: Int
    package let height: Int

    /// Nil for what no container can say.
    init?(width: Int, height: Int) {
        guard 1...65_535 ~= width, 1...65_535 ~= height else { return nil }
        self.width = width
        self.height = height
    }
}

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
