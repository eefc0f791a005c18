// Looks ahead, after a Tracks element, for facts that only the first key frames state: the init cannot
// be written without them. Nothing is taken; the parser reads the same bytes again once the init is
// known.
//
// It ends when nothing is missing any more, or when waiting would not be worth it: after a limit of
// media or bytes, or at something that cannot be understood. Then the init states what is known. Its
// contents depend on the bytes alone, not on how they were cut.
//
// Only the beginning of a frame is looked at, which contains all of this: a key frame may be larger than
// the bytes that can come before its broadcast has a place for them. (So a key frame that was compressed
// with zlib and is larger than that says nothing.)

struct FirstFrames {
    private let sourceNumbers: [UInt32]
    private let readers: [FrameReader]
    /// How much of a block to read: more than parameter sets and the bytes before them.
    private static let blockStartBytes = 16 * 1_024
    private let mostBytes: Int
    private let mostElementBytes: UInt64
    private let mostMs: Int64
    private let scale: TickScale

    private var clusterTicks: Int64 = 0
    private var earliestMs = Int64.max

    init(table: TrackTable, draft: HeaderDraft, limits: MediaLimits) {
        sourceNumbers = table.sourceNumbers
        readers = FrameReader.all(of: table.tracks, table.packings, limits: limits)
        mostBytes = min(limits.blockBytes, MediaLimits.mostFirstFrameBytes)
        mostElementBytes = UInt64(limits.blockBytes)
        mostMs = limits.firstFrameMs
        scale = draft.scale
    }

    /// Completes the table from the frames after `start`. Returns how many bytes, from the beginning of
    /// `bytes`, are needed to know more; nil when it is done.
    mutating func complete(
        _ table: inout TrackTable, from start: Int, in bytes: Span<UInt8>
    ) -> Int? {
        var position = start
        while table.needsFirstFrame {
            guard position <= bytes.count else { return within(position) }
            guard let parsed = try? ElementHeader.parse(bytes, at: position, end: bytes.count)
            else { return nil }
            let header: ElementHeader
            switch parsed {
            case .needs(let count): return within(position + count)
            case .header(let found): header = found
            }
            let content = position + header.headerBytes
            if header.id == ElementID.cluster {
                position = content
                continue
            }
            guard header.id != ElementID.ebml, let size = header.size, size <= mostElementBytes
            else { return nil }
            let end = content + Int(size)
            let isBlock = header.id == ElementID.simpleBlock || header.id == ElementID.blockGroup
            let seen = isBlock ? min(end, content + FirstFrames.blockStartBytes) : end
            guard seen <= bytes.count else { return within(seen) }
            let element = Element(id: header.id, whole: position..<seen, content: content..<seen)
            guard look(at: element, completing: &table, in: bytes) else { return nil }
            position = end
        }
        return nil
    }

    private func within(_ count: Int) -> Int? { count <= mostBytes ? count : nil }

    /// The block of a group, of which only the beginning may have come.
    private func block(in group: Range<Int>, _ bytes: Span<UInt8>) -> Range<Int>? {
        var position = group.lowerBound
        while case .header(let child)? = try? ElementHeader.parse(
            bytes, at: position, end: group.upperBound)
        {
            let start = position + child.headerBytes
            guard let size = child.size else { return nil }
            let end = start + Int(min(size, UInt64(group.upperBound - start)))
            if child.id == ElementID.block { return start..<end }
            position = end
        }
        return nil
    }

    /// False when that much media contained nothing.
    private mutating func look(
        at element: Element, completing table: inout TrackTable, in bytes: Span<UInt8>
    ) -> Bool {
        switch element.id {
        case ElementID.timestamp:
            guard let ticks = try? element.unsigned(in: bytes),
                ticks <= UInt64(Timeline.latestMs)
            else { return false }
            clusterTicks = Int64(ticks)
        case ElementID.simpleBlock:
            return look(at: element.content, completing: &table, in: bytes)
        case ElementID.blockGroup:
            guard let block = block(in: element.content, bytes) else { return true }
            return look(at: block, completing: &table, in: bytes)
        default:
            break
        }
        return true
    }

    private mutating func look(
        at block: Range<Int>, completing table: inout TrackTable, in bytes: Span<UInt8>
    ) -> Bool {
        guard let head = BlockHead(block, in: bytes) else { return false }
        let timeMs = scale.ms(clusterTicks + Int64(head.relativeTicks))
        earliestMs = min(earliestMs, timeMs)
        guard timeMs - earliestMs <= mostMs else { return false }
        guard let index = sourceNumbers.firstIndex(where: { UInt64($0) == head.track }),
            readers.indices.contains(index), !Lacing.isLaced(flags: head.flags)
        else { return true }
        let number = UInt64(index + 1)
        guard table.needsFirstFrame(number: number) else { return true }
        let frame = bytes.extracting(head.payload)
        var unpacked: [UInt8] = []
        guard let isUnpacked = try? readers[index].unpack(frame, into: &unpacked) else {
            return true
        }
        if isUnpacked {
            table.complete(track: number, firstKeyframe: unpacked.span)
        } else {
            table.complete(track: number, firstKeyframe: frame)
        }
        return true
    }
}
