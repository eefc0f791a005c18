// Reads frames from clusters as ClusterWriter writes them, for users that have the bytes of a ring and
// want frames. The bytes come from a file that other processes write: anything wrong ends the walk.
//
// Bytes may begin in the middle of a cluster, before a block, and may be cut off anywhere.

struct ClusterReader {
    /// Everything before it was read.
    private(set) var position = 0
    /// The time of the cluster that is being read; nil in front of the first one.
    private(set) var clusterMs: Int64?
    /// Whether the element that was read last goes on behind the bytes.
    private(set) var isCutOff = false

    /// For bytes that begin with a cluster, or that go on in one with this time.
    init(continuingClusterAtMs clusterMs: Int64? = nil) { self.clusterMs = clusterMs }

    /// The next frame, and where its bytes are: as many as there are, if they are cut off. Nil after the
    /// last frame, or at bytes that we would not write.
    mutating func next(in bytes: Span<UInt8>) -> (frame: Frame, data: Range<Int>)? {
        while position < bytes.count {
            guard
                case .header(let header)? = try? ElementHeader.parse(
                    bytes, at: position, end: bytes.count)
            else { return nil }
            let start = position + header.headerBytes
            if header.id == ElementID.cluster {
                guard let clusterMs = ClusterReader.clusterMs(bytes, at: position) else {
                    return nil
                }
                self.clusterMs = clusterMs
                position += ClusterLayout.headerBytes
                continue
            }
            guard let size = header.size else { return nil }
            isCutOff = size > UInt64(bytes.count - start)
            let end = start + Int(min(size, UInt64(bytes.count - start)))
            let found: (Frame, Range<Int>)?
            switch header.id {
            case ElementID.simpleBlock: found = frame(start..<end, isGrouped: false, in: bytes)
            case ElementID.blockGroup: found = group(start..<end, in: bytes)
            default: return nil
            }
            if found != nil { position = end }
            return found
        }
        return nil
    }

    /// The time of the cluster whose fixed beginning is there.
    private static func clusterMs(_ bytes: Span<UInt8>, at start: Int) -> Int64? {
        let prefix = ClusterLayout.prefix
        guard bytes.count - start >= ClusterLayout.headerBytes,
            prefix.indices.allSatisfy({ bytes[start + $0] == prefix[$0] })
        else { return nil }
        let time = start + ClusterLayout.timecodeOffset
        let content = time..<time + ClusterLayout.timecodeBytes
        let element = Element(id: ElementID.timestamp, whole: content, content: content)
        guard let ms = try? element.unsigned(in: bytes), ms <= UInt64(Timeline.latestMs) else {
            return nil
        }
        return Int64(ms)
    }

    /// The block comes first in a group of ours; what goes with it may be cut off.
    private func group(
        _ content: Range<Int>, in bytes: Span<UInt8>
    ) -> (frame: Frame, data: Range<Int>)? {
        guard
            case .header(let header)? = try? ElementHeader.parse(
                bytes, at: content.lowerBound, end: content.upperBound),
            header.id == ElementID.block, let size = header.size
        else { return nil }
        let start = content.lowerBound + header.headerBytes
        let end = start + Int(min(size, UInt64(content.upperBound - start)))
        guard var found = frame(start..<end, isGrouped: true, in: bytes) else { return nil }
        found.frame.isKey = true
        var reader = ElementReader(children: end..<content.upperBound)
        while let child = try? reader.next(in: bytes) {
            if child.id == ElementID.referenceBlock { found.frame.isKey = false }
            if child.id == ElementID.blockDuration, let ms = try? child.unsigned(in: bytes) {
                found.frame.durationMs = Int64(min(ms, UInt64(Timeline.latestMs)))
            }
        }
        return found
    }

    private func frame(
        _ content: Range<Int>, isGrouped: Bool, in bytes: Span<UInt8>
    ) -> (frame: Frame, data: Range<Int>)? {
        guard let clusterMs, let head = BlockHead(content, in: bytes),
            1...UInt64(MediaLimits.mostTracks) ~= head.track, !Lacing.isLaced(flags: head.flags)
        else { return nil }
        let frame = Frame(
            track: Int(head.track) - 1, timeMs: clusterMs + Int64(head.relativeTicks),
            isKey: !isGrouped && head.flags & BlockHead.key != 0,
            isInvisible: head.flags & BlockHead.invisible != 0,
            isDiscardable: head.flags & BlockHead.discardable != 0, hasElements: isGrouped)
        return (frame, head.payload)
    }
}
