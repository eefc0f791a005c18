// The set-up of decoders (CodecPrivate), per codec: checked; made from the container where it has
// everything; otherwise made from a key frame. A set-up that no decoder would take is refused with
// words; an unknown one is passed on.

struct CodecSetUp {
    let codecID: String
    /// The track's name in a refusal.
    let name: String
    let bitstream: VideoBitstream?

    init(codecID: String, name: String) {
        self.codecID = codecID
        self.name = name
        bitstream = VideoBitstream(codecID: codecID)
    }

    /// A codec's name for people, without anything that could be mistaken for words of ours.
    static func name(of codecID: String) -> String {
        CodecString.plain(CodecName.short(for: codecID))
    }

    // MARK: Checking

    /// Checks a set-up; makes one where there is none and the container says enough. Corrects statements
    /// of the container that contradict the set-up.
    func check(
        _ codecPrivate: inout [UInt8], audio: inout AudioSettings
    ) throws(MediaError) {
        switch codecID {
        case "A_OPUS":
            if codecPrivate.isEmpty, audio.channels <= 2 {
                codecPrivate = CodecSetUp.opusHead(audio)
            }
            guard let opus = OpusSetUp(codecPrivate) else {
                throw .malformed("\(name) has no valid OpusHead in its CodecPrivate")
            }
            // Chromium's decoder refuses another number than that of its own set-up.
            audio.channels = UInt64(opus.channels)
        case "A_VORBIS":
            guard CodecSetUp.hasVorbisHeaders(codecPrivate) else {
                throw .malformed("\(name) does not have its three headers in its CodecPrivate")
            }
        case "V_VP9":
            // No decoder needs it for VP9, so an invalid one is as good as none.
            if !VP9.hasProfile(codecPrivate) { codecPrivate = [] }
        case "V_AV1":
            if !AV1.isConfiguration(codecPrivate) { codecPrivate = [] }
        case _ where codecPrivate.isEmpty && CodecName.isAAC(codecID):
            codecPrivate =
                AACSetUp.configuration(
                    codecID: codecID, rateHz: Int(audio.sampleRateHz.rounded()),
                    channels: Int(audio.channels)) ?? []
        default:
            break
        }
    }

    /// Whether only a key frame says what is missing.
    func isIncomplete(_ codecPrivate: [UInt8]) -> Bool {
        switch bitstream {
        case .vp9, .av1: codecPrivate.isEmpty
        case .h264: H264.lengthBytes(configuration: codecPrivate) == nil
        case .hevc: HEVC.lengthBytes(configuration: codecPrivate) == nil
        case .vp8, nil: false
        }
    }

    /// Whether frames may have start codes: nothing says how long a length field is.
    func mayHaveStartCodes(_ codecPrivate: [UInt8]) -> Bool {
        (bitstream == .h264 || bitstream == .hevc) && isIncomplete(codecPrivate)
    }

    private static func opusHead(_ audio: AudioSettings) -> [UInt8] {
        let rateHz = UInt32(audio.sampleRateHz.rounded())
        let rate = (0..<4).map { UInt8(truncatingIfNeeded: rateHz >> (8 * UInt32($0))) }
        return [UInt8]("OpusHead".utf8) + [1, UInt8(audio.channels), 0, 0] + rate + [0, 0, 0]
    }

    /// Three packets, the first two with their lengths in front (Vorbis I specification section 4.2.1;
    /// the lacing is that of Xiph).
    private static func hasVorbisHeaders(_ bytes: [UInt8]) -> Bool {
        guard bytes.first == 2 else { return false }
        var position = 1
        var lengths: [Int] = []
        for _ in 0..<2 {
            var length = 0
            while position < bytes.count, bytes[position] == 255 {
                length += 255
                position += 1
            }
            guard position < bytes.count else { return false }
            lengths.append(length + Int(bytes[position]))
            position += 1
        }
        for (kind, length) in [(UInt8(1), lengths[0]), (3, lengths[1]), (5, 7)] {
            guard length >= 7, bytes.count - position >= length, bytes[position] == kind,
                bytes[(position + 1)..<(position + 7)].elementsEqual("vorbis".utf8)
            else { return false }
            position += length
        }
        return true
    }

    // MARK: Making

    /// What a key frame gives.
    struct Made {
        let size: PictureSize
        /// Nil when a decoder needs none.
        let codecPrivate: [UInt8]?
    }

    /// Looks into a key frame, or into parameter sets behind start codes.
    func made(from frame: Span<UInt8>, frameDurationNs: UInt64) -> Made? {
        switch bitstream {
        case .vp8: return VP8.size(frame).map { Made(size: $0, codecPrivate: nil) }
        case .vp9:
            guard let picture = VP9.picture(frame) else { return nil }
            // Every player takes profile 0 for granted.
            let features =
                picture.profile > 0
                ? VP9.features(picture, frameDurationNs: frameDurationNs) : nil
            return Made(size: picture.size, codecPrivate: features)
        case .av1:
            guard let (sequence, unit) = AV1.sequence(in: frame), let size = sequence.size else {
                return nil
            }
            return Made(size: size, codecPrivate: AV1.configuration(sequence, unit: unit))
        case .h264:
            guard let format = NALFormat.guess(frame) else { return nil }
            let sets = H264.ParameterSets(in: frame, format)
            guard let configuration = H264.configuration(sets),
                let size = sets.sequence.first.flatMap({ H264.sequence($0.span)?.size })
            else { return nil }
            return Made(size: size, codecPrivate: configuration)
        case .hevc:
            guard let format = NALFormat.guess(frame) else { return nil }
            let sets = HEVC.ParameterSets(in: frame, format)
            guard let configuration = HEVC.configuration(sets),
                let size = sets.sequence.first.flatMap({ HEVC.sequence($0.span)?.size })
            else { return nil }
            return Made(size: size, codecPrivate: configuration)
        case nil: return nil
        }
    }
}
