// A track's name in the codecs parameter of a MIME type (RFC 6381), about which a browser is asked
// before it is given the media. It is made from the decoder set-up (CodecPrivate), which the broadcaster
// gave or which was made from the first key frame. Nothing in it is trusted: an unreadable set-up gives
// the codec's most common form, and the result only ever contains letters, digits, '.', '-' and '_'.
//
// Sources: AV1 Codec ISO Media File Format Binding sections 2.3 and 5; VP Codec ISO Media File
// Format Binding, "Codecs Parameter String"; WebM Project, "VP9 CodecPrivate"; ISO/IEC 14496-15
// sections 5.3.3.1 and 8.3.3.1 and annex E; ISO/IEC 14496-3 section 1.6.2.1.

extension MediaTrack {
    /// The track's entry in a codecs parameter, for instance "vp9", "av01.0.04M.08" or "opus".
    package var codecString: String {
        // These names do not apply to a set-up in the form of another container.
        guard VideoBitstream(codecID: codecID) != nil || kind == .audio else {
            return CodecString.plain(codec)
        }
        return switch codec {
        case "vp9": CodecString.vp9(codecPrivate)
        case "av1": CodecString.av1(codecPrivate)
        case "h264": CodecString.h264(codecPrivate)
        case "hevc": CodecString.hevc(codecPrivate)
        case "aac": CodecString.aac(CodecName.isAAC(codecID) ? codecPrivate : [])
        case "ac3": "ac-3"
        case "eac3": "ec-3"
        default: CodecString.plain(codec)
        }
    }
}

enum CodecString {
    // MARK: Video

    /// Every browser knows "vp9" for profile 0. Others are named in full, since few decode them.
    static func vp9(_ codecPrivate: [UInt8]) -> String {
        let features = VP9.Features(codecPrivate)
        return features.profile == 0 ? "vp9" : vp9(features, level: features.level ?? 10)
    }

    /// The name in full, as MP4 has it; with colours only where they are not those of every screen.
    static func vp9(
        _ features: VP9.Features, level: UInt8, colour: VideoColour? = nil
    ) -> String {
        let name =
            "vp09.\(twoDigits(features.profile)).\(twoDigits(level)).\(twoDigits(features.depth))"
        guard let colour, colour.isWide else { return name }
        return name + ".\(twoDigits(features.subsampling)).\(numbers(colour))"
            + (colour.isFullRange == true ? ".01" : ".00")
    }

    static func av1(_ configuration: [UInt8], colour: VideoColour? = nil) -> String {
        guard configuration.count >= 4, configuration[0] == 0x81 else { return "av01.0.04M.08" }
        let profile = configuration[1] >> 5
        let level = configuration[1] & 0x1F
        let isHighTier = configuration[2] & 0x80 != 0
        let isHighDepth = configuration[2] & 0x40 != 0
        let isTwelveBit = configuration[2] & 0x20 != 0
        guard profile <= 2 else { return "av01.0.04M.08" }
        let depth: UInt8 = !isHighDepth ? 8 : profile == 2 && isTwelveBit ? 12 : 10
        let name =
            "av01.\(profile).\(twoDigits(level))\(isHighTier ? "H" : "M").\(twoDigits(depth))"
        guard let colour, colour.isWide else { return name }
        let flags = configuration[2]
        return name + ".\(flags >> 4 & 1).\(flags >> 3 & 1)\(flags >> 2 & 1)\(flags & 3)"
            + ".\(numbers(colour)).\(colour.isFullRange == true ? 1 : 0)"
    }

    /// Without profile and level when neither the container nor a picture states them.
    static func h264(_ configuration: [UInt8]) -> String {
        guard configuration.count >= 4, configuration[0] == 1 else { return "avc1" }
        return "avc1." + configuration[1...3].map(twoHexDigits).joined()
    }

    /// "hvc1" where the set-up has the parameter sets, "hev1" where only the pictures have them.
    static func hevc(_ configuration: [UInt8]) -> String {
        guard configuration.count >= 13, configuration[0] <= 1, configuration[12] > 0 else {
            return "hvc1.1.6.L93.B0"
        }
        let entry = configuration.count >= 23 && configuration[22] == 0 ? "hev1" : "hvc1"
        let space = ["", "A", "B", "C"][Int(configuration[1] >> 6)]
        let tier = configuration[1] & 0x20 == 0 ? "L" : "H"
        let profile = configuration[1] & 0x1F
        // The flags' bits in reverse order; constraint bytes without the zeros at their end.
        let flags = configuration[2...5].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        var reversed: UInt32 = 0
        for bit in 0..<UInt32(32) where flags >> bit & 1 == 1 { reversed |= 1 << (31 - bit) }
        var constraints = configuration[6...11]
        while constraints.last == 0 { constraints.removeLast() }
        let compatibility = String(reversed, radix: 16, uppercase: true)
        return "\(entry).\(space)\(profile).\(compatibility).\(tier)\(configuration[12])"
            + constraints.map { ".\(String($0, radix: 16, uppercase: true))" }.joined()
    }

    // MARK: Audio

    /// The audio object type; 2 (AAC-LC) when it is not stated.
    static func aac(_ configuration: [UInt8]) -> String {
        guard configuration.count >= 2 else { return "mp4a.40.2" }
        var type = configuration[0] >> 3
        if type == 31 { type = 32 + ((configuration[0] & 7) << 3 | configuration[1] >> 5) }
        return "mp4a.40.\(type == 0 ? 2 : type)"
    }

    // MARK: Parts

    /// Primaries, transfer and matrix.
    private static func numbers(_ colour: VideoColour) -> String {
        [colour.primaries, colour.transfer, colour.matrix].map(twoDigits).joined(separator: ".")
    }

    /// A short name unchanged, if its characters need no quoting.
    static func plain(_ codec: String) -> String {
        var text = ""
        for scalar in codec.unicodeScalars {
            switch scalar {
            case "a"..."z", "A"..."Z", "0"..."9", ".", "-", "_": text.unicodeScalars.append(scalar)
            default: text += "-"
            }
        }
        return text.isEmpty ? "unknown" : text
    }

    private static func twoDigits(_ number: UInt8) -> String {
        number < 10 ? "0\(number)" : "\(number)"
    }

    private static func twoHexDigits(_ byte: UInt8) -> String {
        (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
    }
}
