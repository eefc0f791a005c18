// A parser snapshot: everything a parser knows between two elements except the init and what it
// carries, in at most `stateMostBytes` bytes, so that another process can go on where this one
// stopped. Version 2, big-endian. A snapshot comes back from a file and is checked like any other
// input.

extension WebMIngest {
    /// The longest snapshot.
    package static let stateMostBytes = 512

    private static let stateVersion: UInt8 = 2

    private struct Flags: OptionSet {
        let rawValue: UInt16
        static let hasDraft = Flags(rawValue: 1)
        static let clusterOpen = Flags(rawValue: 2)
        static let hasClusterTicks = Flags(rawValue: 4)
        static let discontinuity = Flags(rawValue: 8)
        static let continues = Flags(rawValue: 16)
        static let fresh = Flags(rawValue: 32)
        static let seekingHeader = Flags(rawValue: 64)
        static let lost = Flags(rawValue: 128)
        static let soundCluster = Flags(rawValue: 256)
        static let hasPicture = Flags(rawValue: 512)
        static let hasNewest = Flags(rawValue: 1_024)
        static let disorder = Flags(rawValue: 2_048)
        static let all = Flags(rawValue: 4_095)
    }

    private struct TrackFlags: OptionSet {
        let rawValue: UInt8
        static let video = TrackFlags(rawValue: 1)
        static let leading = TrackFlags(rawValue: 2)
        static let fixedDuration = TrackFlags(rawValue: 4)
        static let hasTime = TrackFlags(rawValue: 8)
        static let awaitsKeyframe = TrackFlags(rawValue: 16)
        static let mayReorder = TrackFlags(rawValue: 32)
        static let hasArrived = TrackFlags(rawValue: 64)
    }

    /// A snapshot of at most `stateMostBytes` bytes, true at any moment between two calls. Together
    /// with `carry` and the init it is all that `init(resuming:carry:initialization:limits:)`
    /// needs.
    package func state() -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(WebMIngest.stateMostBytes)
        bytes.append(WebMIngest.stateVersion)
        bytes.append(place.rawValue)
        bytes.appendBigEndian(UInt64(stateFlags.rawValue), count: 2)
        bytes.append(draft?.docType.rawValue ?? 0)
        bytes.append(draft?.docTypeVersion ?? 0)
        bytes.append(draft?.docTypeReadVersion ?? 0)
        bytes.appendBigEndian(UInt64(draft?.timestampScaleNs ?? 0), count: 4)
        bytes.appendBigEndian(skipRemaining, count: 8)
        bytes.appendBigEndian(segmentRemaining, count: 8)
        bytes.appendBigEndian(clusterRemaining, count: 8)
        bytes.appendBigEndian(UInt64(bitPattern: clusterTicks ?? 0), count: 8)
        bytes.appendBigEndian(lostBytes, count: 8)
        bytes.appendBigEndian(UInt64(lacedFramesDone), count: 2)
        bytes.appendBigEndian(UInt64(timeline.timestampScaleNs), count: 4)
        bytes.append(time: timeline.offsetMs)
        bytes.append(time: timeline.continueAtMs ?? 0)
        bytes.append(time: timeline.nextMs)
        bytes.append(time: timeline.newestMs ?? 0)
        bytes.append(time: clusters.startMs)
        bytes.append(time: clusters.lastMs)
        bytes.append(time: clusters.lastPictureMs ?? 0)
        bytes.append(time: order.disorderMs ?? 0)
        bytes.appendBigEndian(UInt64(order.encodedBytes), count: 4)
        bytes.append(UInt8(tracks.count))
        for track in tracks {
            bytes.append(track: track, flags: WebMIngest.flags(of: track).rawValue)
        }
        precondition(bytes.count <= WebMIngest.stateMostBytes)
        return bytes
    }

    private var stateFlags: Flags {
        var flags: Flags = []
        if draft != nil { flags.insert(.hasDraft) }
        if clusters.isOpen { flags.insert(.clusterOpen) }
        if clusterTicks != nil { flags.insert(.hasClusterTicks) }
        if isDiscontinuityPending { flags.insert(.discontinuity) }
        if timeline.continueAtMs != nil { flags.insert(.continues) }
        if timeline.isFresh { flags.insert(.fresh) }
        if isSeekingHeader { flags.insert(.seekingHeader) }
        if isLost { flags.insert(.lost) }
        if clusters.isForSound { flags.insert(.soundCluster) }
        if clusters.lastPictureMs != nil { flags.insert(.hasPicture) }
        if timeline.newestMs != nil { flags.insert(.hasNewest) }
        if order.disorderMs != nil { flags.insert(.disorder) }
        return flags
    }

    private static func flags(of track: IngestTrack) -> TrackFlags {
        var flags: TrackFlags = []
        if track.isVideo { flags.insert(.video) }
        if track.isLeading { flags.insert(.leading) }
        if track.hasFixedDuration { flags.insert(.fixedDuration) }
        if track.lastTimeMs != nil { flags.insert(.hasTime) }
        if track.awaitsKeyframe { flags.insert(.awaitsKeyframe) }
        if track.mayReorder { flags.insert(.mayReorder) }
        if track.arrivedMs != nil { flags.insert(.hasArrived) }
        return flags
    }

    /// Goes on exactly where another parser stopped: `state` and `carry` as that one gave them, or
    /// the `state` of a fragment and no carry. `initialization` is the stream's; nil if there was
    /// none yet. Throws `malformed` when the pieces do not belong together.
    package init(
        resuming state: [UInt8], carry: [UInt8], initialization: Initialization?,
        limits: MediaLimits
    ) throws(MediaError) {
        self.init(limits: limits)
        guard state.count <= WebMIngest.stateMostBytes else {
            throw .malformed("a parser snapshot is too long")
        }
        guard carry.count <= WebMIngest.mostCarryBytes(limits) else {
            throw .tooLarge("what a parser snapshot carries")
        }
        var reader = StateReader(bytes: state)
        guard try reader.unsigned(1) == UInt64(WebMIngest.stateVersion),
            let place = Place(rawValue: UInt8(try reader.unsigned(1)))
        else { throw .malformed("a parser snapshot of another version") }
        let flags = Flags(rawValue: UInt16(try reader.unsigned(2)))
        guard flags.isSubset(of: .all) else { throw .malformed("unknown parser snapshot flags") }
        self.place = place
        self.initialization = initialization
        try restoreInput(from: &reader, flags: flags)
        let heldBytes = try restoreOutput(from: &reader, flags: flags)
        tracks = try WebMIngest.tracks(from: &reader, initialization: initialization)
        guard reader.isAtEnd else { throw .malformed("a parser snapshot has bytes left over") }
        let needsTracks = place == .cluster || place == .seeking || clusters.isOpen
        guard !needsTracks || initialization != nil else {
            throw .malformed("a parser snapshot needs its init")
        }
        guard heldBytes <= carry.count else {
            throw .malformed("frames in a parser snapshot are cut off")
        }
        try order.restore(from: carry[..<heldBytes], tracks: tracks, limits: limits)
        clusters.adopt(tracks: tracks)
        readers = FrameReader.all(of: initialization?.tracks ?? [], tracks, limits: limits)
        adopt(carry: [UInt8](carry[heldBytes...]))
    }

    /// The most that `carry` ever has: frames that wait, and an unfinished element.
    package static func mostCarryBytes(_ limits: MediaLimits) -> Int {
        FrameOrder.mostEncodedBytes(limits) + limits.blockBytes + limits.elementBytes
            + ElementHeader.mostBytes
    }

    private mutating func restoreInput(
        from reader: inout StateReader, flags: Flags
    ) throws(MediaError) {
        draft = try reader.draft(isPresent: flags.contains(.hasDraft))
        skipRemaining = try reader.unsigned(8)
        segmentRemaining = try reader.unsigned(8)
        clusterRemaining = try reader.unsigned(8)
        // A Cluster lies in its Segment, or counting down would take one of them below nothing.
        guard
            clusterRemaining == WebMIngest.unknownSize
                || place == .cluster && clusterRemaining <= segmentRemaining
        else { throw .malformed("a parser snapshot's sizes contradict each other") }
        let ticks = try reader.time(0...Timeline.latestMs)
        clusterTicks = flags.contains(.hasClusterTicks) ? ticks : nil
        lostBytes = min(try reader.unsigned(8), UInt64(Int64.max))
        lacedFramesDone = Int(try reader.unsigned(2))
        isLost = flags.contains(.lost)
        isSeekingHeader = flags.contains(.seekingHeader)
    }

    /// Returns how much of what is carried are frames that wait.
    private mutating func restoreOutput(
        from reader: inout StateReader, flags: Flags
    ) throws(MediaError) -> Int {
        timeline = try reader.timeline(
            continues: flags.contains(.continues), isFresh: flags.contains(.fresh))
        let times = 0...Timeline.latestMs
        let newestMs = try reader.time(times)
        timeline.newestMs = flags.contains(.hasNewest) ? newestMs : nil
        clusters.startMs = try reader.time(times)
        clusters.lastMs = try reader.time(times)
        let lastPictureMs = try reader.time(times)
        clusters.lastPictureMs = flags.contains(.hasPicture) ? lastPictureMs : nil
        clusters.isOpen = flags.contains(.clusterOpen)
        clusters.isForSound = flags.contains(.soundCluster)
        isDiscontinuityPending = flags.contains(.discontinuity)
        let disorderMs = try reader.time(times)
        order.disorderMs = flags.contains(.disorder) ? disorderMs : nil
        return Int(try reader.unsigned(4))
    }

    private static func tracks(
        from reader: inout StateReader, initialization: Initialization?
    ) throws(MediaError) -> [IngestTrack] {
        let count = Int(try reader.unsigned(1))
        guard count <= MediaLimits.mostTracks else {
            throw .malformed("a parser snapshot has too many tracks")
        }
        var tracks: [IngestTrack] = []
        for _ in 0..<count {
            let sourceNumber = UInt32(try reader.unsigned(4))
            let number = UInt8(try reader.unsigned(1))
            let flags = TrackFlags(rawValue: UInt8(try reader.unsigned(1)))
            let durationMs = UInt16(try reader.unsigned(2))
            let lastTimeMs = try reader.time(0...Timeline.latestMs)
            var track = IngestTrack(
                sourceNumber: sourceNumber, number: number, isVideo: flags.contains(.video),
                isLeading: flags.contains(.leading), blockDurationMs: durationMs,
                hasFixedDuration: flags.contains(.fixedDuration),
                lastTimeMs: flags.contains(.hasTime) ? lastTimeMs : nil)
            track.awaitsKeyframe = flags.contains(.awaitsKeyframe)
            track.mayReorder = flags.contains(.mayReorder)
            track.offsetMs = try reader.time(Timeline.offsets)
            let arrivedMs = try reader.time(0...Timeline.latestMs)
            track.arrivedMs = flags.contains(.hasArrived) ? arrivedMs : nil
            track.orderedFrames = UInt8(try reader.unsigned(1))
            let first = UInt8(try reader.unsigned(1))
            let rest = try reader.bytes(FramePacking.snapshotBytes(first: first) - 1)
            guard let packing = FramePacking(snapshot: [first] + rest) else {
                throw .malformed("a packing in a parser snapshot is not right")
            }
            track.packing = packing
            tracks.append(track)
        }
        // Those that are served come first.
        let kept = [IngestTrack](tracks.prefix { $0.number > 0 })
        let served = initialization?.tracks ?? []
        guard kept.count == served.count,
            !tracks.dropFirst(kept.count).contains(where: { $0.number > 0 }),
            zip(kept, served).allSatisfy({
                UInt64($0.number) == $1.number && $0.isVideo == ($1.kind == .video)
            })
        else { throw .malformed("a parser snapshot belongs to another init") }
        return tracks
    }
}

extension [UInt8] {
    fileprivate mutating func append(track: IngestTrack, flags: UInt8) {
        appendBigEndian(UInt64(track.sourceNumber), count: 4)
        append(track.number)
        append(flags)
        appendBigEndian(UInt64(track.blockDurationMs), count: 2)
        append(time: track.lastTimeMs ?? 0)
        append(time: track.offsetMs)
        append(time: track.arrivedMs ?? 0)
        append(track.orderedFrames)
        append(contentsOf: track.packing.snapshot)
    }

    fileprivate mutating func append(time: Int64) {
        appendBigEndian(UInt64(bitPattern: time), count: 8)
    }
}

/// Takes a snapshot apart, front to back.
struct StateReader {
    let bytes: [UInt8]
    private var position = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { position == bytes.count }

    mutating func unsigned(_ count: Int) throws(MediaError) -> UInt64 {
        guard bytes.count - position >= count else {
            throw .malformed("a parser snapshot is cut off")
        }
        var value: UInt64 = 0
        for index in position..<position + count { value = value << 8 | UInt64(bytes[index]) }
        position += count
        return value
    }

    mutating func bytes(_ count: Int) throws(MediaError) -> [UInt8] {
        guard count >= 0, bytes.count - position >= count else {
            throw .malformed("a parser snapshot is cut off")
        }
        position += count
        return [UInt8](bytes[position - count..<position])
    }

    mutating func time(_ range: ClosedRange<Int64>) throws(MediaError) -> Int64 {
        let value = Int64(bitPattern: try unsigned(8))
        guard range.contains(value) else {
            throw .malformed("a time in a parser snapshot is out of range")
        }
        return value
    }

    private mutating func timestampScaleNs() throws(MediaError) -> UInt32 {
        let value = try unsigned(4)
        guard HeaderDraft.timestampScalesNs.contains(value) else {
            throw .malformed("a time scale in a parser snapshot is out of range")
        }
        return UInt32(value)
    }

    mutating func draft(isPresent: Bool) throws(MediaError) -> HeaderDraft? {
        guard isPresent else {
            _ = try unsigned(7)
            return nil
        }
        guard let docType = HeaderDraft.DocType(rawValue: UInt8(try unsigned(1))) else {
            throw .malformed("a parser snapshot has an unknown DocType")
        }
        let versions = (UInt8(try unsigned(1)), UInt8(try unsigned(1)))
        return HeaderDraft(
            docType: docType, versions: versions, timestampScaleNs: try timestampScaleNs())
    }

    mutating func timeline(continues: Bool, isFresh: Bool) throws(MediaError) -> Timeline {
        var timeline = Timeline()
        timeline.timestampScaleNs = try timestampScaleNs()
        timeline.offsetMs = try time(Timeline.offsets)
        let continueAtMs = try time(0...Timeline.latestMs)
        timeline.continueAtMs = continues ? continueAtMs : nil
        timeline.nextMs = try time(0...2 * Timeline.latestMs)
        timeline.isFresh = isFresh
        return timeline
    }
}
