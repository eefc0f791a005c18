// The Tracks element: which tracks are served, under which number, and in which order. Only one video
// track is kept, the default one, because Firefox shows no picture at all of a stream with two
// (MediaSource). Subtitles and buttons are dropped too, together with their blocks. Kept tracks are
// numbered anew, video first, so that a browser that adds its tracks in another order after a restart
// still counts as the same broadcast (RFC 9559 section 5.1.4). Among sound tracks, the default one comes
// first: Chromium plays the first one regardless of the flag.

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

    /// The broadcaster's numbers: of kept tracks in the order of `tracks`, then of dropped ones.
    var sourceNumbers: [UInt32] { (kept + dropped).map { UInt32($0.sourceNumber) } }

    /// How the frames of kept tracks are packed, in the order of `tracks`.
    var packings: [FramePacking] { kept.map(\.packing) }

    /// What begins for kept tracks, in the order of `tracks`.
    var progress: [TrackProgress] {
        zip(kept, tracks).enumerated().map { index, track in
            TrackProgress(track.1, at: index, fixedDurationMs: track.0.fixedDurationMs)
        }
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
