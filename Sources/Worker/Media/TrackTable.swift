// The Tracks element: which tracks are served, under which number, and how their entries are
// written. Video and audio are kept, anything else (subtitles, buttons) is dropped with its blocks.
// Kept tracks are numbered anew, video first, so that a browser that adds its tracks in another
// order after a restart still counts as the same broadcast (RFC 9559 section 5.1.4).

/// What the parser keeps about one track of the source.
struct IngestTrack: Sendable, Equatable {
    let sourceNumber: UInt32
    /// The number it is served under, from 1; 0 for a track that is dropped.
    let number: UInt8
    let isVideo: Bool
    /// Its key frames start clusters: the first video track.
    let isLeading: Bool
    /// Distance between blocks: DefaultDuration if the entry has one, else the last one seen.
    var blockDurationMs: UInt16
    let hasFixedDuration: Bool
    var lastTimeMs: Int64?
    /// Media was lost: blocks are dropped until its next key frame (video only).
    var awaitsKeyframe = false

    /// Before two blocks of a track were seen: one frame of 30 a second, one Opus packet.
    static func firstGuessMs(isVideo: Bool) -> UInt16 { isVideo ? 33 : 20 }
    /// Longer gaps are pauses, not the duration of a block.
    static let longestBlockMs: Int64 = 1_000
}

/// One TrackEntry as read.
private struct TrackEntry {
    var sourceNumber: UInt64 = 0
    var type: UInt64 = 0
    var codecID = ""
    var defaultDurationNs: UInt64 = 0
    var codecPrivate: [UInt8] = []
    var contentEncodings: [UInt8] = []
    var width: UInt64 = 0
    var height: UInt64 = 0
    var sampleRateHz = 8_000.0
    var channels: UInt64 = 1
    /// All children that are passed on as they are, in their order.
    var copied: [UInt8] = []

    static let video: UInt64 = 1
    static let audio: UInt64 = 2

    var isKept: Bool { type == TrackEntry.video || type == TrackEntry.audio }
}

struct TrackTable {
    private(set) var tracks: [MediaTrack] = []
    /// Kept tracks in the order of `tracks`, then dropped ones.
    private(set) var ingestTracks: [IngestTrack] = []
    /// The Tracks element to serve.
    private(set) var bytes: [UInt8] = []

    /// Reads the content of a Tracks element.
    init(
        tracks content: Range<Int>, in bytes: Span<UInt8>, limits: MediaLimits
    ) throws(MediaError) {
        var entries: [TrackEntry] = []
        var reader = ElementReader(children: content)
        while let child = try reader.next(in: bytes) {
            guard child.id == ElementID.trackEntry else { continue }
            guard entries.count < limits.tracks else { throw .tooLarge("too many tracks") }
            let entry = try TrackEntry(content: child.content, in: bytes, limits: limits)
            guard !entries.contains(where: { $0.sourceNumber == entry.sourceNumber }) else {
                throw .malformed("two tracks have the same number")
            }
            entries.append(entry)
        }
        let video = entries.filter { $0.type == TrackEntry.video }
        let kept = video + entries.filter { $0.type == TrackEntry.audio }
        guard !kept.isEmpty else { throw .malformed("no video and no audio track") }
        var content: [UInt8] = []
        for (index, entry) in kept.enumerated() {
            let number = UInt8(index + 1)
            tracks.append(entry.mediaTrack(number: number))
            ingestTracks.append(entry.ingestTrack(number: number, isLeading: index == 0))
            content.append(entry: entry, number: number)
        }
        for entry in entries where !entry.isKept {
            ingestTracks.append(entry.ingestTrack(number: 0, isLeading: false))
        }
        self.bytes.appendElement(ElementID.tracks, content: content)
    }
}

extension [UInt8] {
    fileprivate mutating func append(entry: TrackEntry, number: UInt8) {
        var content: [UInt8] = []
        content.appendElement(ElementID.trackNumber, unsigned: UInt64(number))
        content.append(contentsOf: entry.copied)
        appendElement(ElementID.trackEntry, content: content)
    }
}

extension TrackEntry {
    init(content: Range<Int>, in bytes: Span<UInt8>, limits: MediaLimits) throws(MediaError) {
        var reader = ElementReader(children: content)
        while let child = try reader.next(in: bytes) {
            try readChild(child, in: bytes, limits: limits)
        }
        guard sourceNumber > 0, sourceNumber <= UInt64(UInt32.max) else {
            throw .malformed("a track number is out of range")
        }
        guard !isKept || !codecID.isEmpty else { throw .malformed("a track has no codec") }
    }

    private mutating func readChild(
        _ child: Element, in bytes: Span<UInt8>, limits: MediaLimits
    ) throws(MediaError) {
        switch child.id {
        case ElementID.void, ElementID.crc32:
            return
        case ElementID.trackNumber:
            sourceNumber = try child.unsigned(in: bytes)
            return
        case ElementID.trackType:
            type = try child.unsigned(in: bytes)
        case ElementID.codecID:
            codecID = try child.shortString(in: bytes, mostBytes: CodecName.mostBytes)
        case ElementID.codecPrivate:
            codecPrivate = child.contentBytes(in: bytes)
        case ElementID.contentEncodings:
            contentEncodings = child.contentBytes(in: bytes)
        case ElementID.defaultDuration:
            defaultDurationNs = try child.unsigned(in: bytes)
        case ElementID.trackTimestampScale:
            guard try child.float(in: bytes) == 1 else {
                throw .malformed("a TrackTimestampScale other than 1")
            }
            return
        case ElementID.video:
            try readVideo(child.content, in: bytes)
        case ElementID.audio:
            try readAudio(child.content, in: bytes)
        default:
            break
        }
        if ElementID.isTrackMaster(child.id) {
            // Segment, Tracks and TrackEntry are above it.
            try TrackEntry.checkStructure(
                of: child.content, in: bytes, depthLeft: limits.elementDepth - 4)
        }
        copied.append(copying: bytes.extracting(child.whole))
    }

    /// What is passed on must at least be well-formed: viewers' parsers get it as it is.
    private static func checkStructure(
        of content: Range<Int>, in bytes: Span<UInt8>, depthLeft: Int
    ) throws(MediaError) {
        guard depthLeft >= 0 else { throw .tooLarge("elements are nested too deeply") }
        var reader = ElementReader(children: content)
        while let child = try reader.next(in: bytes) {
            guard ElementID.isTrackMaster(child.id) else { continue }
            try checkStructure(of: child.content, in: bytes, depthLeft: depthLeft - 1)
        }
    }

    private mutating func readVideo(
        _ content: Range<Int>, in bytes: Span<UInt8>
    ) throws(MediaError) {
        var reader = ElementReader(children: content)
        while let child = try reader.next(in: bytes) {
            switch child.id {
            case ElementID.pixelWidth: width = try child.unsigned(in: bytes)
            case ElementID.pixelHeight: height = try child.unsigned(in: bytes)
            default: break
            }
        }
        guard width <= 65_535, height <= 65_535 else {
            throw .malformed("a picture size is out of range")
        }
    }

    private mutating func readAudio(
        _ content: Range<Int>, in bytes: Span<UInt8>
    ) throws(MediaError) {
        var reader = ElementReader(children: content)
        while let child = try reader.next(in: bytes) {
            switch child.id {
            case ElementID.samplingFrequency: sampleRateHz = try child.float(in: bytes)
            case ElementID.channels: channels = try child.unsigned(in: bytes)
            default: break
            }
        }
        guard sampleRateHz >= 1, sampleRateHz <= 100_000_000, channels >= 1, channels <= 255 else {
            throw .malformed("an audio track's sampling rate or channel count is out of range")
        }
    }

    fileprivate func mediaTrack(number: UInt8) -> MediaTrack {
        let isVideo = type == TrackEntry.video
        return MediaTrack(
            number: UInt64(number), kind: isVideo ? .video : .audio,
            codec: CodecName.short(for: codecID), codecID: codecID,
            width: isVideo && width > 0 ? Int(width) : nil,
            height: isVideo && height > 0 ? Int(height) : nil,
            channels: isVideo ? nil : Int(channels),
            sampleRateHz: isVideo ? nil : Int(sampleRateHz.rounded()),
            codecPrivate: codecPrivate, contentEncodings: contentEncodings)
    }

    fileprivate func ingestTrack(number: UInt8, isLeading: Bool) -> IngestTrack {
        let isVideo = type == TrackEntry.video
        let defaultMs = defaultDurationNs / 1_000_000
        let isKnown = defaultMs > 0 && defaultMs <= UInt64(IngestTrack.longestBlockMs)
        return IngestTrack(
            sourceNumber: UInt32(sourceNumber), number: number, isVideo: isVideo,
            isLeading: isLeading && isVideo,
            blockDurationMs: isKnown
                ? UInt16(defaultMs) : IngestTrack.firstGuessMs(isVideo: isVideo),
            hasFixedDuration: isKnown)
    }
}
