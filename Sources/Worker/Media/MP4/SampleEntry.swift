// How a codec is named and set up in MP4: its sample entry, which says all that a decoder must know before
// the first sample (ISO/IEC 14496-12 section 12, ISO/IEC 14496-15 for H.264 and HEVC, the bindings of VP9,
// AV1, Opus and FLAC to ISOBMFF, ISO/IEC 14496-14 for AAC). Everything in it is from the broadcaster.

struct SampleEntry: Sendable, Equatable {
    /// Of the entry, four characters.
    let name: String
    /// The box with the set-up of the decoder, whole.
    let setUp: [UInt8]
    /// The codec in a CODECS attribute (RFC 6381).
    let codecString: String
    /// What the bitstream says, for boxes beside the set-up.
    var colour: VideoColour?
    var pixelAspect: PixelAspect?
    var frameDurationNs: UInt64?
    /// Of sound, as the set-up says it.
    var channels = 0
    var sampleRateHz = 0
    /// Bits of a sample of sound, for people; a decoder does not ask.
    var bitDepth: UInt16 = 16

    /// Nil for a codec that HLS and DASH cannot carry. Throws when its set-up is not usable.
    init?(_ track: MediaTrack) throws(MP4TrackError) {
        let made: SampleEntry?
        switch track.codecID {
        case "V_MPEG4/ISO/AVC": made = SampleEntry(h264: track)
        case "V_MPEGH/ISO/HEVC": made = SampleEntry(hevc: track)
        case "V_VP9": made = SampleEntry(vp9: track)
        case "V_AV1": made = SampleEntry(av1: track)
        case "A_OPUS": made = SampleEntry(opus: track)
        case "A_FLAC": made = SampleEntry(flac: track)
        case _ where CodecName.isAAC(track.codecID): made = SampleEntry(aac: track)
        default: return nil
        }
        guard let made else { throw MP4TrackError(track, .setUp) }
        self = made
    }

    private init(name: String, codecString: String, setUp: [UInt8]) {
        self.name = name
        self.codecString = codecString
        self.setUp = setUp
    }

    // MARK: Pictures

    /// Players of Apple want the parameter sets here, so an entry without any is refused.
    private init?(h264 track: MediaTrack) {
        guard let sets = H264.ParameterSets(configuration: track.codecPrivate),
            let first = sets.sequence.first, !sets.picture.isEmpty
        else { return nil }
        self.init(
            name: "avc1", codecString: track.codecString,
            setUp: SampleEntry.box("avcC", track.codecPrivate))
        take(H264.sequence(first.span)?.usability)
    }

    private init?(hevc track: MediaTrack) {
        guard let sets = HEVC.ParameterSets(configuration: track.codecPrivate),
            let first = sets.sequence.first, !sets.video.isEmpty, !sets.picture.isEmpty
        else { return nil }
        var configuration = HEVC.complete(track.codecPrivate)
        // Early writers of Matroska left the version at 0.
        configuration[0] = 1
        self.init(
            name: "hvc1", codecString: track.codecString,
            setUp: SampleEntry.box("hvcC", configuration))
        take(HEVC.sequence(first.span)?.usability)
    }

    private mutating func take(_ usability: VideoUsability?) {
        colour = usability?.colour
        pixelAspect = usability?.pixelAspect
        frameDurationNs = usability?.frameDurationNs
    }

    /// Often there is no set-up: then it is profile 0, and the level follows from the size.
    private init?(vp9 track: MediaTrack) {
        let features = VP9.Features(track.codecPrivate)
        let size = PictureSize(width: track.width ?? 0, height: track.height ?? 0)
        let made = size.map { VP9.level(of: $0, frameDurationNs: track.frameDurationNs ?? 0) }
        guard let level = features.level ?? made else { return nil }
        let colour = track.colour
        // 0 and 1 are both 4:2:0, with samples of colour between the lines or on them.
        let isBetween = features.subsampling == 1 && colour?.isChromaBetweenLines == true
        let subsampling = isBetween ? 0 : features.subsampling
        var content: [UInt8] = [1, 0, 0, 0, features.profile, level]
        content.append(
            features.depth << 4 | subsampling << 1 | (colour?.isFullRange == true ? 1 : 0))
        content.append(colour?.primaries ?? VideoColour.unspecified)
        content.append(colour?.transfer ?? VideoColour.unspecified)
        content.append(colour?.matrix ?? VideoColour.unspecified)
        // No data to begin with.
        content += [0, 0]
        self.init(
            name: "vp09", codecString: CodecString.vp9(features, level: level, colour: colour),
            setUp: SampleEntry.box("vpcC", content))
    }

    private init?(av1 track: MediaTrack) {
        guard AV1.isConfiguration(track.codecPrivate) else { return nil }
        let colour = AV1.sequence(configuration: track.codecPrivate)?.colour
        self.init(
            name: "av01",
            codecString: CodecString.av1(track.codecPrivate, colour: track.colour ?? colour),
            setUp: SampleEntry.box("av1C", track.codecPrivate))
        self.colour = colour
    }

    // MARK: Sound

    private init?(opus track: MediaTrack) {
        guard let head = OpusSetUp(track.codecPrivate) else { return nil }
        var content: [UInt8] = [0, head.channels]
        content.append(uint16: head.preSkip)
        // Not the rate of the source, which is for people: Chromium refuses any other here than that of
        // the entry.
        content.append(uint32: UInt32(SampleEntry.opusRateHz))
        content.append(uint16: head.outputGain)
        content.append(head.family)
        content += head.mapping
        self.init(name: "Opus", codecString: "Opus", setUp: SampleEntry.box("dOps", content))
        channels = Int(head.channels)
        sampleRateHz = SampleEntry.opusRateHz
    }

    /// A decoder of Opus puts out this, whatever came in.
    private static let opusRateHz = 48_000

    private init?(flac track: MediaTrack) {
        guard let flac = FLACSetUp(track.codecPrivate) else { return nil }
        // Version and flags, then STREAMINFO as the last block.
        let content: [UInt8] = [0, 0, 0, 0, 0x80, 0, 0, UInt8(flac.streamInfo.count)]
        self.init(
            name: "fLaC", codecString: "fLaC",
            setUp: SampleEntry.box("dfLa", content + flac.streamInfo))
        channels = flac.channels
        sampleRateHz = flac.rateHz
        bitDepth = UInt16(flac.bitDepth)
    }

    private init?(aac track: MediaTrack) {
        let configuration = track.codecPrivate
        guard configuration.count <= SampleEntry.mostConfigurationBytes,
            let aac = AACSetUp(configuration), let channels = aac.channels ?? track.channels
        else { return nil }
        self.init(
            name: "mp4a", codecString: track.codecString,
            setUp: SampleEntry.box("esds", SampleEntry.elementaryStream(configuration)))
        self.channels = channels
        sampleRateHz = aac.rateHz
    }

    /// Real ones have 2 to 5 bytes, and some dozens if they list channels.
    private static let mostConfigurationBytes = 1_024

    /// The descriptors of ISO/IEC 14496-1 section 7.2.6: a stream, in it a decoder, in it its set-up.
    private static func elementaryStream(_ configuration: [UInt8]) -> [UInt8] {
        // Sound of ISO/IEC 14496-3, a stream of audio; sizes and bit rates are not said.
        let decoder = [0x40, 0x15] + [UInt8](repeating: 0, count: 11)
        let stream =
            [0, 0, 0] + descriptor(4, decoder + descriptor(5, configuration))
            + descriptor(6, [2])
        return [0, 0, 0, 0] + descriptor(3, stream)
    }

    /// A tag, a length of seven bits a byte, the content.
    private static func descriptor(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
        let count = content.count
        let length: [UInt8] =
            count < 0x80
            ? [UInt8(count)] : [0x80 | UInt8(count >> 7 & 0x7F), UInt8(count & 0x7F)]
        return [tag] + length + content
    }

    private static func box(_ name: String, _ content: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.appendBox(name) { $0 += content }
        return bytes
    }
}
