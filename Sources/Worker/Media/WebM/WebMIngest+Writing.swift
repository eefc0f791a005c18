// Frames into fragments: into a cluster of ours (ClusterWriter), in a block of ours. Frame data is
// never touched; what is written anew is the track number and the relative time in front of it,
// and, when the source's ticks are not milliseconds, the times in a BlockGroup (RFC 9559 section 10).

extension WebMIngest {
    /// Bytes of a block before its payload as we write it: track number, time, flags.
    private static let blockHeadBytes = 4

    mutating func begin(
        _ head: FrameHead, before window: Span<UInt8>, in batch: inout FragmentBatch
    ) {
        let isLeading = tracks[head.track].isLeading
        let startsCluster = clusters.startsCluster(head, isLeading: isLeading, limits: limits)
        if clusters.endsFragment(startsCluster: startsCluster, batchBytes: batch.bytes.count) {
            closeFragment(in: &batch, before: window)
        }
        clusters.begin(
            head, isLeading: isLeading, startsCluster: startsCluster, limits: limits,
            to: &batch.bytes)
    }

    mutating func finish(
        _ head: FrameHead, relativeTimeAt offset: Int, in batch: inout FragmentBatch
    ) {
        clusters.finish(
            head, isLeading: tracks[head.track].isLeading, relativeTimeAt: offset,
            in: &batch.bytes)
        timeline.wrote(until: head.endMs)
    }

    /// Writes the first frame that waits. `window` begins with what has not been taken yet.
    mutating func writeFirstHeld(
        before window: Span<UInt8>, into batch: inout FragmentBatch
    ) {
        guard let frame = order.held.first else { return }
        begin(frame.head, before: window, in: &batch)
        let start = batch.bytes.count
        batch.bytes.append(contentsOf: frame.bytes)
        finish(frame.head, relativeTimeAt: start + frame.relativeTimeOffset, in: &batch)
        order.removeFirst()
    }

    /// Writes all that waits: what comes next does not follow it.
    mutating func writeHeld(before window: Span<UInt8>, into batch: inout FragmentBatch) {
        while !order.held.isEmpty { writeFirstHeld(before: window, into: &batch) }
    }

    /// Ends the fragment that is being written. It is valid up to `boundary`, where `window` begins.
    mutating func closeFragment(in batch: inout FragmentBatch, before window: Span<UInt8>) {
        guard let open = clusters.fragment else { return }
        clusters.fragment = nil
        var carry = order.encoded()
        // What earlier pushes brought of the element that is being read is in no later input.
        if boundary < 0 {
            carry.append(copying: window.extracting(..<min(-boundary, window.count)))
        }
        batch.fragments.append(
            Fragment(
                bytes: open.start..<batch.bytes.count, isClusterStart: open.isClusterStart,
                isIndependent: open.isIndependent, isDiscontinuity: open.isDiscontinuity,
                mediaTimeMs: open.mediaTimeMs, durationMs: Int(open.endMs - open.mediaTimeMs),
                consumedInput: max(0, boundary), state: state(), carry: carry))
    }

    // MARK: Blocks of ours

    /// Appends a frame's block; returns where its relative time belongs.
    func append(
        _ frame: IncomingFrame, _ data: Span<UInt8>, isKey: Bool, from bytes: Span<UInt8>,
        to output: inout [UInt8]
    ) -> Int {
        let number = tracks[frame.block.track].number
        let flags = frame.block.flags & ~(Lacing.flagBits | 0x80)
        let size = WebMIngest.blockHeadBytes + data.count
        if !frame.isLaced, let group = frame.block.group {
            return append(
                group: group, of: frame, data, number: number, flags, from: bytes, to: &output)
        }
        let padding = frame.isLast ? frame.block.discardPadding : nil
        if let padding {
            let blockBytes = EBMLLength.ofElement(ElementID.block, size: size)
            output.appendHeader(ElementID.blockGroup, size: blockBytes + padding.count)
            output.appendHeader(ElementID.block, size: size)
        } else {
            output.appendHeader(ElementID.simpleBlock, size: size)
        }
        let offset = output.append(
            blockHead: number, flags: isKey && padding == nil ? flags | 0x80 : flags)
        output.append(copying: data)
        if let padding { output.append(copying: bytes.extracting(padding)) }
        return offset
    }

    private func append(
        group: Range<Int>, of frame: IncomingFrame, _ data: Span<UInt8>, number: UInt8,
        _ flags: UInt8, from bytes: Span<UInt8>, to output: inout [UInt8]
    ) -> Int {
        var size = 0
        forEachChild(of: group, in: bytes) { size += groupChildBytes($0, frame, data.count, bytes) }
        output.appendHeader(ElementID.blockGroup, size: size)
        var offset = 0
        forEachChild(of: group, in: bytes) { child in
            switch child.id {
            case ElementID.block:
                output.appendHeader(
                    ElementID.block, size: WebMIngest.blockHeadBytes + data.count)
                offset = output.append(blockHead: number, flags: flags)
                output.append(copying: data)
            case _ where isDropped(child, of: frame):
                break
            case ElementID.blockDuration where rescales:
                output.appendElement(child.id, unsigned: rescaledDuration(child, bytes))
            case ElementID.referenceBlock where rescales:
                output.appendElement(child.id, signed: rescaledReference(child, bytes))
            default:
                output.append(copying: bytes.extracting(child.whole))
            }
        }
        return offset
    }

    private func groupChildBytes(
        _ child: Element, _ frame: IncomingFrame, _ dataBytes: Int, _ bytes: Span<UInt8>
    ) -> Int {
        switch child.id {
        case ElementID.block:
            EBMLLength.ofElement(
                child.id, size: WebMIngest.blockHeadBytes + dataBytes)
        case _ where isDropped(child, of: frame):
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

    /// A checksum would no longer be right, and sound refers to no other frame.
    private func isDropped(_ child: Element, of frame: IncomingFrame) -> Bool {
        switch child.id {
        case ElementID.crc32, ElementID.void: true
        case ElementID.referenceBlock: !tracks[frame.block.track].isVideo
        default: false
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

extension [UInt8] {
    /// Appends what stands in front of a block's payload; returns where its relative time belongs.
    fileprivate mutating func append(blockHead number: UInt8, flags: UInt8) -> Int {
        append(0x80 | number)
        append(0)
        append(0)
        append(flags)
        return count - 3
    }
}
