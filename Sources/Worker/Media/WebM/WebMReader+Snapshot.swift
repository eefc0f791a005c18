// What a reader knows between two elements, except the init, so that another process can go on where
// this one stopped. It follows the writer's part (FragmentWriter+Snapshot).

extension WebMReader {
    private struct Flags: OptionSet {
        let rawValue: UInt8
        static let hasDraft = Flags(rawValue: 1)
        static let hasClusterTicks = Flags(rawValue: 2)
        static let seekingHeader = Flags(rawValue: 4)
        static let lost = Flags(rawValue: 8)
        static let all = Flags(rawValue: 15)
    }

    func appendSnapshot(to bytes: inout [UInt8]) {
        bytes.append(addingCapacity: WebMReader.mostSnapshotBytes) { output in
            output.append(place.rawValue)
            output.append(flags.rawValue)
            output.append(draft?.docType.rawValue ?? 0)
            output.append(draft?.docTypeVersion ?? 0)
            output.append(draft?.docTypeReadVersion ?? 0)
            output.append(bigEndian: UInt64(draft?.scale.ns ?? TickScale.defaultNs), count: 4)
            output.append(bigEndian: skipRemaining, count: 8)
            output.append(bigEndian: segmentRemaining, count: 8)
            output.append(bigEndian: clusterRemaining, count: 8)
            output.append(time: clusterTicks ?? 0)
            output.append(bigEndian: lostBytes, count: 8)
            output.append(bigEndian: UInt64(lacedFramesDone), count: 2)
            output.append(bigEndian: UInt64(scale.ns), count: 4)
            output.append(UInt8(sourceNumbers.count))
            for number in sourceNumbers { output.append(bigEndian: UInt64(number), count: 4) }
            for index in frames.indices { frames[index].packing.append(to: &output) }
        }
    }

    private static let mostSnapshotBytes =
        9 + 5 * 8 + 2 + 4 + 1 + MediaLimits.mostTracks * (4 + FramePacking.mostSnapshotBytes)

    private var flags: Flags {
        var flags: Flags = []
        if draft != nil { flags.insert(.hasDraft) }
        if clusterTicks != nil { flags.insert(.hasClusterTicks) }
        if isSeekingHeader { flags.insert(.seekingHeader) }
        if isLost { flags.insert(.lost) }
        return flags
    }

    /// Goes on where another reader stopped, in a broadcast with this init.
    mutating func restore(
        from reader: inout SnapshotReader, initialization: Initialization?
    ) throws(MediaError) {
        self.initialization = initialization
        guard let place = Place(rawValue: try reader.byte()) else {
            throw .malformed("a parser snapshot has an unknown place")
        }
        self.place = place
        let flags = Flags(rawValue: try reader.byte())
        guard flags.isSubset(of: .all) else { throw .malformed("unknown parser snapshot flags") }
        let draft = try WebMReader.draft(from: &reader)
        self.draft = flags.contains(.hasDraft) ? draft : nil
        skipRemaining = try reader.unsigned(8)
        segmentRemaining = try reader.unsigned(8)
        clusterRemaining = try reader.unsigned(8)
        // A Cluster lies in its Segment, or counting down would take one of them below nothing.
        guard
            clusterRemaining == WebMReader.unknownSize
                || place == .cluster && clusterRemaining <= segmentRemaining
        else { throw .malformed("a parser snapshot's sizes contradict each other") }
        let ticks = try reader.time(0...Timeline.latestMs)
        clusterTicks = flags.contains(.hasClusterTicks) ? ticks : nil
        lostBytes = min(try reader.unsigned(8), UInt64(Int64.max))
        lacedFramesDone = Int(try reader.unsigned(2))
        isLost = flags.contains(.lost)
        isSeekingHeader = flags.contains(.seekingHeader)
        scale = try WebMReader.scale(from: &reader)
        try restoreTracks(from: &reader, served: initialization?.tracks ?? [])
        let needsTracks = place == .cluster || place == .seeking
        guard !needsTracks || initialization != nil else {
            throw .malformed("a parser snapshot needs its init")
        }
    }

    private mutating func restoreTracks(
        from reader: inout SnapshotReader, served: [MediaTrack]
    ) throws(MediaError) {
        let count = Int(try reader.byte())
        guard served.count...MediaLimits.mostTracks ~= count else {
            throw .malformed("a parser snapshot belongs to another init")
        }
        for _ in 0..<count { sourceNumbers.append(UInt32(try reader.unsigned(4))) }
        var packings: [FramePacking] = []
        for _ in served { packings.append(try FramePacking(from: &reader)) }
        frames = FrameReader.all(of: served, packings, limits: limits)
    }

    private static func scale(from reader: inout SnapshotReader) throws(MediaError) -> TickScale {
        let ns = try reader.unsigned(4)
        guard TickScale.acceptedNs.contains(ns) else {
            throw .malformed("a time scale in a parser snapshot is out of range")
        }
        return TickScale(ns: UInt32(ns))
    }

    private static func draft(
        from reader: inout SnapshotReader
    ) throws(MediaError) -> HeaderDraft {
        guard let docType = HeaderDraft.DocType(rawValue: try reader.byte()) else {
            throw .malformed("a parser snapshot has an unknown DocType")
        }
        let versions = (try reader.byte(), try reader.byte())
        return HeaderDraft(docType: docType, versions: versions, scale: try scale(from: &reader))
    }
}

extension FramePacking {
    fileprivate func append(to output: inout OutputSpan<UInt8>) {
        output.append(snapshotFlags)
        for byte in stripped { output.append(byte) }
    }

    fileprivate init(from reader: inout SnapshotReader) throws(MediaError) {
        let first = try reader.byte()
        let rest = try reader.bytes(FramePacking.snapshotBytes(first: first) - 1)
        guard let packing = FramePacking(snapshot: [first] + rest) else {
            throw .malformed("a packing in a parser snapshot is not right")
        }
        self = packing
    }
}
