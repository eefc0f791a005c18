// Blocks: read from the source's clusters, and taken apart into frames (RFC 9559 sections 5.1.3 and 10).
// Only the bytes around a frame are read here; its own bytes stay where they are.

/// One SimpleBlock or BlockGroup, checked. Ranges are into the window it was read from.
struct IncomingBlock {
    /// Index into the tracks that are served; nil for a track that is not.
    let track: Int?
    /// On the source's clock.
    let timeMs: Int64
    let flags: UInt8
    /// What the container says.
    let isKey: Bool
    /// From after the flags to the end: lacing header, if any, and frames.
    let payload: Range<Int>
    /// The group's children; nil for a SimpleBlock.
    var group: Range<Int>?
    var durationMs: Int64?
    /// The whole DiscardPadding element.
    var discardPadding: Range<Int>?

    var isLaced: Bool { Lacing.isLaced(flags: flags) }
}

extension WebMReader {
    // MARK: Reading

    /// Reads the content of a SimpleBlock.
    func readSimpleBlock(
        _ content: Range<Int>, in bytes: Span<UInt8>
    ) throws(MediaError) -> IncomingBlock {
        try readBlock(content, in: bytes, isKey: nil)
    }

    /// Reads the content of a BlockGroup.
    func readBlockGroup(
        _ content: Range<Int>, in bytes: Span<UInt8>
    ) throws(MediaError) -> IncomingBlock {
        var block: Range<Int>?
        var hasReference = false
        var durationTicks: UInt64?
        var discardPadding: Range<Int>?
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
            case ElementID.discardPadding:
                discardPadding = child.whole
            default:
                break
            }
        }
        guard let block else { throw .malformed("a BlockGroup has no block") }
        guard block.count <= limits.blockBytes else { throw .tooLarge("a block") }
        var incoming = try readBlock(block, in: bytes, isKey: !hasReference)
        incoming.group = content
        incoming.durationMs = durationTicks.map {
            scale.ms(Int64(min($0, UInt64(UInt32.max))))
        }
        incoming.discardPadding = discardPadding
        return incoming
    }

    private func readBlock(
        _ content: Range<Int>, in bytes: Span<UInt8>, isKey: Bool?
    ) throws(MediaError) -> IncomingBlock {
        guard let clusterTicks else {
            throw .malformed("a block before its Cluster's Timestamp")
        }
        guard let head = BlockHead(content, in: bytes) else {
            throw .malformed("a block is too short for its header")
        }
        guard let track = sourceNumbers.firstIndex(where: { UInt64($0) == head.track }) else {
            throw .malformed("a block for an unknown track")
        }
        return IncomingBlock(
            track: track < frames.count ? track : nil,
            timeMs: scale.ms(clusterTicks + Int64(head.relativeTicks)), flags: head.flags,
            isKey: isKey ?? (head.flags & BlockHead.key != 0), payload: head.payload)
    }

    // MARK: Frames

    /// The frame of a block that is not laced, but for what its bitstream says.
    func frame(of block: IncomingBlock, track: Int) -> Frame {
        Frame(
            track: track, timeMs: block.timeMs, durationMs: block.durationMs, isKey: block.isKey,
            isInvisible: block.flags & BlockHead.invisible != 0,
            isDiscardable: block.flags & BlockHead.discardable != 0,
            hasElements: block.group != nil)
    }

    /// One frame of a lace, whose time follows from those before it. What belongs to the end of the
    /// block goes with the last one.
    func frame(
        of block: IncomingBlock, track: Int, afterUs offsetUs: UInt64, durationUs: UInt64,
        isLast: Bool
    ) -> Frame {
        Frame(
            track: track, timeMs: block.timeMs + Int64((offsetUs + 500) / 1_000),
            durationMs: Int64((durationUs + 500) / 1_000), isKey: block.isKey,
            isInvisible: block.flags & BlockHead.invisible != 0,
            isDiscardable: block.flags & BlockHead.discardable != 0, isReckoned: true,
            hasElements: isLast && block.discardPadding != nil)
    }

    /// Whether a decoder can begin at the frame: the container and the bitstream say so. Sound can be
    /// begun anywhere.
    func isKey(_ frame: Frame, _ data: Span<UInt8>) -> Bool {
        guard frames[frame.track].isVideo else { return true }
        return frame.isKey && frames[frame.track].isKeyframe(data) != false
    }

    /// How long a frame of a lace of `count` lasts: as its codec says, or its track, or an even share of
    /// its block. `usualMs` is how long a frame of its track lasts as a rule, `isFixed` whether the
    /// container says so.
    func durationUs(
        of frame: Range<Int>, in block: IncomingBlock, track: Int, count: Int, usualMs: UInt16,
        isFixed: Bool, window: Span<UInt8>
    ) throws(MediaError) -> UInt64 {
        if !frames[track].isVideo, let served = initialization?.tracks[track] {
            var unpacked: [UInt8] = []
            let data = window.extracting(frame)
            let us =
                try frames[track].unpack(data, into: &unpacked)
                ? SoundDuration.us(of: unpacked.span, in: served)
                : SoundDuration.us(of: data, in: served)
            if let us { return us }
        }
        if !isFixed, let blockMs = block.durationMs {
            return UInt64(max(0, min(blockMs, 60_000))) * 1_000 / UInt64(count)
        }
        return UInt64(usualMs) * 1_000
    }

    // MARK: What goes with a frame

    /// Collects what goes with the frame of a BlockGroup, or with the last one of its lace.
    mutating func collectElements(of block: IncomingBlock, in bytes: Span<UInt8>) {
        elements.removeAll(keepingCapacity: true)
        guard let group = block.group else { return }
        guard !block.isLaced else {
            if let padding = block.discardPadding {
                elements.append(copying: bytes.extracting(padding))
            }
            return
        }
        let isVideo = block.track.map { frames[$0].isVideo } ?? false
        var reader = ElementReader(children: group)
        // It was read before, so that nothing can be wrong with it.
        while let child = try? reader.next(in: bytes) {
            switch child.id {
            case ElementID.block, ElementID.void:
                break
            case ElementID.crc32:
                // It would no longer be right.
                break
            case ElementID.referenceBlock where !isVideo:
                // Sound refers to no other frame.
                break
            case ElementID.blockDuration where !scale.isPlain:
                elements.appendElement(child.id, unsigned: durationMs(child, bytes))
            case ElementID.referenceBlock where !scale.isPlain:
                elements.appendElement(child.id, signed: referenceMs(child, bytes))
            default:
                elements.append(copying: bytes.extracting(child.whole))
            }
        }
    }

    private func durationMs(_ child: Element, _ bytes: Span<UInt8>) -> UInt64 {
        let ticks = (try? child.unsigned(in: bytes)) ?? 0
        return UInt64(scale.ms(Int64(min(ticks, UInt64(Timeline.latestMs)))))
    }

    private func referenceMs(_ child: Element, _ bytes: Span<UInt8>) -> Int64 {
        let ticks = (try? child.signed(in: bytes)) ?? 0
        return scale.ms(min(max(ticks, -Timeline.latestMs), Timeline.latestMs))
    }
}
