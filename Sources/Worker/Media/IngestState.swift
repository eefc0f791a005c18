// A parser snapshot: everything a parser knows between two elements except the init and the bytes
// it carries, in at most `stateMostBytes` bytes, so that another process can go on where this one
// stopped. Version 1, big-endian. A snapshot comes back from a file and is checked like any other
// input.

extension WebMIngest {
    /// The longest snapshot.
    package static let stateMostBytes = 256

    private static let stateVersion: UInt8 = 1

    private struct Flags: OptionSet {
        let rawValue: UInt16
        static let hasDraft = Flags(rawValue: 1)
        static let clusterOpen = Flags(rawValue: 2)
        static let hasClusterTicks = Flags(rawValue: 4)
        static let discontinuity = Flags(rawValue: 8)
        static let continues = Flags(rawValue: 16)
        static let fresh = Flags(rawValue: 32)
        static let seekingHeader = Flags(rawValue: 64)
        static let all = Flags(rawValue: 127)
    }

    private struct TrackFlags: OptionSet {
        let rawValue: UInt8
        static let video = TrackFlags(rawValue: 1)
        static let leading = TrackFlags(rawValue: 2)
        static let fixedDuration = TrackFlags(rawValue: 4)
        static let hasTime = TrackFlags(rawValue: 8)
        static let awaitsKeyframe = TrackFlags(rawValue: 16)
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
        bytes.appendBigEndian(seekScannedBytes, count: 8)
        bytes.appendBigEndian(UInt64(timeline.timestampScaleNs), count: 4)
        for value in [
            timeline.offsetMs, timeline.continueAtMs ?? 0, timeline.nextMs, clusterStartMs,
            lastBlockMs,
        ] {
            bytes.appendBigEndian(UInt64(bitPattern: value), count: 8)
        }
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
        if isClusterOpen { flags.insert(.clusterOpen) }
        if clusterTicks != nil { flags.insert(.hasClusterTicks) }
        if isDiscontinuityPending { flags.insert(.discontinuity) }
        if timeline.continueAtMs != nil { flags.insert(.continues) }
        if timeline.isFresh { flags.insert(.fresh) }
        if isSeekingHeader { flags.insert(.seekingHeader) }
        return flags
    }

    private static func flags(of track: IngestTrack) -> TrackFlags {
        var flags: TrackFlags = []
        if track.isVideo { flags.insert(.video) }
        if track.isLeading { flags.insert(.leading) }
        if track.hasFixedDuration { flags.insert(.fixedDuration) }
        if track.lastTimeMs != nil { flags.insert(.hasTime) }
        if track.awaitsKeyframe { flags.insert(.awaitsKeyframe) }
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
        guard carry.count <= limits.blockBytes + limits.elementBytes + ElementHeader.mostBytes
        else {
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
        try restoreOutput(from: &reader, flags: flags)
        tracks = try WebMIngest.tracks(from: &reader, initialization: initialization)
        guard reader.isAtEnd else { throw .malformed("a parser snapshot has bytes left over") }
        let needsTracks = place == .cluster || place == .seeking || isClusterOpen
        guard !needsTracks || initialization != nil else {
            throw .malformed("a parser snapshot needs its init")
        }
        adopt(carry: carry)
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
        seekScannedBytes = min(try reader.unsigned(8), UInt64(Int64.max))
        isSeekingHeader = flags.contains(.seekingHeader)
    }

    private mutating func restoreOutput(
        from reader: inout StateReader, flags: Flags
    ) throws(MediaError) {
        timeline = try reader.timeline(
            continues: flags.contains(.continues), isFresh: flags.contains(.fresh))
        clusterStartMs = try reader.time(0...Timeline.latestMs)
        lastBlockMs = try reader.time(0...Timeline.latestMs)
        isClusterOpen = flags.contains(.clusterOpen)
        isDiscontinuityPending = flags.contains(.discontinuity)
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
            tracks.append(track)
        }
        let kept = tracks.filter { $0.number > 0 }
        let served = initialization?.tracks ?? []
        guard kept.count == served.count,
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
        appendBigEndian(UInt64(bitPattern: track.lastTimeMs ?? 0), count: 8)
    }
}

/// Takes a snapshot apart, front to back.
private struct StateReader {
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
        let offsets = -4 * Timeline.latestMs...4 * Timeline.latestMs
        timeline.timestampScaleNs = try timestampScaleNs()
        timeline.offsetMs = try time(offsets)
        let continueAtMs = try time(0...Timeline.latestMs)
        timeline.continueAtMs = continues ? continueAtMs : nil
        timeline.nextMs = try time(0...2 * Timeline.latestMs)
        timeline.isFresh = isFresh
        return timeline
    }
}
