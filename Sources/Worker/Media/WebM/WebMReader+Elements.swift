// Which element comes next and what becomes of it: read whole, entered, or passed over.
//
// Only Segment and Cluster may have an unknown size. A Cluster of unknown size ends where an element
// begins that belongs to the Segment. An EBML header begins a new broadcast anywhere, because a
// broadcaster that was killed never finishes what it had announced.
//
// A handler changes the reader only after all its checks: when it throws, the reader is still before the
// element.

extension WebMReader {
    /// Reads the element at the start of `window`, or passes over some of one.
    mutating func next(in window: Span<UInt8>) throws(MediaError) -> Step {
        if skipRemaining > 0 { return try passOver(window) }
        switch place {
        case .seeking:
            return try seek(window)
        case .start:
            guard window.count >= 4 else { return .needs(4) }
            try WebMReader.checkStart(window)
        case .afterHeader, .segment, .cluster, .between:
            break
        }
        switch try ElementHeader.parse(window, at: 0, end: window.count) {
        case .needs(let count): return .needs(count)
        case .header(let header): return try read(header, window)
        }
    }

    private mutating func seek(_ window: Span<UInt8>) throws(MediaError) -> Step {
        switch Resynchronization.scan(window, acceptsClusters: !isSeekingHeader) {
        case .undecided:
            // One more byte may already rule it out.
            return .needs(window.count + 1)
        case .discard(let count):
            return .consumed(count)
        case .cluster(let header):
            place = .cluster
            clusterRemaining = header.size ?? WebMReader.unknownSize
            return .consumed(header.headerBytes)
        case .header:
            place = .between
            let step = try next(in: window)
            if case .needs = step { place = .seeking }
            return step
        }
    }

    private static func checkStart(_ window: Span<UInt8>) throws(MediaError) {
        var id: UInt32 = 0
        for index in 0..<4 { id = id << 8 | UInt32(window[index]) }
        if id == ElementID.ebml { return }
        if id == ElementID.segment || ElementID.isSegmentLevel(id) { throw .missingInitialization }
        throw .notWebM
    }

    private mutating func read(
        _ header: ElementHeader, _ window: Span<UInt8>
    ) throws(MediaError) -> Step {
        if header.id == ElementID.ebml { return try readEBMLHeader(header, window) }
        switch place {
        case .afterHeader:
            return try readTopLevel(header, opensSegment: true)
        case .start, .between, .seeking:
            return try readTopLevel(header, opensSegment: false)
        case .segment:
            return try readSegmentChild(header, window)
        case .cluster:
            if clusterRemaining == WebMReader.unknownSize, ElementID.isSegmentLevel(header.id) {
                return try readSegmentChild(header, window)
            }
            return try readClusterChild(header, window)
        }
    }

    // MARK: Segment

    private mutating func readSegmentChild(
        _ header: ElementHeader, _ window: Span<UInt8>
    ) throws(MediaError) -> Step {
        switch header.id {
        case ElementID.cluster:
            return try enterCluster(header)
        case ElementID.info where draft != nil:
            return try readInfo(header, window)
        case ElementID.tracks:
            if let draft { return try readTracks(header, window, for: draft) }
            return try leaveClusterAndPass(over: header)
        case ElementID.void, ElementID.crc32, ElementID.seekHead, ElementID.info, ElementID.cues,
            ElementID.attachments, ElementID.chapters, ElementID.tags:
            return try leaveClusterAndPass(over: header)
        case ElementID.segment, ElementID.timestamp, ElementID.simpleBlock, ElementID.blockGroup:
            throw .malformed("an element stands where it does not belong")
        default:
            return try passUnknown(header, window)
        }
    }

    private mutating func leaveClusterAndPass(
        over header: ElementHeader
    ) throws(MediaError) -> Step {
        let step = try pass(over: header, most: UInt64.max)
        if place == .cluster { place = .segment }
        return step
    }

    private mutating func enterCluster(_ header: ElementHeader) throws(MediaError) -> Step {
        guard draft == nil else { throw .malformed("a Cluster before Tracks") }
        if let size = header.size {
            try checkFits(header.headerBytes, size, in: segmentRemaining)
        } else {
            try checkFits(header.headerBytes, 0, in: segmentRemaining)
        }
        clusterRemaining = WebMReader.unknownSize
        take(UInt64(header.headerBytes))
        clusterTicks = nil
        guard place != .between else { return .consumed(header.headerBytes) }
        if header.size == 0 {
            place = .segment
        } else {
            place = .cluster
            clusterRemaining = header.size ?? WebMReader.unknownSize
        }
        return .consumed(header.headerBytes)
    }

    // MARK: Cluster

    private mutating func readClusterChild(
        _ header: ElementHeader, _ window: Span<UInt8>
    ) throws(MediaError) -> Step {
        switch header.id {
        case ElementID.timestamp:
            return try readTimestamp(header, window)
        case ElementID.simpleBlock, ElementID.blockGroup:
            let isGroup = header.id == ElementID.blockGroup
            // A group may hold small elements beside its block.
            let most = limits.blockBytes + (isGroup ? limits.elementBytes : 0)
            let total = header.headerBytes + (try heldSize(of: header, most: most, name: "a block"))
            try checkFits(total)
            if let needed = try probe(window, of: total) { return .needs(needed) }
            let content = header.headerBytes..<total
            let block =
                isGroup
                ? try readBlockGroup(content, in: window)
                : try readSimpleBlock(content, in: window)
            return .block(block, bytes: total)
        case ElementID.void, ElementID.crc32, ElementID.silentTracks, ElementID.position,
            ElementID.previousSize:
            return try pass(over: header, most: UInt64(limits.blockBytes))
        case ElementID.segment:
            throw .malformed("an element stands where it does not belong")
        case _ where ElementID.isSegmentLevel(header.id):
            throw .malformed("a Cluster of known size holds an element of the Segment")
        default:
            return try passUnknown(header, window)
        }
    }

    /// Whether a block has to wait for more bytes; nil when it is there. A size that is wrong would
    /// swallow what comes next, and keep the parser waiting for it, so a block that claims to be very
    /// large is looked through for the beginning of a Cluster as it comes.
    private func probe(_ window: Span<UInt8>, of total: Int) throws(MediaError) -> Int? {
        let whole = min(window.count, total)
        guard total > WebMReader.probeBytes else { return window.count < total ? total : nil }
        // Of what comes in parts, only the newest was not looked at yet.
        let first = whole == total ? 0 : max(0, whole - WebMReader.probeBytes - 16)
        guard !Resynchronization.hasCluster(window.extracting(first..<whole)) else {
            throw .malformed("a block holds the beginning of a Cluster")
        }
        guard whole < total else { return nil }
        return min(total, (whole / WebMReader.probeBytes + 1) * WebMReader.probeBytes)
    }

    /// Hardly a frame is larger, and a source that sends 2 Mbit/s has sent as much in a second.
    private static let probeBytes = 256 * 1_024

    private mutating func readTimestamp(
        _ header: ElementHeader, _ window: Span<UInt8>
    ) throws(MediaError) -> Step {
        let size = try heldSize(of: header, most: 8, name: "a Cluster's Timestamp")
        let total = header.headerBytes + size
        try checkFits(total)
        guard clusterTicks == nil else { throw .malformed("a Cluster has two Timestamps") }
        guard window.count >= total else { return .needs(total) }
        let element = Element(
            id: header.id, whole: 0..<total, content: header.headerBytes..<total)
        let ticks = try element.unsigned(in: window)
        guard ticks <= UInt64(Timeline.latestMs) else {
            throw .malformed("a Cluster's Timestamp is out of range")
        }
        clusterTicks = Int64(ticks)
        take(UInt64(total))
        return .consumed(total)
    }

    // MARK: Sizes

    /// The size of an element that is held whole, if it may be that large.
    func heldSize(
        of header: ElementHeader, most: Int, name: String
    ) throws(MediaError) -> Int {
        guard let size = header.size else {
            throw .malformed("an element other than Segment and Cluster has an unknown size")
        }
        guard size <= UInt64(most) else { throw .tooLarge(name) }
        return Int(size)
    }

    /// Begins to pass over an element; its content does not have to be there.
    mutating func pass(
        over header: ElementHeader, most: UInt64
    ) throws(MediaError) -> Step {
        guard let size = header.size else {
            throw .malformed("an element other than Segment and Cluster has an unknown size")
        }
        let bound = isBehindCluster ? min(most, UInt64(limits.lostBytes)) : most
        guard size <= bound else { throw .tooLarge("an element that is not needed") }
        let remaining = place == .cluster ? innermostRemaining : segmentRemaining
        try checkFits(header.headerBytes, size, in: remaining)
        take(UInt64(header.headerBytes) + size)
        skipRemaining = size
        return .consumed(header.headerBytes)
    }

    /// Files have fonts and covers in front of their first Cluster, as large as they may be; behind it
    /// nothing large is expected.
    var isBehindCluster: Bool { clusterTicks != nil }

    /// Passes over some of an element that is not needed. Behind the first Cluster one whose size is
    /// wrong would swallow the broadcast, so it is looked through for a place where that goes on.
    private mutating func passOver(_ window: Span<UInt8>) throws(MediaError) -> Step {
        var count = Int(min(UInt64(window.count), skipRemaining))
        if isBehindCluster {
            // What begins in it may end behind it.
            let seen = window.extracting(first: count + Resynchronization.mostBytes)
            switch Resynchronization.scan(seen, acceptsClusters: true) {
            case .discard(let first): count = min(count, first)
            case .undecided: return .needs(window.count + 1)
            case .cluster, .header:
                throw .malformed("an element that is not needed holds the beginning of another")
            }
        }
        skipRemaining -= UInt64(count)
        return .consumed(count)
    }

    /// Passes over an element that is not known. After an unnoticed loss, frame data looks like that,
    /// so it must be small, and it is looked through.
    private mutating func passUnknown(
        _ header: ElementHeader, _ window: Span<UInt8>
    ) throws(MediaError) -> Step {
        let size = try heldSize(
            of: header, most: limits.elementBytes, name: "an element that is not needed")
        let total = header.headerBytes + size
        let remaining = place == .cluster ? innermostRemaining : segmentRemaining
        try checkFits(total, 0, in: remaining)
        guard window.count >= total else { return .needs(total) }
        guard !Resynchronization.hasCluster(window.extracting(..<total)) else {
            throw .malformed("an unknown element holds the beginning of a Cluster")
        }
        take(UInt64(total))
        return .consumed(total)
    }

    private var innermostRemaining: UInt64 {
        clusterRemaining != WebMReader.unknownSize ? clusterRemaining : segmentRemaining
    }

    func checkFits(_ total: Int) throws(MediaError) {
        try checkFits(total, 0, in: innermostRemaining)
    }

    private func checkFits(
        _ headerBytes: Int, _ size: UInt64, in remaining: UInt64
    ) throws(MediaError) {
        // A size has 56 bits, so the sum does not overflow.
        guard remaining == WebMReader.unknownSize || UInt64(headerBytes) + size <= remaining else {
            throw .malformed("an element is larger than its parent")
        }
    }

    /// Counts bytes off the parents' sizes and leaves those that are used up.
    mutating func take(_ count: UInt64) {
        if clusterRemaining != WebMReader.unknownSize {
            clusterRemaining -= count
            if clusterRemaining == 0 {
                clusterRemaining = WebMReader.unknownSize
                place = .segment
            }
        }
        if segmentRemaining != WebMReader.unknownSize {
            segmentRemaining -= count
            if segmentRemaining == 0 {
                segmentRemaining = WebMReader.unknownSize
                place = .between
            }
        }
    }
}
