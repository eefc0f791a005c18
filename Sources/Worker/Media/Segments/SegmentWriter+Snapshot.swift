// What is known of the segments between two frames, as a part of the parser's snapshot that can be read
// without the rest: a broadcast that begins anew in the same ring goes on from it. It comes back from a
// file, and every number is checked.

extension SegmentWriter {
    private struct Flags: OptionSet {
        let rawValue: UInt8
        static let hasRule = Flags(rawValue: 1)
        static let followsAnother = Flags(rawValue: 2)
        static let hasBegun = Flags(rawValue: 4)
        static let dependent = Flags(rawValue: 8)
        static let jumpPending = Flags(rawValue: 16)
        static let newSetUp = Flags(rawValue: 32)
        static let hasPace = Flags(rawValue: 64)
        static let all = Flags(rawValue: 127)
    }

    private var flags: Flags {
        var flags: Flags = []
        if setUp.isNew { flags.insert(.newSetUp) }
        if rule != nil { flags.formUnion([.hasRule, .hasPace]) }
        if followsAnother { flags.insert(.followsAnother) }
        if begunAtMs != nil { flags.insert(.hasBegun) }
        if isDependent { flags.insert(.dependent) }
        if isJumpPending { flags.insert(.jumpPending) }
        return flags
    }

    func append(to output: inout OutputSpan<UInt8>) {
        output.append(flags.rawValue)
        output.append(bigEndian: nextOrdinal, count: 8)
        output.append(bigEndian: discontinuities, count: 8)
        output.append(time: begunAtMs ?? 0)
        output.append(time: unbrokenSinceMs)
        wall.append(to: &output)
        output.append(UInt8(clocks.count))
        for clock in clocks { clock.append(to: &output) }
        held.append(to: &output)
        output.append(pictureSetUp?.code ?? 0)
        output.append(bigEndian: setUp.since, count: 8)
        guard let rule else {
            planner.append(to: &output)
            return
        }
        rule.plan.append(to: &output)
        output.append(bigEndian: UInt64(rule.pictureDistanceMs), count: 4)
        pace.append(to: &output)
    }

    init(from reader: inout SnapshotReader) throws(MediaError) {
        let flags = Flags(rawValue: try reader.byte())
        guard flags.isSubset(of: .all) else { throw .malformed("unknown flags of segments") }
        nextOrdinal = try reader.unsigned(8)
        discontinuities = try reader.unsigned(8)
        guard 1...SegmentRecord.greatestOrdinal ~= nextOrdinal,
            discontinuities <= SegmentRecord.greatestOrdinal
        else { throw .malformed("the number of a segment is out of range") }
        followsAnother = flags.contains(.followsAnother)
        isDependent = flags.contains(.dependent)
        isJumpPending = flags.contains(.jumpPending)
        let begunMs = try reader.time(0...Timeline.latestMs)
        begunAtMs = flags.contains(.hasBegun) ? begunMs : nil
        unbrokenSinceMs = try reader.time(0...Timeline.latestMs)
        wall = try WallOffset(from: &reader)
        let count = Int(try reader.byte())
        guard count <= MediaLimits.mostTracks else {
            throw .malformed("there are too many clocks")
        }
        for _ in 0..<count { clocks.append(try TrackClock(from: &reader)) }
        held = try HeldPicture(from: &reader)
        pictureSetUp = try AV1.Repeating(from: &reader)
        setUp.since = min(try reader.unsigned(8), SegmentRecord.greatestOrdinal)
        setUp.isNew = flags.contains(.newSetUp)
        guard flags.contains(.hasRule) else {
            planner = try SegmentPlanner(from: &reader)
            return
        }
        let plan = try SegmentPlan(from: &reader)
        let distanceMs = Int64(try reader.unsigned(4))
        guard distanceMs <= GreatestDistances.longestMs else {
            throw .malformed("a plan of segments is out of range")
        }
        rule = SegmentRule(plan: plan, pictureDistanceMs: distanceMs)
        // Snapshots of earlier versions have none.
        if flags.contains(.hasPace) { pace = try PaceKeeper(from: &reader) }
    }
}

extension SetUpProgress {
    /// What goes with a snapshot, which has no room for it.
    var carried: [UInt8] {
        guard let picture else { return [] }
        var bytes: [UInt8] = []
        bytes.append(addingCapacity: picture.encodedBytes) { picture.append(to: &$0) }
        return bytes
    }

    mutating func restore(from carried: ArraySlice<UInt8>) throws(MediaError) {
        guard !carried.isEmpty else { return }
        var reader = SnapshotReader(bytes: [UInt8](carried))
        picture = try PictureSetUp(from: &reader)
        guard reader.isAtEnd else {
            throw .malformed("the set-up of a picture has bytes left over")
        }
    }
}

extension WallOffset {
    private struct Flags: OptionSet {
        let rawValue: UInt8
        static let hasOffset = Flags(rawValue: 1)
        static let hasSoonest = Flags(rawValue: 2)
        static let closed = Flags(rawValue: 4)
        static let due = Flags(rawValue: 8)
        static let all = Flags(rawValue: 15)
    }

    private var flags: Flags {
        var flags: Flags = []
        if offsetMs != nil { flags.insert(.hasOffset) }
        if soonestMs != nil { flags.insert(.hasSoonest) }
        if isClosed { flags.insert(.closed) }
        if isDue { flags.insert(.due) }
        return flags
    }

    fileprivate func append(to output: inout OutputSpan<UInt8>) {
        output.append(flags.rawValue)
        output.append(time: offsetMs ?? 0)
        output.append(time: soonestMs ?? 0)
        output.append(bigEndian: improvedAtMs, count: 8)
    }

    fileprivate init(from reader: inout SnapshotReader) throws(MediaError) {
        let flags = Flags(rawValue: try reader.byte())
        guard flags.isSubset(of: .all) else { throw .malformed("unknown flags of a time of day") }
        let offset = try reader.time(Self.range)
        let soonest = try reader.time(Self.range)
        offsetMs = flags.contains(.hasOffset) ? offset : nil
        soonestMs = flags.contains(.hasSoonest) ? soonest : nil
        improvedAtMs = try reader.unsigned(8)
        isClosed = flags.contains(.closed)
        isDue = flags.contains(.due)
    }
}

extension SegmentPlanner {
    private struct Flags: OptionSet {
        let rawValue: UInt8
        static let hasBegun = Flags(rawValue: 1)
        static let hasKey = Flags(rawValue: 2)
        static let hasPicture = Flags(rawValue: 4)
        static let all = Flags(rawValue: 7)
    }

    private var flags: Flags {
        var flags: Flags = []
        if firstMs != nil { flags.insert(.hasBegun) }
        if lastKeyMs != nil { flags.insert(.hasKey) }
        if hasPicture { flags.insert(.hasPicture) }
        return flags
    }

    fileprivate func append(to output: inout OutputSpan<UInt8>) {
        output.append(flags.rawValue)
        output.append(keyDistances)
        for timeMs in [firstMs, newestMs, lastKeyMs] {
            output.append(time: timeMs ?? 0)
        }
        for ms in [shortestKeyMs, longestKeyMs] { output.append(bigEndian: UInt64(ms), count: 4) }
        pictures.append(to: &output)
        sounds.append(to: &output)
        arrivals.append(to: &output)
    }

    fileprivate init(from reader: inout SnapshotReader) throws(MediaError) {
        let flags = Flags(rawValue: try reader.byte())
        guard flags.isSubset(of: .all) else { throw .malformed("unknown flags of a plan") }
        keyDistances = try reader.byte()
        let times = 0...Timeline.latestMs
        let first = try reader.time(times)
        firstMs = flags.contains(.hasBegun) ? first : nil
        newestMs = try reader.time(times)
        let key = try reader.time(times)
        lastKeyMs = flags.contains(.hasKey) ? key : nil
        hasPicture = flags.contains(.hasPicture)
        shortestKeyMs = min(Int64(try reader.unsigned(4)), GreatestDistances.longestMs)
        longestKeyMs = min(Int64(try reader.unsigned(4)), GreatestDistances.longestMs)
        pictures = try GreatestDistances(from: &reader)
        sounds = try GreatestDistances(from: &reader)
        arrivals = try ArrivalMeter(from: &reader)
    }
}
