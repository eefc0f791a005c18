// Short codec names for Matroska codec identifiers, and what the parser must know of a codec.
// Identifiers: RFC 9559 section 27.7 and the codec mappings it refers to.

enum CodecName {
    /// Longest codec identifier that is accepted.
    static let mostBytes = 64

    private static let exact: [String: String] = [
        "V_VP8": "vp8", "V_VP9": "vp9", "V_AV1": "av1", "V_MPEG4/ISO/AVC": "h264",
        "V_MPEGH/ISO/HEVC": "hevc", "V_MPEGI/ISO/VVC": "vvc", "V_THEORA": "theora",
        "V_MPEG1": "mpeg1", "V_MPEG2": "mpeg2", "V_MPEG4/ISO/SP": "mpeg4",
        "V_MPEG4/ISO/ASP": "mpeg4", "V_MPEG4/ISO/AP": "mpeg4", "V_MJPEG": "mjpeg",
        "V_PRORES": "prores", "V_FFV1": "ffv1",
        "A_OPUS": "opus", "A_VORBIS": "vorbis", "A_FLAC": "flac", "A_MPEG/L3": "mp3",
        "A_MPEG/L2": "mp2", "A_AC3": "ac3", "A_EAC3": "eac3", "A_DTS": "dts", "A_ALAC": "alac",
        "A_PCM/INT/LIT": "pcm", "A_PCM/INT/BIG": "pcm", "A_PCM/FLOAT/IEEE": "pcm",
    ]

    /// The short name, or the identifier without its "V_" or "A_" in lower case.
    static func short(for codecID: String) -> String {
        if let name = exact[codecID] { return name }
        if codecID == "A_AAC" || codecID.hasPrefix("A_AAC/") { return "aac" }
        let bare =
            codecID.hasPrefix("V_") || codecID.hasPrefix("A_")
            ? String(codecID.dropFirst(2)) : codecID
        return bare.lowercased()
    }

    /// Codecs whose frames are stored in the order in which they are shown. For all others a block
    /// may be earlier than the one before it, which is then no reason to start a new cluster.
    static func keepsOrder(_ codec: String) -> Bool {
        codec == "vp8" || codec == "vp9" || codec == "av1"
    }
}
