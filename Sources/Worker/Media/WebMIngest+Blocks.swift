// Blocks: read from the source's clusters, written into ours. Frame data is never touched; what is
// rewritten is the track number and the relative time in front of it, and, when the source's ticks
// are not milliseconds, the times in a BlockGroup (RFC 9559 sections 5.1.3 and 10).

/// The fragment a push is writing.
struct OpenFragment: Sendable {
    let start: Int
    let isClusterStart: Bool
    let isIndependent: Bool
    let isDiscontinuity: Bool
    let mediaTimeMs: Int64
    var endMs: Int64
}

/// One SimpleBlock or BlockGroup, checked. Ranges are into the window it was read from.
struct IncomingBlock {
    /// Index into the parser's tracks.
    let track: Int
    let relativeTicks: Int16
    let flags: UInt8
    let isKey: Bool
    /// From after the flags to the end: lacing header, if any, and frames.
    let payload: Range<Int>
    /// The group's children; nil for a SimpleBlock.
    let group: Range<Int>?
    let durationTicks: UInt64?
}

extension WebMIngest {
    /// Bytes of a block before its payload as we write it: track number, time, flags.
    private static let blockHeadBytes = 4

    // MARK: Reading

    /// Reads the content of a SimpleBlock.
    func readSimpleBlock(
        _ content: Range<Int>, in bytes: Span<UInt8>
    ) throws(MediaError) -> IncomingBlock {
        try readBlock(content, in: bytes, group: nil, isKey: nil, durationTicks: nil)
    }

    /// Reads the content of a BlockGroup.
    func readBlockGroup(
        _ content: Range<Int>, in bytes: Span<UInt8>
    ) throws(MediaError) -> IncomingBlock {
        var block: Range<Int>?
        var hasReference = false
        var durationTicks: UInt64?
        var reader = ElementReader(children: content)
        while let child = try reader.next(in: bytes) {
            switch child.id {
            case ElementID.block:
                guard block == nil else { throw .malformed("a BlockGroup has two blocks") }
                block = child.content
            case ElementID.referenceBlock:
                _ = try child.signed(in: bytes)
                hasReference = true
            case ElementID.blockDuration:
                durationTicks = try child.unsigned(in: bytes)
            default:
                break
            }
        }
        guard let block else { throw .malformed("a BlockGroup has no block") }
        guard block.count <= limits.blockBytes else { throw .tooLarge("a block") }
        return try readBlock(
            block, in: bytes, group: content, isKey: !hasReference, durationTicks: durationTicks)
    }

    private func readBlock(
        _ content: Range<Int>, in bytes: Span<UInt8>, group: Range<Int>?, isKey: Bool?,
        durationTicks: UInt64?
    ) throws(MediaError) -> IncomingBlock {
        guard clusterTicks != nil else {
            throw .malformed("a block before its Cluster's Timestamp")
        }
        guard let first = content.first else { throw .malformed("an empty block") }
        let numberLength = bytes[first].leadingZeroBitCount + 1
        guard numberLength <= 8, content.count >= numberLength + 3 else {
            throw .malformed("a block is too short for its header")
        }
        let number = ElementHeader.variableInteger(bytes, at: first, length: numberLength)
        guard let track = tracks.firstIndex(where: { UInt64($0.sourceNumber) == number }) else {
            throw .malformed("a block for an unknown track")
        }
        let afterNumber = first + numberLength
        let relative = UInt16(bytes[afterNumber]) << 8 | UInt16(bytes[afterNumber + 1])
        let flags = bytes[afterNumber + 2]
        return IncomingBlock(
            track: track, relativeTicks: Int16(bitPattern: relative), flags: flags,
            isKey: isKey ?? (flags & 0x80 != 0),
            payload: (afterNumber + 3)..<content.upperBound, group: group,
            durationTicks: durationTicks)
    }

    // MARK: Writing

    /// Writes a block into the current cluster, or into a new one.
    mutating func write(
        _ block: IncomingBlock, from bytes: Span<UInt8>, into batch: inout FragmentBatch
    ) {
        var track = tracks[block.track]
        guard track.number > 0 else { return }
        if track.awaitsKeyframe {
            guard block.isKey else { return }
            track.awaitsKeyframe = false
        }
        let timeMs = timeline.place(ticks: (clusterTicks ?? 0) + Int64(block.relativeTicks))
        let isLeadingKey = track.isLeading && block.isKey
        if startsCluster(timeMs: timeMs, isLeadingKey: isLeadingKey) {
            beginCluster(timeMs: timeMs, isLeadingKey: isLeadingKey, in: &batch)
        } else if openFragment == nil {
            openFragment = OpenFragment(
                start: batch.bytes.count, isClusterStart: false, isIndependent: false,
                isDiscontinuity: false, mediaTimeMs: timeMs, endMs: timeMs)
        }
        let relativeMs = Int16(truncatingIfNeeded: timeMs - clusterStartMs)
        let head = BlockHead(
            number: track.number, relativeMs: UInt16(bitPattern: relativeMs), flags: block.flags)
        if let group = block.group {
            append(group: group, of: block, head: head, from: bytes, to: &batch.bytes)
        } else {
            batch.bytes.appendHeader(
                ElementID.simpleBlock, size: WebMIngest.blockHeadBytes + block.payload.count)
            batch.bytes.append(head: head)
            batch.bytes.append(copying: bytes.extracting(block.payload))
        }
        note(block, at: timeMs, track: &track)
        tracks[block.track] = track
    }

    private func startsCluster(timeMs: Int64, isLeadingKey: Bool) -> Bool {
        if !isClusterOpen || isDiscontinuityPending || isLeadingKey { return true }
        let sinceStartMs = timeMs - clusterStartMs
        if sinceStartMs >= longestClusterMs { return true }
        guard timeMs < lastBlockMs else { return false }
        return !mayReorder || sinceStartMs < -WebMIngest.reorderMs
    }

    /// With video a cluster lasts until the next key frame, if relative times of 16 bits allow: players
    /// that take each cluster for a new segment drop video from the start of one that does not begin
    /// with a key frame. Without, it is short, because viewers join at its start.
    private var longestClusterMs: Int64 {
        let hasVideo = tracks.contains { $0.isLeading }
        return Int64(hasVideo ? Int(Int16.max) + 1 : limits.soundClusterDurationMs)
    }

    /// How far before its cluster's key frame a block may lie in a stream that reorders. A new
    /// cluster for it would start before that key frame, and a viewer who joins there would have to
    /// see everything in it too late. Sixteen frames of 25 a second take less.
    private static let reorderMs: Int64 = 1_000

    /// Whether a block before the previous one's time is normal: some video codec stores frames in
    /// another order than it shows them. Otherwise browsers refuse such a block within a cluster.
    private var mayReorder: Bool {
        initialization?.tracks.contains { $0.kind == .video && !CodecName.keepsOrder($0.codec) }
            ?? false
    }

    private mutating func beginCluster(
        timeMs: Int64, isLeadingKey: Bool, in batch: inout FragmentBatch
    ) {
        closeFragment(in: &batch)
        // Sound before the broadcast's first picture: nothing that comes needs what came before.
        let hasPicture = tracks.contains { $0.isLeading && $0.lastTimeMs != nil }
        openFragment = OpenFragment(
            start: batch.bytes.count, isClusterStart: true,
            isIndependent: isLeadingKey || !hasPicture, isDiscontinuity: isDiscontinuityPending,
            mediaTimeMs: timeMs, endMs: timeMs)
        batch.bytes.append(contentsOf: ClusterLayout.prefix)
        batch.bytes.appendBigEndian(UInt64(timeMs), count: ClusterLayout.timecodeBytes)
        isClusterOpen = true
        isDiscontinuityPending = false
        clusterStartMs = timeMs
    }

    /// Ends the fragment that is being written. It is valid up to `boundary`.
    mutating func closeFragment(in batch: inout FragmentBatch) {
        guard let open = openFragment else { return }
        openFragment = nil
        batch.fragments.append(
            Fragment(
                bytes: open.start..<batch.bytes.count, isClusterStart: open.isClusterStart,
                isIndependent: open.isIndependent, isDiscontinuity: open.isDiscontinuity,
                mediaTimeMs: open.mediaTimeMs, durationMs: Int(open.endMs - open.mediaTimeMs),
                consumedInput: boundary, state: state()))
    }

    private mutating func note(
        _ block: IncomingBlock, at timeMs: Int64, track: inout IngestTrack
    ) {
        if let lastMs = track.lastTimeMs, !track.hasFixedDuration {
            let distanceMs = timeMs - lastMs
            if distanceMs > 0, distanceMs <= IngestTrack.longestBlockMs {
                track.blockDurationMs = UInt16(distanceMs)
            }
        }
        track.lastTimeMs = timeMs
        var durationMs = Int64(track.blockDurationMs)
        if let ticks = block.durationTicks {
            let longestTicks = UInt64(UInt32.max)
            durationMs = timeline.sourceMs(ticks: Int64(min(ticks, longestTicks)))
        }
        let endMs = min(timeMs + durationMs, Timeline.latestMs)
        timeline.wrote(until: endMs)
        if var open = openFragment {
            open.endMs = max(open.endMs, endMs)
            openFragment = open
        }
        lastBlockMs = timeMs
    }

    // MARK: Block groups

    private func append(
        group: Range<Int>, of block: IncomingBlock, head: BlockHead, from bytes: Span<UInt8>,
        to output: inout [UInt8]
    ) {
        var size = 0
        forEachChild(of: group, in: bytes) { size += groupChildBytes($0, block, bytes) }
        output.appendHeader(ElementID.blockGroup, size: size)
        forEachChild(of: group, in: bytes) { child in
            switch child.id {
            case ElementID.block:
                output.appendHeader(
                    ElementID.block, size: WebMIngest.blockHeadBytes + block.payload.count)
                output.append(head: head)
                output.append(copying: bytes.extracting(block.payload))
            case ElementID.crc32, ElementID.void:
                break
            case ElementID.blockDuration where rescales:
                output.appendElement(child.id, unsigned: rescaledDuration(child, bytes))
            case ElementID.referenceBlock where rescales:
                output.appendElement(child.id, signed: rescaledReference(child, bytes))
            default:
                output.append(copying: bytes.extracting(child.whole))
            }
        }
    }

    private func groupChildBytes(
        _ child: Element, _ block: IncomingBlock, _ bytes: Span<UInt8>
    ) -> Int {
        switch child.id {
        case ElementID.block:
            EBMLLength.ofElement(
                child.id, size: WebMIngest.blockHeadBytes + block.payload.count)
        case ElementID.crc32, ElementID.void:
            // The checksum would no longer be right.
            0
        case ElementID.blockDuration where rescales:
            EBMLLength.ofElement(
                child.id, size: EBMLLength.ofUnsigned(rescaledDuration(child, bytes)))
        case ElementID.referenceBlock where rescales:
            EBMLLength.ofElement(
                child.id, size: EBMLLength.ofSigned(rescaledReference(child, bytes)))
        default:
            child.whole.count
        }
    }

    private var rescales: Bool {
        timeline.timestampScaleNs != HeaderDraft.defaultTimestampScaleNs
    }

    private func rescaledDuration(_ child: Element, _ bytes: Span<UInt8>) -> UInt64 {
        let ticks = (try? child.unsigned(in: bytes)) ?? 0
        return UInt64(timeline.sourceMs(ticks: Int64(min(ticks, UInt64(Timeline.latestMs)))))
    }

    private func rescaledReference(_ child: Element, _ bytes: Span<UInt8>) -> Int64 {
        let ticks = (try? child.signed(in: bytes)) ?? 0
        return timeline.sourceMs(ticks: min(max(ticks, -Timeline.latestMs), Timeline.latestMs))
    }

    /// The children of a group that was read before, so that nothing can be wrong with them.
    private func forEachChild(
        of group: Range<Int>, in bytes: Span<UInt8>, _ body: (Element) -> Void
    ) {
        var reader = ElementReader(children: group)
        while let child = try? reader.next(in: bytes) { body(child) }
    }
}

/// What stands in front of a block's payload.
struct BlockHead {
    let number: UInt8
    /// A signed number's bit pattern.
    let relativeMs: UInt16
    let flags: UInt8
}

extension [UInt8] {
    fileprivate mutating func append(head: BlockHead) {
        append(0x80 | head.number)
        append(UInt8(head.relativeMs >> 8))
        append(UInt8(truncatingIfNeeded: head.relativeMs))
        append(head.flags)
    }
}
