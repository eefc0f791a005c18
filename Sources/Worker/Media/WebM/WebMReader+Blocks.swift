// Blocks: read from the source's clusters, taken apart into frames, and put in order across tracks
// (RFC 9559 sections 5.1.3 and 10).
//
// A frame is admitted in steps that may be done twice: placed on the time line, noted in the order,
// and what goes before it written. Only then is it written or held itself. A fragment that ends in
// between has a snapshot in which its block has not come yet, so whoever goes on from there does
// these steps again, with the same result.

/// What stands in front of a block's frames.
struct BlockHead {
    let track: UInt64
    let relativeTicks: Int16
    let flags: UInt8
    let payload: Range<Int>

    /// Nil when the block is too short for it.
    init?(_ content: Range<Int>, in bytes: Span<UInt8>) {
        guard let first = content.first else { return nil }
        let numberLength = bytes[first].leadingZeroBitCount + 1
        guard numberLength <= 8, content.count >= numberLength + 3 else { return nil }
        track = ElementHeader.variableInteger(bytes, at: first, length: numberLength)
        let afterNumber = first + numberLength
        relativeTicks = Int16(
            bitPattern: UInt16(bytes[afterNumber]) << 8 | UInt16(bytes[afterNumber + 1]))
        flags = bytes[afterNumber + 2]
        payload = (afterNumber + 3)..<content.upperBound
    }
}

/// One SimpleBlock or BlockGroup, checked. Ranges are into the window it was read from.
struct IncomingBlock {
    /// Index into the parser's tracks.
    let track: Int
    let relativeTicks: Int16
    let flags: UInt8
    /// What the container says.
    let isKey: Bool
    /// From after the flags to the end: lacing header, if any, and frames.
    let payload: Range<Int>
    /// The group's children; nil for a SimpleBlock.
    var group: Range<Int>?
    var durationTicks: UInt64?
    /// The whole DiscardPadding element.
    var discardPadding: Range<Int>?
}

/// One frame of a block.
struct IncomingFrame {
    let block: IncomingBlock
    let payload: Range<Int>
    let sourceMs: Int64
    /// Nil when the container does not say.
    let durationMs: Int64?
    let isLaced: Bool
    /// The last one of a lace has what belongs to the end of the block.
    let isLast: Bool
}

extension WebMIngest {
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
        incoming.durationTicks = durationTicks
        incoming.discardPadding = discardPadding
        return incoming
    }

    private func readBlock(
        _ content: Range<Int>, in bytes: Span<UInt8>, isKey: Bool?
    ) throws(MediaError) -> IncomingBlock {
        guard clusterTicks != nil else {
            throw .malformed("a block before its Cluster's Timestamp")
        }
        guard let head = BlockHead(content, in: bytes) else {
            throw .malformed("a block is too short for its header")
        }
        guard let track = tracks.firstIndex(where: { UInt64($0.sourceNumber) == head.track }) else {
            throw .malformed("a block for an unknown track")
        }
        return IncomingBlock(
            track: track, relativeTicks: head.relativeTicks, flags: head.flags,
            isKey: isKey ?? (head.flags & 0x80 != 0), payload: head.payload)
    }

    // MARK: Frames

    /// Takes a block's frames, each at its own time.
    mutating func take(
        _ block: IncomingBlock, from window: Span<UInt8>, into batch: inout FragmentBatch
    ) throws(MediaError) {
        if tracks[block.track].number > 0 {
            let ticks = (clusterTicks ?? 0) + Int64(block.relativeTicks)
            let sourceMs = timeline.sourceMs(ticks: ticks)
            if Lacing.isLaced(flags: block.flags) {
                try takeLaced(block, at: sourceMs, from: window, into: &batch)
            } else {
                let frame = IncomingFrame(
                    block: block, payload: block.payload, sourceMs: sourceMs,
                    durationMs: durationMs(of: block), isLaced: false, isLast: true)
                try admit(frame, from: window, into: &batch)
            }
        }
        // Something valid has come.
        lostBytes = 0
        isLost = false
    }

    private mutating func takeLaced(
        _ block: IncomingBlock, at sourceMs: Int64, from window: Span<UInt8>,
        into batch: inout FragmentBatch
    ) throws(MediaError) {
        let frames = try Lacing.frames(flags: block.flags, payload: block.payload, in: window)
        var offsetUs: UInt64 = 0
        for (index, payload) in frames.enumerated() {
            let durationUs = try laceDurationUs(of: block, payload, of: frames.count, in: window)
            if index >= lacedFramesDone {
                let frame = IncomingFrame(
                    block: block, payload: payload,
                    sourceMs: sourceMs + Int64((offsetUs + 500) / 1_000),
                    durationMs: Int64((durationUs + 500) / 1_000), isLaced: true,
                    isLast: index == frames.count - 1)
                try admit(frame, from: window, into: &batch)
                lacedFramesDone = index + 1
            }
            offsetUs += durationUs
        }
        lacedFramesDone = 0
    }

    /// How long a frame of a lace lasts: as its codec says, or its track, or an even share of its
    /// block.
    private mutating func laceDurationUs(
        of block: IncomingBlock, _ frame: Range<Int>, of count: Int, in window: Span<UInt8>
    ) throws(MediaError) -> UInt64 {
        let track = tracks[block.track]
        if !track.isVideo, let served = initialization?.tracks[block.track] {
            var unpacked: [UInt8] = []
            let data = window.extracting(frame)
            let us =
                try readers[block.track].unpack(data, into: &unpacked)
                ? SoundDuration.us(of: unpacked.span, in: served)
                : SoundDuration.us(of: data, in: served)
            if let us { return us }
        }
        if !track.hasFixedDuration, let blockMs = durationMs(of: block) {
            return UInt64(max(0, min(blockMs, 60_000))) * 1_000 / UInt64(count)
        }
        return UInt64(track.blockDurationMs) * 1_000
    }

    private func durationMs(of block: IncomingBlock) -> Int64? {
        block.durationTicks.map {
            timeline.sourceMs(ticks: Int64(min($0, UInt64(UInt32.max))))
        }
    }

    private mutating func admit(
        _ frame: IncomingFrame, from window: Span<UInt8>, into batch: inout FragmentBatch
    ) throws(MediaError) {
        let data = window.extracting(frame.payload)
        guard !readers[frame.block.track].isPlain else {
            return admit(frame, data, from: window, into: &batch)
        }
        var unpacked: [UInt8] = []
        if try readers[frame.block.track].unpack(data, into: &unpacked) {
            admit(frame, unpacked.span, from: window, into: &batch)
        } else {
            admit(frame, data, from: window, into: &batch)
        }
    }

    /// Whether a decoder can begin at the frame: the container and the bitstream say so. Sound can be
    /// begun anywhere.
    private func isKeyframe(_ frame: IncomingFrame, _ data: Span<UInt8>) -> Bool {
        guard tracks[frame.block.track].isVideo else { return true }
        return frame.block.isKey && readers[frame.block.track].isKeyframe(data) != false
    }

    /// `data` is the frame as players get it.
    private mutating func admit(
        _ frame: IncomingFrame, _ data: Span<UInt8>, from window: Span<UInt8>,
        into batch: inout FragmentBatch
    ) {
        let index = frame.block.track
        let isKey = isKeyframe(frame, data)
        guard isKey || !tracks[index].awaitsKeyframe else { return }
        let (timeMs, didJump) = timeline.place(
            sourceMs: frame.sourceMs, of: &tracks[index], limits: limits)
        if didJump {
            isDiscontinuityPending = true
            order.expectDisorder(in: tracks)
        }
        let orderMs = order.note(timeMs, of: index, in: &tracks, limits: limits)
        while order.firstPrecedes(orderMs, of: index), let first = order.held.first,
            order.canLeave(first.orderMs, of: first.head.track, in: tracks, limits: limits)
        {
            writeFirstHeld(before: window, into: &batch)
        }
        let blockMs = tracks[index].blockDurationMs(nextMs: timeMs, learns: !frame.isLaced)
        let durationMs = frame.durationMs ?? Int64(blockMs)
        let head = FrameHead(
            track: index, timeMs: timeMs, endMs: min(timeMs + durationMs, Timeline.latestMs),
            isLeadingKey: tracks[index].isLeading && isKey, isDiscontinuity: isDiscontinuityPending)
        let leavesAtOnce =
            !order.firstPrecedes(orderMs, of: index)
            && order.canLeave(orderMs, of: index, in: tracks, limits: limits)
        let mostBytes = data.count + (frame.block.group?.count ?? 0) + 64
        if !leavesAtOnce {
            while !order.held.isEmpty, !order.hasRoom(for: mostBytes, limits: limits) {
                writeFirstHeld(before: window, into: &batch)
            }
        }
        if leavesAtOnce || !order.hasRoom(for: mostBytes, limits: limits) {
            begin(head, before: window, in: &batch)
            accept(head, blockMs)
            let offset = append(frame, data, isKey: isKey, from: window, to: &batch.bytes)
            finish(head, relativeTimeAt: offset, in: &batch)
        } else {
            accept(head, blockMs)
            var bytes: [UInt8] = []
            let offset = append(frame, data, isKey: isKey, from: window, to: &bytes)
            order.hold(
                HeldFrame(head: head, orderMs: orderMs, relativeTimeOffset: offset, bytes: bytes))
        }
    }

    /// From here on the frame counts as taken.
    private mutating func accept(_ head: FrameHead, _ blockMs: UInt16) {
        tracks[head.track].note(head.timeMs, blockDurationMs: blockMs)
        isDiscontinuityPending = false
    }
}

extension IngestTrack {
    /// How long a block lasts, as far as known once one with this time has come.
    fileprivate func blockDurationMs(nextMs: Int64, learns: Bool) -> UInt16 {
        guard let lastTimeMs, !hasFixedDuration, learns else { return blockDurationMs }
        let distanceMs = nextMs - lastTimeMs
        return 1...IngestTrack.longestBlockMs ~= distanceMs ? UInt16(distanceMs) : blockDurationMs
    }

    /// A frame with this time was taken.
    fileprivate mutating func note(_ timeMs: Int64, blockDurationMs: UInt16) {
        awaitsKeyframe = false
        self.blockDurationMs = blockDurationMs
        if mayReorder, orderedFrames < FrameOrder.enoughFrames { orderedFrames += 1 }
        lastTimeMs = timeMs
    }
}
