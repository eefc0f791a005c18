// Finding the way back into a stream after bytes were lost: a Cluster that looks real, or the EBML
// header of a new broadcast. A pure search; what it says depends on the bytes alone, not on how
// they were cut into pieces.

enum Resynchronization {
    enum Result: Equatable {
        /// Nothing starts in the first `count` bytes; they can be forgotten.
        case discard(count: Int)
        /// Something may start at the first byte; there are too few bytes to tell.
        case undecided
        /// A Cluster starts at the first byte.
        case cluster(ElementHeader)
        /// An EBML header starts at the first byte.
        case header
    }

    /// So many bytes always tell whether something starts at the first of them: its header, a CRC-32,
    /// and the header of a Timestamp.
    static let mostBytes = ElementHeader.mostBytes + 6 + 2

    /// Looks for the first place in `bytes` where parsing can go on.
    static func scan(_ bytes: Span<UInt8>, acceptsClusters: Bool) -> Result {
        for start in bytes.indices where isFirst(bytes[start]) {
            let verdict = judge(bytes.extracting(start...), acceptsClusters: acceptsClusters)
            guard verdict != .discard(count: 1) else { continue }
            return start == 0 ? verdict : .discard(count: start)
        }
        return .discard(count: bytes.count)
    }

    /// Whether a Cluster begins somewhere in `bytes`, as far as they can tell.
    static func hasCluster(_ bytes: Span<UInt8>) -> Bool {
        let first = UInt8(truncatingIfNeeded: ElementID.cluster >> 24)
        var position = 0
        while let start = bytes.firstIndex(of: first, from: position) {
            if case .cluster = judge(bytes.extracting(start...), acceptsClusters: true) {
                return true
            }
            position = start + 1
        }
        return false
    }

    /// Whether an EBML header or a Cluster may begin with the byte.
    private static func isFirst(_ byte: UInt8) -> Bool {
        byte == UInt8(truncatingIfNeeded: ElementID.ebml >> 24)
            || byte == UInt8(truncatingIfNeeded: ElementID.cluster >> 24)
    }

    private static func judge(_ bytes: Span<UInt8>, acceptsClusters: Bool) -> Result {
        guard
            begins(bytes, with: ElementID.ebml)
                || acceptsClusters && begins(bytes, with: ElementID.cluster)
        else { return .discard(count: 1) }
        guard let parsed = try? ElementHeader.parse(bytes, at: 0, end: bytes.count) else {
            return .discard(count: 1)
        }
        switch parsed {
        case .needs: return .undecided
        case .header(let header):
            return header.id == ElementID.ebml
                ? judgeHeader(header, bytes) : judgeCluster(header, bytes)
        }
    }

    private static func begins(_ bytes: Span<UInt8>, with id: UInt32) -> Bool {
        for index in 0..<min(4, bytes.count) {
            guard bytes[index] == UInt8(truncatingIfNeeded: id >> UInt32(24 - 8 * index)) else {
                return false
            }
        }
        return true
    }

    /// A Cluster starts with its Timestamp, in front of which only a CRC-32 may stand.
    private static func judgeCluster(_ header: ElementHeader, _ bytes: Span<UInt8>) -> Result {
        guard header.size != 0 else { return .discard(count: 1) }
        var position = header.headerBytes
        guard bytes.count > position else { return .undecided }
        if bytes[position] == UInt8(ElementID.crc32) {
            guard bytes.count > position + 1 else { return .undecided }
            guard bytes[position + 1] == 0x84 else { return .discard(count: 1) }
            position += 6
            guard bytes.count > position else { return .undecided }
        }
        guard bytes[position] == UInt8(ElementID.timestamp) else { return .discard(count: 1) }
        guard bytes.count > position + 1 else { return .undecided }
        let size = bytes[position + 1]
        return (0x81...0x88).contains(size) ? .cluster(header) : .discard(count: 1)
    }

    /// An EBML header is small and starts with one of its own elements.
    private static func judgeHeader(_ header: ElementHeader, _ bytes: Span<UInt8>) -> Result {
        guard let size = header.size, size >= 4, size <= 4_096 else { return .discard(count: 1) }
        let position = header.headerBytes
        guard bytes.count > position else { return .undecided }
        switch bytes[position] {
        case UInt8(ElementID.void), UInt8(ElementID.crc32): return .header
        case 0x42:
            guard bytes.count > position + 1 else { return .undecided }
            return [0x86, 0xF7, 0xF2, 0xF3, 0x82, 0x87, 0x85, 0x81].contains(bytes[position + 1])
                ? .header : .discard(count: 1)
        default: return .discard(count: 1)
        }
    }
}
