// One TrackEntry: what is read of the broadcaster's, and how ours is written (RFC 9559 section
// 5.1.4.1). It is written from the list in `bytes(number:)`, whatever else the broadcaster's had.

struct TrackEntry: Sendable {
    private(set) var sourceNumber: UInt64 = 0
    private(set) var type: UInt64 = 0
    private(set) var codecID = ""
    private(set) var defaultDurationNs: UInt64 = 0
    private var codecDelayNs: UInt64 = 0
    private var seekPreRollNs: UInt64 = 0
    private(set) var codecPrivate: [UInt8] = []
    private(set) var packing = FramePacking.plain
    private(set) var isDefault = true
    private var isEnabled = true
    private var title: String?
    private var language: String?
    private var languageTag: String?
    private var video = VideoSettings()
    private var audio = AudioSettings()
    /// Its decoder set-up has to be made from its first key frame.
    private(set) var needsFirstFrame = false

    private static let videoType: UInt64 = 1
    private static let audioType: UInt64 = 2
    private static let mostTitleBytes = 256
    private static let mostLanguageBytes = 35
    private static let durationsNs: ClosedRange<UInt64> = 1...60_000_000_000
    /// Of 30 frames a second.
    static let guessedDurationNs: UInt64 = 33_333_333
    private static let delaysNs: ClosedRange<UInt64> = 1...10_000_000_000

    var isVideo: Bool { type == TrackEntry.videoType }
    var isAudio: Bool { type == TrackEntry.audioType }
    /// Players are to begin with it.
    var leads: Bool { isDefault && isEnabled }

    // MARK: Reading

    init(content: Range<Int>, in bytes: Span<UInt8>, limits: MediaLimits) throws(MediaError) {
        var encodings: Range<Int>?
        var reader = ElementReader(children: content)
        while let child = try reader.next(in: bytes) {
            if child.id == ElementID.contentEncodings {
                encodings = child.content
            } else {
                try readChild(child, in: bytes)
            }
        }
        guard sourceNumber > 0, sourceNumber <= UInt64(UInt32.max) else {
            throw .malformed("a track number is out of range")
        }
        guard isVideo || isAudio else { return }
        guard !codecID.isEmpty else { throw .malformed("a track has no codec") }
        let setUp = CodecSetUp(
            codecID: codecID, name: "track \(sourceNumber) (\(CodecSetUp.name(of: codecID)))")
        if let encodings {
            packing = try ContentEncodings.packing(
                encodings, in: bytes, codecPrivate: &codecPrivate, trackName: setUp.name,
                limits: limits)
        }
        try setUp.check(&codecPrivate, audio: &audio)
        needsFirstFrame =
            setUp.isIncomplete(codecPrivate)
            || isVideo && setUp.bitstream != nil && (video.width == 0 || video.height == 0)
        packing.mayHaveStartCodes = setUp.mayHaveStartCodes(codecPrivate)
        completeFromCodecPrivate(setUp)
    }

    private mutating func readChild(
        _ child: Element, in bytes: Span<UInt8>
    ) throws(MediaError) {
        switch child.id {
        case ElementID.trackNumber: sourceNumber = try child.unsigned(in: bytes)
        case ElementID.trackType: type = try child.unsigned(in: bytes)
        case ElementID.codecID:
            codecID = try child.shortString(in: bytes, mostBytes: CodecName.mostBytes)
        case ElementID.codecPrivate: codecPrivate = child.contentBytes(in: bytes)
        case ElementID.defaultDuration:
            let durationNs = try child.unsigned(in: bytes)
            if TrackEntry.durationsNs.contains(durationNs) { defaultDurationNs = durationNs }
        case ElementID.codecDelay:
            let delayNs = try child.unsigned(in: bytes)
            if TrackEntry.delaysNs.contains(delayNs) { codecDelayNs = delayNs }
        case ElementID.seekPreRoll:
            let rollNs = try child.unsigned(in: bytes)
            if TrackEntry.delaysNs.contains(rollNs) { seekPreRollNs = rollNs }
        case ElementID.trackTimestampScale:
            guard try child.float(in: bytes) == 1 else {
                throw .malformed("a TrackTimestampScale other than 1")
            }
        case ElementID.flagDefault: isDefault = try child.unsigned(in: bytes) != 0
        case ElementID.flagEnabled: isEnabled = try child.unsigned(in: bytes) != 0
        case ElementID.name:
            title = child.text(in: bytes, mostBytes: TrackEntry.mostTitleBytes)
        case ElementID.void where title == nil:
            title = TrackEntry.titleInVoid(child, in: bytes)
        case ElementID.language: language = TrackEntry.language(child, in: bytes)
        case ElementID.languageBCP47: languageTag = TrackEntry.language(child, in: bytes)
        case ElementID.video: video = try VideoSettings(child.content, in: bytes)
        case ElementID.audio: audio = try AudioSettings(child.content, in: bytes)
        default: break
        }
    }

    /// A language code or tag; nil if it is not one, or says that the language is unknown.
    private static func language(_ child: Element, in bytes: Span<UInt8>) -> String? {
        guard let text = child.text(in: bytes, mostBytes: mostLanguageBytes), text != "und",
            text.utf8.allSatisfy({
                $0 == 0x2D || 0x30...0x39 ~= $0 || 0x41...0x5A ~= $0 || 0x61...0x7A ~= $0
            })
        else { return nil }
        return text
    }

    /// Our own way to keep a title that players do not get (see `append(title:)`).
    private static func titleInVoid(_ void: Element, in bytes: Span<UInt8>) -> String? {
        var reader = ElementReader(children: void.content)
        guard let child = try? reader.next(in: bytes), child.id == ElementID.name else {
            return nil
        }
        return child.text(in: bytes, mostBytes: mostTitleBytes)
    }

    // MARK: Completing

    /// A decoder set-up in the form of another container holds the parameter sets too.
    private mutating func completeFromCodecPrivate(_ setUp: CodecSetUp) {
        guard needsFirstFrame, packing.mayHaveStartCodes, !codecPrivate.isEmpty else { return }
        let given = codecPrivate
        if let made = setUp.made(from: given.span, frameDurationNs: defaultDurationNs) {
            take(made)
        } else {
            codecPrivate = []
        }
    }

    /// Makes what is missing from the track's first key frame; false if that does not have it.
    mutating func complete(firstKeyframe frame: Span<UInt8>) -> Bool {
        let setUp = CodecSetUp(codecID: codecID, name: "")
        guard let made = setUp.made(from: frame, frameDurationNs: defaultDurationNs) else {
            return false
        }
        // A set-up that the container gave stays.
        take(setUp.isIncomplete(codecPrivate) ? made : .init(size: made.size, codecPrivate: nil))
        return true
    }

    private mutating func take(_ made: CodecSetUp.Made) {
        if let bytes = made.codecPrivate { codecPrivate = bytes }
        video.correct(made.size)
        needsFirstFrame = false
    }

    // MARK: Writing

    /// The content of our TrackEntry.
    func bytes(number: UInt8) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.appendElement(ElementID.trackNumber, unsigned: UInt64(number))
        bytes.appendElement(ElementID.trackUID, unsigned: UInt64(number))
        bytes.appendElement(ElementID.trackType, unsigned: type)
        if !leads { bytes.appendElement(ElementID.flagDefault, unsigned: 0) }
        // Frames stand alone in their blocks.
        bytes.appendElement(ElementID.flagLacing, unsigned: 0)
        if let durationNs = servedDurationNs {
            bytes.appendElement(ElementID.defaultDuration, unsigned: durationNs)
        }
        if isVideo, video.hasAlpha {
            bytes.appendElement(ElementID.maxBlockAdditionID, unsigned: 1)
        }
        if let title { bytes.append(title: title) }
        bytes.appendElement(ElementID.language, text: servedLanguage ?? "und")
        bytes.appendElement(ElementID.codecID, text: codecID)
        if !codecPrivate.isEmpty {
            bytes.appendElement(ElementID.codecPrivate, content: codecPrivate)
        }
        if codecDelayNs > 0 { bytes.appendElement(ElementID.codecDelay, unsigned: codecDelayNs) }
        if seekPreRollNs > 0 {
            bytes.appendElement(ElementID.seekPreRoll, unsigned: seekPreRollNs)
        }
        if isVideo {
            let isUncompressed = codecID == "V_UNCOMPRESSED"
            bytes.appendElement(
                ElementID.video, content: video.bytes(isUncompressed: isUncompressed))
        } else {
            bytes.appendElement(ElementID.audio, content: audio.bytes)
        }
        return bytes
    }

    /// Chromium's video element does not open live H.264 without a frame rate in the container, however
    /// long it waits; a wrong one does no harm, because each block has its time. HEVC goes the same way
    /// there.
    private var servedDurationNs: UInt64? {
        if defaultDurationNs > 0 { return defaultDurationNs }
        let bitstream = VideoBitstream(codecID: codecID)
        return bitstream == .h264 || bitstream == .hevc ? TrackEntry.guessedDurationNs : nil
    }

    /// The element for tags of BCP 47 is one that Chromium refuses; the older one takes its text where
    /// the broadcaster has nothing else.
    private var servedLanguage: String? { language ?? languageTag }

    func mediaTrack(number: UInt8) -> MediaTrack {
        MediaTrack(
            number: UInt64(number), kind: isVideo ? .video : .audio,
            codec: CodecName.short(for: codecID, codecPrivate: codecPrivate), codecID: codecID,
            width: isVideo && video.width > 0 ? Int(video.width) : nil,
            height: isVideo && video.height > 0 ? Int(video.height) : nil,
            channels: isVideo ? nil : Int(audio.channels),
            sampleRateHz: isVideo ? nil : Int(audio.sampleRateHz.rounded()),
            codecPrivate: codecPrivate, bitDepth: isVideo ? nil : audio.bitDepth.map { Int($0) },
            colour: isVideo ? video.mediaColour : nil,
            pixelAspect: isVideo ? video.pixelAspect : nil, frameDurationNs: servedDurationNs,
            codecDelayNs: codecDelayNs, language: servedLanguage, title: title, isDefault: leads)
    }

    /// How long a frame lasts, if the entry says it.
    var fixedDurationMs: UInt16? {
        let durationMs = defaultDurationNs / 1_000_000
        return 1...UInt64(TrackProgress.longestFrameMs) ~= durationMs ? UInt16(durationMs) : nil
    }
}

extension [UInt8] {
    /// A title. Chromium refuses a Name that is not ASCII, so that others stand in a Void, which every
    /// reader but ours passes over: the API tells them.
    fileprivate mutating func append(title: String) {
        if title.utf8.allSatisfy({ $0 < 0x80 }) {
            appendElement(ElementID.name, text: title)
        } else {
            var name: [UInt8] = []
            name.appendElement(ElementID.name, text: title)
            appendElement(ElementID.void, content: name)
        }
    }
}
