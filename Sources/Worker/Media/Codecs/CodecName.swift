// Short codec names for Matroska codec identifiers, and what the parser must know of a codec.
// Identifiers: RFC 9559 section 27.7 and the codec mappings it refers to (draft-ietf-cellar-codec).

enum CodecName {
    /// Longest codec identifier that is accepted.
    static let mostBytes = 64

    private static let exact: [String: String] = [
        "V_VP8": "vp8", "V_VP9": "vp9", "V_AV1": "av1", "V_AVS2": "avs2", "V_AVS3": "avs3",
        "V_MPEG4/ISO/AVC": "h264", "V_MPEGH/ISO/HEVC": "hevc", "V_MPEGI/ISO/VVC": "vvc",
        "V_THEORA": "theora", "V_DIRAC": "dirac", "V_MPEG1": "mpeg1", "V_MPEG2": "mpeg2",
        "V_MPEG4/ISO/SP": "mpeg4", "V_MPEG4/ISO/ASP": "mpeg4", "V_MPEG4/ISO/AP": "mpeg4",
        "V_MPEG4/MS/V3": "msmpeg4v3", "V_MJPEG": "mjpeg", "V_PRORES": "prores",
        "V_CINEFORM": "cineform", "V_FFV1": "ffv1", "V_JPEG2000": "jpeg2000", "V_SNOW": "snow",
        "V_UNCOMPRESSED": "raw", "V_REAL/RV10": "rv10", "V_REAL/RV20": "rv20",
        "V_REAL/RV30": "rv30", "V_REAL/RV40": "rv40", "V_QUICKTIME": "quicktime",
        "V_MS/VFW/FOURCC": "vfw",
        "A_OPUS": "opus", "A_VORBIS": "vorbis", "A_FLAC": "flac", "A_MPEG/L3": "mp3",
        "A_MPEG/L2": "mp2", "A_MPEG/L1": "mp1", "A_AC3": "ac3", "A_AC3/BSID9": "ac3",
        "A_AC3/BSID10": "ac3", "A_EAC3": "eac3", "A_DTS": "dts", "A_DTS/EXPRESS": "dts",
        "A_DTS/LOSSLESS": "dts", "A_TRUEHD": "truehd", "A_MLP": "mlp", "A_ALAC": "alac",
        "A_WAVPACK4": "wavpack", "A_TTA1": "tta", "A_MPC": "musepack", "A_ATRAC/AT1": "atrac1",
        "A_PCM/INT/LIT": "pcm", "A_PCM/INT/BIG": "pcm", "A_PCM/FLOAT/IEEE": "pcm",
        "A_REAL/14_4": "ra144", "A_REAL/28_8": "ra288", "A_REAL/COOK": "cook",
        "A_REAL/SIPR": "sipr", "A_REAL/RALF": "ralf", "A_REAL/ATRC": "atrac3",
        "A_QUICKTIME": "quicktime", "A_QUICKTIME/QDMC": "qdmc", "A_QUICKTIME/QDM2": "qdm2",
        "A_MS/ACM": "acm",
    ]

    /// Names of four characters, in lower case, of AVI and QuickTime.
    private static let fourCCs: [String: String] = [
        "h264": "h264", "x264": "h264", "avc1": "h264", "davc": "h264", "vssh": "h264",
        "hevc": "hevc", "h265": "hevc", "x265": "hevc", "hvc1": "hevc", "hev1": "hevc",
        "vp80": "vp8", "vp90": "vp9", "vp09": "vp9", "av01": "av1", "vvc1": "vvc",
        "xvid": "mpeg4", "divx": "mpeg4", "dx50": "mpeg4", "fmp4": "mpeg4", "mp4v": "mpeg4",
        "mp4s": "mpeg4", "div3": "msmpeg4v3", "mp43": "msmpeg4v3", "mp42": "msmpeg4v2",
        "mjpg": "mjpeg", "mjpa": "mjpeg", "mjpb": "mjpeg", "jpeg": "mjpeg", "dmb1": "mjpeg",
        "mpg1": "mpeg1", "mpg2": "mpeg2", "wmv1": "wmv1", "wmv2": "wmv2", "wmv3": "wmv3",
        "wvc1": "vc1", "theo": "theora", "drac": "dirac", "ffv1": "ffv1", "hfyu": "huffyuv",
        "ffvh": "huffyuv", "lags": "lagarith", "ulrg": "utvideo", "uly0": "utvideo",
        "dvsd": "dv", "dvc ": "dv", "dvcp": "dv", "cvid": "cinepak", "svq1": "svq1",
        "svq3": "svq3", "cfhd": "cineform", "mjp2": "jpeg2000", "flv1": "flv1", "vp60": "vp6",
        "vp61": "vp6", "vp62": "vp6", "vp6f": "vp6", "rv40": "rv40", "rv30": "rv30",
        "apch": "prores", "apcn": "prores", "apcs": "prores", "apco": "prores", "ap4h": "prores",
        "ap4x": "prores", "yv12": "raw", "i420": "raw", "yuy2": "raw", "uyvy": "raw",
    ]

    /// Formats of sound in WAVE files.
    private static let waveFormats: [UInt16: String] = [
        0x0001: "pcm", 0x0003: "pcm", 0x0002: "adpcm", 0x0006: "alaw", 0x0007: "mulaw",
        0x0011: "adpcm", 0x0050: "mp2", 0x0055: "mp3", 0x00FF: "aac", 0x0160: "wmav1",
        0x0161: "wmav2", 0x0162: "wmapro", 0x0163: "wmalossless", 0x1600: "aac", 0x1610: "aac",
        0x2000: "ac3", 0x2001: "dts", 0xF1AC: "flac", 0x6771: "vorbis", 0x704F: "opus",
    ]

    /// The short name, or the identifier without its "V_" or "A_" in lower case. A set-up of another
    /// container's form says which codec it is.
    static func short(for codecID: String, codecPrivate: [UInt8] = []) -> String {
        switch codecID {
        case "V_MS/VFW/FOURCC":
            if let name = fourCC(codecPrivate, at: 16) { return name }
        case "V_QUICKTIME":
            // A sample description, with or without its size in front.
            for start in [4, 0] {
                if let name = fourCC(codecPrivate, at: start), fourCCs.values.contains(name) {
                    return name
                }
            }
        case "A_MS/ACM":
            if codecPrivate.count >= 2 {
                let format = UInt16(codecPrivate[0]) | UInt16(codecPrivate[1]) << 8
                if let name = waveFormats[format] { return name }
            }
        default: break
        }
        if let name = exact[codecID] { return name }
        if isAAC(codecID) { return "aac" }
        let bare =
            codecID.hasPrefix("V_") || codecID.hasPrefix("A_")
            ? String(codecID.dropFirst(2)) : codecID
        return bare.lowercased()
    }

    /// "A_AAC" and the older identifiers that have the profile in them.
    static func isAAC(_ codecID: String) -> Bool {
        codecID == "A_AAC" || codecID.hasPrefix("A_AAC/")
    }

    /// The codec of a name of four characters; the name itself, where that is readable.
    private static func fourCC(_ bytes: [UInt8], at start: Int) -> String? {
        guard bytes.count >= start + 4 else { return nil }
        let code = bytes[start..<start + 4]
        guard code.allSatisfy({ 0x20...0x7E ~= $0 }), code.contains(where: { $0 != 0x20 }) else {
            return nil
        }
        let text = String(decoding: code, as: UTF8.self).lowercased()
        return fourCCs[text] ?? text.filter { $0 != " " }
    }

    /// Codecs whose frames are stored in the order in which they are shown. For all others a block
    /// may be earlier than the one before it, which is then no reason to start a new cluster.
    static func keepsOrder(_ codec: String) -> Bool {
        codec == "vp8" || codec == "vp9" || codec == "av1"
    }
}
