// The Tracks element: which tracks are served, under which number, and in which order. One video
// track is kept, the default one, because Firefox shows no picture at all of a stream with two
// (MediaSource); subtitles and buttons are dropped too, all with their blocks. Kept tracks are numbered
// anew, video first, so that a browser that adds its tracks in another order after a restart still
// counts as the same broadcast (RFC 9559 section 5.1.4). Of sound the default track comes first:
// Chromium plays the first one, whatever the flag says.

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
    /// How its frames are packed; a snapshot has to hold it, because the init does not.
    var packing = FramePacking.plain
    /// Nothing has come yet, or media was lost: blocks are dropped until its next key frame (video
    /// only).
    var awaitsKeyframe = false
    /// Its codec may store frames in another order than it shows them.
    var mayReorder = false
    /// Frames that came in order, as far as that matters (see FrameOrder).
    var orderedFrames: UInt8 = 0
    /// The newest time that came, on the output time line (see FrameOrder).
    var arrivedMs: Int64?
    /// What is added to its source's time (see Timeline).
    var offsetMs: Int64 = 0

    /// Before two blocks of a track were seen: one frame of 30 a second, one Opus packet.
    static func firstGuessMs(isVideo: Bool) -> UInt16 { isVideo ? 33 : 20 }
    /// Longer gaps are pauses, not the duration of a block.
    static let longestBlockMs: Int64 = 1_000
}

struct TrackTable: Sendable {
    /// In the order in which they are served.
    private var kept: [TrackEntry]
    private let dropped: [TrackEntry]
    /// What the broadcaster sends and viewers do not get.
    let leftOut: [LeftOutTrack]

    /// Reads the content of a Tracks element.
    init(
        tracks content: Range<Int>, in bytes: Span<UInt8>, limits: MediaLimits
    ) throws(MediaError) {
        var entries: [TrackEntry] = []
        var noted: [LeftOutTrack] = []
        var reader = ElementReader(children: content)
        while let child = try reader.next(in: bytes) {
            if child.id == ElementID.void { noted = LeftOutTrack.list(in: child, bytes) }
            guard child.id == ElementID.trackEntry else { continue }
            guard entries.count < limits.tracks else { throw .tooLarge("too many tracks") }
            let entry = try TrackEntry(content: child.content, in: bytes, limits: limits)
            guard !entries.contains(where: { $0.sourceNumber == entry.sourceNumber }) else {
                throw .malformed("two tracks have the same number")
            }
            entries.append(entry)
        }
        let video = TrackTable.inOrder(entries.filter(\.isVideo))
        kept = video.prefix(1) + TrackTable.inOrder(entries.filter(\.isAudio))
        dropped = video.dropFirst() + entries.filter { !$0.isVideo && !$0.isAudio }
        leftOut = [LeftOutTrack](
            (dropped.map { LeftOutTrack(type: $0.type, codecID: $0.codecID) } + noted)
                .prefix(MediaLimits.mostTracks))
        guard !kept.isEmpty else { throw .malformed("no video and no audio track") }
    }

    /// Those that players are to begin with come first.
    private static func inOrder(_ entries: [TrackEntry]) -> [TrackEntry] {
        entries.filter(\.leads) + entries.filter { !$0.leads }
    }

    /// The tracks as they are served.
    var tracks: [MediaTrack] {
        kept.enumerated().map { $1.mediaTrack(number: UInt8($0 + 1)) }
    }

    /// Kept tracks in the order of `tracks`, then dropped ones.
    var ingestTracks: [IngestTrack] {
        kept.enumerated().map { $1.ingestTrack(number: UInt8($0 + 1), isLeading: $0 == 0) }
            + dropped.map { $0.ingestTrack(number: 0, isLeading: false) }
    }

    /// The Tracks element to serve.
    var bytes: [UInt8] {
        var content: [UInt8] = []
        for (index, entry) in kept.enumerated() {
            content.appendElement(
                ElementID.trackEntry, content: entry.bytes(number: UInt8(index + 1)))
        }
        if !leftOut.isEmpty { content.append(leftOut: leftOut) }
        var bytes: [UInt8] = []
        bytes.appendElement(ElementID.tracks, content: content)
        return bytes
    }

    // MARK: What the container does not say

    /// Whether a decoder could not be set up yet, or would not be named truly, because only a key
    /// frame of some track says what is missing.
    var needsFirstFrame: Bool { kept.contains(where: \.needsFirstFrame) }

    /// The same of the track that is served under this number.
    func needsFirstFrame(number: UInt64) -> Bool {
        index(of: number).map { kept[$0].needsFirstFrame } ?? false
    }

    /// Completes a track from its first key frame, as `FrameReader.unpack` gives it (or the frame
    /// itself, where that gives nothing). False if it does not have what is missing; a later one may.
    @discardableResult
    mutating func complete(track number: UInt64, firstKeyframe: Span<UInt8>) -> Bool {
        guard let index = index(of: number) else { return false }
        return kept[index].complete(firstKeyframe: firstKeyframe)
    }

    private func index(of number: UInt64) -> Int? {
        1...UInt64(kept.count) ~= number ? Int(number) - 1 : nil
    }
}
