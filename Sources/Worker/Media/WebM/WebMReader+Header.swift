// A broadcast's header: EBML header, Segment, Info, Tracks. What it says is kept as a draft until
// the Tracks element completes it; only then does the old broadcast end.

extension WebMIngest {
    mutating func readEBMLHeader(
        _ header: ElementHeader, _ window: Span<UInt8>, into batch: inout FragmentBatch
    ) throws(MediaError) -> Step {
        let size = try heldSize(of: header, most: limits.elementBytes, name: "the EBML header")
        let total = header.headerBytes + size
        guard window.count >= total else { return .needs(total) }
        let newDraft = try HeaderDraft(ebmlHeader: header.headerBytes..<total, in: window)
        // What waits belongs to the old broadcast, and the fragment that is being written must not
        // have the new one in its snapshot.
        writeHeld(before: window, into: &batch)
        closeFragment(in: &batch, before: window)
        draft = newDraft
        place = .afterHeader
        segmentRemaining = WebMIngest.unknownSize
        clusterRemaining = WebMIngest.unknownSize
        clusterTicks = nil
        isSeekingHeader = false
        return .consumed(total)
    }

    mutating func readTopLevel(
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
        begin(initialization, table: table, timestampScaleNs: draft.timestampScaleNs)
        return .initialization(initialization, consumed: total)
    }

    private mutating func begin(
        _ initialization: Initialization, table: TrackTable, timestampScaleNs: UInt32
    ) {
        self.initialization = initialization
        tracks = table.ingestTracks
        readers = FrameReader.all(of: initialization.tracks, tracks, limits: limits)
        awaitsFirstFrames = false
        isHeaderDue = false
        for index in tracks.indices where tracks[index].number > 0 {
            let isVideo = tracks[index].isVideo
            let codec = initialization.tracks[Int(tracks[index].number) - 1].codec
            tracks[index].mayReorder = isVideo && !CodecName.keepsOrder(codec)
            tracks[index].orderedFrames = tracks[index].mayReorder ? 0 : FrameOrder.enoughFrames
            // A source may be joined in the middle of a group of pictures.
            tracks[index].awaitsKeyframe = isVideo
        }
        timeline.restart(timestampScaleNs: timestampScaleNs)
        order = FrameOrder()
        clusters.restart(tracks: tracks)
        draft = nil
        isDiscontinuityPending = false
        lostBytes = 0
        isLost = false
    }
}
