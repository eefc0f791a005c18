// What a writer knows between two frames, except for waiting frames and the contents of the init, so
// that another process can go on where this one stopped.

extension FragmentWriter {
    private struct Flags: OptionSet {
        let rawValue: UInt16
        static let clusterOpen = Flags(rawValue: 1)
        static let soundCluster = Flags(rawValue: 2)
        static let hasPicture = Flags(rawValue: 4)
        static let discontinuity = Flags(rawValue: 8)
        static let continues = Flags(rawValue: 16)
        static let fresh = Flags(rawValue: 32)
        static let hasNewest = Flags(rawValue: 64)
        static let disorder = Flags(rawValue: 128)
        static let breakPending = Flags(rawValue: 256)
        static let all = Flags(rawValue: 511)
    }

    private struct TrackFlags: OptionSet {
        let rawValue: UInt8
        static let video = TrackFlags(rawValue: 1)
        static let fixedDuration = TrackFlags(rawValue: 2)
        static let hasTime = TrackFlags(rawValue: 4)
        static let awaitsKeyframe = TrackFlags(rawValue: 8)
        static let hasArrived = TrackFlags(rawValue: 16)
        static let all = TrackFlags(rawValue: 31)
    }

    private static let times = 0...Timeline.latestMs

    /// The version of the bytes written here and by the reader after it.
    private static let version: UInt8 = 6

    /// What belongs to a snapshot and has no room in it: the set-up of pictures, and frames that wait.
    var carried: [UInt8] { segments.setUp.carried + order.encoded() }

    static func mostCarriedBytes(_ limits: MediaLimits) -> Int {
        PictureSetUp.mostEncodedBytes + FrameOrder.mostEncodedBytes(limits)
    }

    /// Begins a snapshot; the reader's part follows. `carried` belongs to it.
    func snapshot() -> [UInt8] {
        var copy = self
        return copy.snapshotInPlace()
    }

    /// The same for each fragment. It changes nothing; but a writer is large, and is not copied for this.
    mutating func snapshotInPlace() -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(addingCapacity: WebMIngest.stateMostBytes) { output in
            output.append(FragmentWriter.version)
            segments.append(to: &output)
            output.append(bigEndian: UInt64(flags.rawValue), count: 2)
            output.append(time: timeline.offsetMs)
            output.append(time: timeline.continueAtMs ?? 0)
            output.append(time: timeline.nextMs)
            output.append(time: timeline.newestMs ?? 0)
            output.append(time: clusters.startMs)
            output.append(time: clusters.lastMs)
            output.append(time: clusters.lastPictureMs ?? 0)
            output.append(time: clusters.pictureDistanceMs)
            output.append(time: order.disorderMs ?? 0)
            output.append(bigEndian: UInt64(segments.setUp.picture?.encodedBytes ?? 0), count: 2)
            output.append(bigEndian: UInt64(order.encodedBytes), count: 4)
            output.append(UInt8(tracks.count))
            for track in tracks {
                output.append(FragmentWriter.flags(of: track).rawValue)
                output.append(bigEndian: UInt64(track.frameDurationMs), count: 2)
                output.append(time: track.lastTimeMs ?? 0)
                output.append(time: track.offsetMs)
                output.append(time: track.arrivedMs ?? 0)
                output.append(track.orderedFrames)
            }
        }
        return bytes
    }

    private var flags: Flags {
        var flags: Flags = []
        if clusters.isOpen { flags.insert(.clusterOpen) }
        if clusters.isForSound { flags.insert(.soundCluster) }
        if clusters.lastPictureMs != nil { flags.insert(.hasPicture) }
        if isDiscontinuityPending { flags.insert(.discontinuity) }
        if timeline.continueAtMs != nil { flags.insert(.continues) }
        if timeline.isFresh { flags.insert(.fresh) }
        if timeline.newestMs != nil { flags.insert(.hasNewest) }
        if order.disorderMs != nil { flags.insert(.disorder) }
        if isBreakPending { flags.insert(.breakPending) }
        return flags
    }

    private static func flags(of track: TrackProgress) -> TrackFlags {
        var flags: TrackFlags = []
        if track.isVideo { flags.insert(.video) }
        if track.hasFixedDuration { flags.insert(.fixedDuration) }
        if track.lastTimeMs != nil { flags.insert(.hasTime) }
        if track.awaitsKeyframe { flags.insert(.awaitsKeyframe) }
        if track.arrivedMs != nil { flags.insert(.hasArrived) }
        return flags
    }

    /// Goes on where another writer stopped. Returns how many of the carried bytes are the set-up of
    /// pictures, and then waiting frames: they are for `restore(carried:)`.
    mutating func restore(
        from reader: inout SnapshotReader, served: [MediaTrack]
    ) throws(MediaError) -> (setUpBytes: Int, heldBytes: Int) {
        segments = try FragmentWriter.segments(from: &reader)
        guard segments.haveClocks(like: served.map { TrackClock(for: $0) }) else {
            throw .malformed("a parser snapshot belongs to another init")
        }
        segments.adopt(served)
        let flags = Flags(rawValue: UInt16(try reader.unsigned(2)))
        guard flags.isSubset(of: .all) else { throw .malformed("unknown parser snapshot flags") }
        timeline.offsetMs = try reader.time(Timeline.offsets)
        let continueAtMs = try reader.time(FragmentWriter.times)
        timeline.continueAtMs = flags.contains(.continues) ? continueAtMs : nil
        timeline.nextMs = try reader.time(0...2 * Timeline.latestMs)
        timeline.isFresh = flags.contains(.fresh)
        let newestMs = try reader.time(FragmentWriter.times)
        timeline.newestMs = flags.contains(.hasNewest) ? newestMs : nil
        clusters.startMs = try reader.time(FragmentWriter.times)
        clusters.lastMs = try reader.time(FragmentWriter.times)
        let lastPictureMs = try reader.time(FragmentWriter.times)
        clusters.lastPictureMs = flags.contains(.hasPicture) ? lastPictureMs : nil
        clusters.pictureDistanceMs = try reader.time(0...ClusterWriter.longestPictureDistanceMs)
        clusters.isOpen = flags.contains(.clusterOpen)
        clusters.isForSound = flags.contains(.soundCluster)
        isDiscontinuityPending = flags.contains(.discontinuity)
        isBreakPending = flags.contains(.breakPending)
        let disorderMs = try reader.time(FragmentWriter.times)
        order.disorderMs = flags.contains(.disorder) ? disorderMs : nil
        let setUpBytes = Int(try reader.unsigned(2))
        let heldBytes = Int(try reader.unsigned(4))
        guard Int(try reader.byte()) == served.count else {
            throw .malformed("a parser snapshot belongs to another init")
        }
        for (index, track) in served.enumerated() {
            tracks.append(try FragmentWriter.progress(of: track, at: index, from: &reader))
        }
        clusters.adopt(tracks: tracks)
        return (setUpBytes, heldBytes)
    }

    /// Takes over what was carried; returns the rest.
    mutating func restore(
        carried bytes: [UInt8], _ counts: (setUpBytes: Int, heldBytes: Int)
    ) throws(MediaError) -> ArraySlice<UInt8> {
        let end = counts.setUpBytes + counts.heldBytes
        guard end <= bytes.count else {
            throw .malformed("frames in a parser snapshot are cut off")
        }
        try segments.setUp.restore(from: bytes[..<counts.setUpBytes])
        segments.resumeSetUp()
        try order.restore(
            from: bytes[counts.setUpBytes..<end], tracks: tracks, limits: limits)
        return bytes[end...]
    }

    /// The first part of a snapshot, which can be read without the init.
    static func segments(from reader: inout SnapshotReader) throws(MediaError) -> SegmentWriter {
        guard try reader.byte() == FragmentWriter.version else {
            throw .malformed("a parser snapshot of another version")
        }
        return try SegmentWriter(from: &reader)
    }

    private static func progress(
        of served: MediaTrack, at index: Int, from reader: inout SnapshotReader
    ) throws(MediaError) -> TrackProgress {
        let flags = TrackFlags(rawValue: try reader.byte())
        guard flags.isSubset(of: .all) else { throw .malformed("unknown parser snapshot flags") }
        let durationMs = UInt16(try reader.unsigned(2))
        let isFixed = flags.contains(.fixedDuration)
        var track = TrackProgress(
            served, at: index, fixedDurationMs: isFixed ? durationMs : nil)
        guard track.isVideo == flags.contains(.video) else {
            throw .malformed("a parser snapshot belongs to another init")
        }
        track.frameDurationMs = durationMs
        let lastTimeMs = try reader.time(times)
        track.lastTimeMs = flags.contains(.hasTime) ? lastTimeMs : nil
        track.awaitsKeyframe = flags.contains(.awaitsKeyframe)
        track.offsetMs = try reader.time(Timeline.offsets)
        let arrivedMs = try reader.time(times)
        track.arrivedMs = flags.contains(.hasArrived) ? arrivedMs : nil
        track.orderedFrames = try reader.byte()
        return track
    }
}
