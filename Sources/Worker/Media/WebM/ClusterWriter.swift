// From frames in order to clusters of ours: where a cluster starts, whether a viewer can begin at it,
// which fragment a frame goes into, and its block (RFC 9559 section 10). Frame data is never touched.

/// The fragment a push is writing.
struct OpenFragment: Sendable {
    let start: Int
    let isClusterStart: Bool
    let isIndependent: Bool
    let isWithoutPicture: Bool
    let isDiscontinuity: Bool
    let mediaTimeMs: Int64
    var endMs: Int64
    let segmentRecord: [UInt8]?
}

struct ClusterWriter: Sendable {
    /// A cluster was begun that more blocks may go into.
    var isOpen = false
    /// That cluster began while there was no picture, so that newcomers can begin at it.
    var isForSound = false
    var startMs: Int64 = 0
    var lastMs: Int64 = 0
    /// The first video track's newest frame that was written.
    var lastPictureMs: Int64?
    /// How far apart that one and the one before it are; 0 as long as there are not two.
    var pictureDistanceMs: Int64 = 0
    /// Nil between pushes.
    var fragment: OpenFragment?

    // What follows from the tracks; set together with them.
    var hasVideo = false
    /// Whether a block may be earlier than the previous one: some video codec stores frames in another
    /// order than it shows them. Otherwise browsers refuse such a block within a cluster.
    var mayReorder = false

    /// How far before its cluster's key frame a block may be in a stream that reorders. A new cluster
    /// for it would start before that key frame, and a viewer who joins there would see everything in it
    /// too late. Sixteen frames of 25 a second take less.
    private static let reorderMs: Int64 = 1_000
    /// Pictures that come seldom but regularly do not count as silence: a slide show has one every few
    /// seconds. Beyond this distance they do.
    static let longestPictureDistanceMs: Int64 = 10_000
    /// A fragment with this many bytes ends before the next frame, so that frames that were held and
    /// leave together do not make a fragment that is too large for a small ring.
    private static let fragmentBytes = 64 * 1_024

    mutating func restart(tracks: [TrackProgress]) {
        isOpen = false
        isForSound = false
        lastPictureMs = nil
        pictureDistanceMs = 0
        adopt(tracks: tracks)
    }

    mutating func adopt(tracks: [TrackProgress]) {
        hasVideo = tracks.contains { $0.isLeading }
        mayReorder = tracks.contains { $0.mayReorder }
    }

    /// Whether a newcomer would wait for a picture in vain: none has come yet, or none for so long that
    /// it has stopped, even where pictures come seldom. Always true without video.
    func isPictureAbsent(atMs timeMs: Int64, limits: MediaLimits) -> Bool {
        guard hasVideo, let lastPictureMs else { return true }
        return timeMs - lastPictureMs >= max(limits.pictureSilenceMs, 2 * pictureDistanceMs)
    }

    /// How long after the last picture that is; 0 when none has come.
    func sincePictureMs(atMs timeMs: Int64) -> Int64 { max(timeMs - (lastPictureMs ?? timeMs), 0) }

    func startsCluster(_ frame: FrameHead, isLeading: Bool, limits: MediaLimits) -> Bool {
        if !isOpen || frame.isDiscontinuity || frame.isLeadingKey { return true }
        let isAbsent = !isLeading && isPictureAbsent(atMs: frame.timeMs, limits: limits)
        if isAbsent, !isForSound { return true }
        // With video, a cluster lasts until the next key frame, if relative times of 16 bits allow it:
        // players that take each cluster for a new segment drop video from the start of a cluster that
        // does not begin with a key frame. Without a picture it is short, because viewers join at its
        // start.
        let longestMs = Int64(isAbsent ? limits.soundClusterDurationMs : Int(Int16.max) + 1)
        let sinceStartMs = frame.timeMs - startMs
        if sinceStartMs >= longestMs { return true }
        guard frame.timeMs < lastMs else { return false }
        return !mayReorder || sinceStartMs < -Self.reorderMs
    }

    /// Whether the open fragment must be closed before the frame is written.
    func endsFragment(startsCluster: Bool, startsSegment: Bool, batchBytes: Int) -> Bool {
        guard let fragment else { return false }
        return startsCluster || startsSegment || batchBytes - fragment.start >= Self.fragmentBytes
    }

    /// Writes the bytes before a frame's block. No fragment is open when a cluster or a segment starts.
    mutating func begin(
        _ frame: FrameHead, isLeading: Bool, startsCluster: Bool, segmentRecord: [UInt8]?,
        limits: MediaLimits, to output: inout [UInt8]
    ) {
        if startsCluster {
            isForSound = !isLeading && isPictureAbsent(atMs: frame.timeMs, limits: limits)
            isOpen = true
            startMs = frame.timeMs
        }
        if fragment == nil {
            fragment = OpenFragment(
                start: output.count, isClusterStart: startsCluster,
                isIndependent: startsCluster && (frame.isLeadingKey || isForSound),
                isWithoutPicture: startsCluster && isForSound,
                isDiscontinuity: startsCluster && frame.isDiscontinuity,
                mediaTimeMs: frame.timeMs, endMs: frame.timeMs, segmentRecord: segmentRecord)
        }
        guard startsCluster else { return }
        output.append(contentsOf: ClusterLayout.prefix)
        output.appendBigEndian(UInt64(frame.timeMs), count: ClusterLayout.timecodeBytes)
    }

    /// Puts in the time of the block that was just written, and notes it.
    mutating func finish(
        _ frame: FrameHead, isLeading: Bool, relativeTimeAt offset: Int, in output: inout [UInt8]
    ) {
        let relativeMs = Int16(truncatingIfNeeded: frame.timeMs - startMs)
        let pattern = UInt16(bitPattern: relativeMs)
        output[offset] = UInt8(pattern >> 8)
        output[offset + 1] = UInt8(truncatingIfNeeded: pattern)
        lastMs = frame.timeMs
        if isLeading { note(pictureAtMs: frame.timeMs) }
        if let endMs = fragment?.endMs { fragment?.endMs = max(endMs, frame.endMs) }
    }

    private mutating func note(pictureAtMs timeMs: Int64) {
        if let lastPictureMs {
            let most = ClusterWriter.longestPictureDistanceMs
            pictureDistanceMs = min(max(timeMs - lastPictureMs, 0), most)
        }
        lastPictureMs = timeMs
    }
}

extension [UInt8] {
    /// Bytes of a block before its payload as we write it: track number, time, flags.
    private static var blockHeadBytes: Int { 4 }

    /// Appends a frame's block; returns where its relative time belongs. `elements` are written if the
    /// frame has any; a SimpleBlock has room for nothing else.
    mutating func append(
        block frame: Frame, _ data: Span<UInt8>, with elements: Span<UInt8>
    ) -> Int {
        let size = [UInt8].blockHeadBytes + data.count
        var flags = frame.isInvisible ? BlockHead.invisible : 0
        if frame.isDiscardable { flags |= BlockHead.discardable }
        if !frame.hasElements, frame.isKey { flags |= BlockHead.key }
        let number = 0x80 | UInt8(frame.track + 1)
        append(addingCapacity: 2 * ElementHeader.mostBytes + [UInt8].blockHeadBytes) { output in
            if frame.hasElements {
                let block = EBMLLength.ofElement(ElementID.block, size: size)
                output.append(header: ElementID.blockGroup, size: block + elements.count)
                output.append(header: ElementID.block, size: size)
            } else {
                output.append(header: ElementID.simpleBlock, size: size)
            }
            output.append(bigEndian: UInt64(number) << 24 | UInt64(flags), count: 4)
        }
        let offset = count - 3
        append(copying: data)
        if frame.hasElements { append(copying: elements) }
        return offset
    }
}
