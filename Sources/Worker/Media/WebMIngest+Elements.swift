// Which element comes next and what becomes of it: read whole, entered, or passed over.
//
// Only Segment and Cluster may have an unknown size. A Cluster of unknown size ends where something
// begins that belongs into the Segment; an EBML header begins a new broadcast wherever it stands,
// because a broadcaster that was killed never finishes what it had announced.
//
// A handler changes the parser only after all its checks: when it throws, the parser still stands
// before the element.

extension WebMIngest {
    /// What reading one element came to.
    enum Step {
        case consumed(Int)
        /// The element needs this many bytes from its start.
        case needs(Int)
        /// A header is complete; with the bytes consumed.
        case initialization(Initialization, consumed: Int)
    }

    /// Reads the element at the start of `window`, or passes over some of one.
    mutating func readNext(
        _ window: Span<UInt8>, into batch: inout FragmentBatch
    ) throws(MediaError) -> Step {
        if skipRemaining > 0 {
            let count = Int(min(UInt64(window.count), skipRemaining))
            skipRemaining -= UInt64(count)
            return .consumed(count)
        }
        switch place {
        case .seeking:
            return try seek(window, into: &batch)
        case .start:
            guard window.count >= 4 else { return .needs(4) }
            try WebMIngest.checkStart(window)
        case .afterHeader, .segment, .cluster, .between:
            break
        }
        switch try ElementHeader.parse(window, at: 0, end: window.count) {
        case .needs(let count): return .needs(count)
        case .header(let header): return try read(header, window, into: &batch)
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
        _ header: ElementHeader, _ window: Span<UInt8>, into batch: inout FragmentBatch
    ) throws(MediaError) -> Step {
        if header.id == ElementID.ebml {
            return try readEBMLHeader(header, window, into: &batch)
        }
        switch place {
        case .afterHeader:
            return try readTopLevel(header, opensSegment: true)
        case .start, .between, .seeking:
            return try readTopLevel(header, opensSegment: false)
        case .segment:
            return try readSegmentChild(header, window)
        case .cluster:
            if clusterRemaining == WebMIngest.unknownSize, ElementID.isSegmentLevel(header.id) {
                return try readSegmentChild(header, window)
            }
            return try readClusterChild(header, window, into: &batch)
        }
    }

    // MARK: Headers

    private mutating func readEBMLHeader(
        _ header: ElementHeader, _ window: Span<UInt8>, into batch: inout FragmentBatch
    ) throws(MediaError) -> Step {
        let size = try heldSize(of: header, most: limits.elementBytes, name: "the EBML header")
        let total = header.headerBytes + size
        guard window.count >= total else { return .needs(total) }
        let newDraft = try HeaderDraft(ebmlHeader: header.headerBytes..<total, in: window)
        // The fragment that is being written must not have the new broadcast in its snapshot.
        closeFragment(in: &batch)
        draft = newDraft
        place = .afterHeader
        segmentRemaining = WebMIngest.unknownSize
        clusterRemaining = WebMIngest.unknownSize
        clusterTicks = nil
        isSeekingHeader = false
        return .consumed(total)
    }

    private mutating func readTopLevel(
        _ header: ElementHeader, opensSegment: Bool
    ) throws(MediaError) -> Step {
        switch header.id {
        case ElementID.void, ElementID.crc32:
            return try pass(over: header, most: UInt64.max)
        case ElementID.segment where opensSegment:
            place = .segment
            segmentRemaining = header.size ?? WebMIngest.unknownSize
            return .consumed(header.headerBytes)
        default:
            throw .malformed(
                opensSegment
                    ? "no Segment after the EBML header" : "data after the end of the Segment")
        }
    }

    private mutating func readInfo(
        _ header: ElementHeader, _ window: Span<UInt8>
    ) throws(MediaError) -> Step {
        let size = try heldSize(of: header, most: limits.elementBytes, name: "Info")
        let total = header.headerBytes + size
        try checkFits(total)
        guard window.count >= total else { return .needs(total) }
        try draft?.read(info: header.headerBytes..<total, in: window)
        take(UInt64(total))
        return .consumed(total)
    }

    private mutating func readTracks(
        _ header: ElementHeader, _ window: Span<UInt8>, for draft: HeaderDraft
    ) throws(MediaError) -> Step {
        let size = try heldSize(of: header, most: limits.initializationBytes, name: "Tracks")
        let total = header.headerBytes + size
        try checkFits(total)
        guard window.count >= total else { return .needs(total) }
        let table = try TrackTable(tracks: header.headerBytes..<total, in: window, limits: limits)
        let initialization = try Initialization(draft: draft, table: table, limits: limits)
        take(UInt64(total))
        begin(initialization, table: table, timestampScaleNs: draft.timestampScaleNs)
        return .initialization(initialization, consumed: total)
    }

    private mutating func begin(
        _ initialization: Initialization, table: TrackTable, timestampScaleNs: UInt32
    ) {
        self.initialization = initialization
        tracks = table.ingestTracks
        timeline.restart(timestampScaleNs: timestampScaleNs)
        draft = nil
        isClusterOpen = false
        isDiscontinuityPending = false
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
            return try pass(over: header, most: UInt64(limits.elementBytes))
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
        clusterRemaining = WebMIngest.unknownSize
        take(UInt64(header.headerBytes))
        clusterTicks = nil
        guard place != .between else { return .consumed(header.headerBytes) }
        place = .cluster
        clusterRemaining = header.size ?? WebMIngest.unknownSize
        if clusterRemaining == 0 { place = .segment }
        return .consumed(header.headerBytes)
    }

    // MARK: Cluster

    private mutating func readClusterChild(
        _ header: ElementHeader, _ window: Span<UInt8>, into batch: inout FragmentBatch
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
            guard window.count >= total else { return .needs(total) }
            let content = header.headerBytes..<total
            let block =
                isGroup
                ? try readBlockGroup(content, in: window)
                : try readSimpleBlock(content, in: window)
            write(block, from: window, into: &batch)
            take(UInt64(total))
            return .consumed(total)
        case ElementID.void, ElementID.crc32, ElementID.silentTracks, ElementID.position,
            ElementID.previousSize:
            return try pass(over: header, most: UInt64(limits.blockBytes))
        case ElementID.segment:
            throw .malformed("an element stands where it does not belong")
        case _ where ElementID.isSegmentLevel(header.id):
            throw .malformed("a Cluster of known size holds an element of the Segment")
        default:
            return try pass(over: header, most: UInt64(limits.elementBytes))
        }
    }

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
    private func heldSize(
        of header: ElementHeader, most: Int, name: String
    ) throws(MediaError) -> Int {
        guard let size = header.size else {
            throw .malformed("an element other than Segment and Cluster has an unknown size")
        }
        guard size <= UInt64(most) else { throw .tooLarge(name) }
        return Int(size)
    }

    /// Begins to pass over an element; its content does not have to be there.
    private mutating func pass(
        over header: ElementHeader, most: UInt64
    ) throws(MediaError) -> Step {
        guard let size = header.size else {
            throw .malformed("an element other than Segment and Cluster has an unknown size")
        }
        guard size <= most else { throw .tooLarge("an element that is not needed") }
        let remaining = place == .cluster ? innermostRemaining : segmentRemaining
        try checkFits(header.headerBytes, size, in: remaining)
        take(UInt64(header.headerBytes) + size)
        skipRemaining = size
        return .consumed(header.headerBytes)
    }

    private var innermostRemaining: UInt64 {
        clusterRemaining != WebMIngest.unknownSize ? clusterRemaining : segmentRemaining
    }

    private func checkFits(_ total: Int) throws(MediaError) {
        try checkFits(total, 0, in: innermostRemaining)
    }

    private func checkFits(
        _ headerBytes: Int, _ size: UInt64, in remaining: UInt64
    ) throws(MediaError) {
        // A size has 56 bits, so the sum does not overflow.
        guard remaining == WebMIngest.unknownSize || UInt64(headerBytes) + size <= remaining else {
            throw .malformed("an element is larger than its parent")
        }
    }

    /// Counts bytes off the parents' sizes and leaves those that are used up.
    private mutating func take(_ count: UInt64) {
        if clusterRemaining != WebMIngest.unknownSize {
            clusterRemaining -= count
            if clusterRemaining == 0 {
                clusterRemaining = WebMIngest.unknownSize
                place = .segment
            }
        }
        if segmentRemaining != WebMIngest.unknownSize {
            segmentRemaining -= count
            if segmentRemaining == 0 {
                segmentRemaining = WebMIngest.unknownSize
                place = .between
            }
        }
    }
}
