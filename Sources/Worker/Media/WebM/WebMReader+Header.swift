// A broadcast's header: EBML header, Segment, Info, Tracks. What it says is kept as a draft until
// the Tracks element completes it; only then does the old broadcast end.

extension WebMReader {
    func readEBMLHeader(
        _ header: ElementHeader, _ window: Span<UInt8>
    ) throws(MediaError) -> Step {
        let size = try heldSize(of: header, most: limits.elementBytes, name: "the EBML header")
        let total = header.headerBytes + size
        guard window.count >= total else { return .needs(total) }
        return .header(
            try HeaderDraft(ebmlHeader: header.headerBytes..<total, in: window), bytes: total)
    }

    /// Takes an EBML header that was read: what comes belongs to it.
    mutating func enter(_ draft: HeaderDraft) {
        self.draft = draft
        place = .afterHeader
        segmentRemaining = WebMReader.unknownSize
        clusterRemaining = WebMReader.unknownSize
        clusterTicks = nil
        isSeekingHeader = false
    }

    mutating func readTopLevel(
        _ header: ElementHeader, opensSegment: Bool
    ) throws(MediaError) -> Step {
        switch header.id {
        case ElementID.void, ElementID.crc32:
            return try pass(over: header, most: UInt64.max)
        case ElementID.segment where opensSegment:
            place = .segment
            segmentRemaining = header.size ?? WebMReader.unknownSize
            return .consumed(header.headerBytes)
        default:
            throw .malformed(
                opensSegment
                    ? "no Segment after the EBML header" : "data after the end of the Segment")
        }
    }

    mutating func readInfo(
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

    mutating func readTracks(
        _ header: ElementHeader, _ window: Span<UInt8>, for draft: HeaderDraft
    ) throws(MediaError) -> Step {
        let size = try heldSize(of: header, most: limits.initializationBytes, name: "Tracks")
        let total = header.headerBytes + size
        try checkFits(total)
        guard window.count >= total else { return .needs(total) }
        var table = try TrackTable(tracks: header.headerBytes..<total, in: window, limits: limits)
        if table.needsFirstFrame, !isHeaderDue {
            var first = FirstFrames(table: table, draft: draft, limits: limits)
            if let needed = first.complete(&table, from: total, in: window) {
                awaitsFirstFrames = true
                return .needs(needed)
            }
        }
        let initialization = try Initialization(draft: draft, table: table, limits: limits)
        take(UInt64(total))
        begin(initialization, table: table, scale: draft.scale)
        return .initialization(initialization, table.progress, bytes: total)
    }

    private mutating func begin(
        _ initialization: Initialization, table: TrackTable, scale: TickScale
    ) {
        self.initialization = initialization
        self.scale = scale
        sourceNumbers = table.sourceNumbers
        frames = FrameReader.all(of: initialization.tracks, table.packings, limits: limits)
        awaitsFirstFrames = false
        isHeaderDue = false
        draft = nil
        lostBytes = 0
        isLost = false
    }
}
