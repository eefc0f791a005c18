// What is known of the segments between two frames, as a part of the parser's snapshot that can be read
// without the rest: a broadcast that begins anew in the same ring goes on from it. It comes back from a
// file, and every number is checked.

extension SegmentWriter {
    private struct Flags: OptionSet {
        let rawValue: UInt8
        static let hasRule = Flags(rawValue: 1)
        static let followsAnother = Flags(rawValue: 2)
        static let hasBegun = Flags(rawValue: 4)
        static let hasWall = Flags(rawValue: 8)
        static let wallDue = Flags(rawValue: 16)
        static let all = Flags(rawValue: 31)
    }

    /// From the beginning of a ring's media to the year 9999, either way.
    private static let wallOffsets: ClosedRange<Int64> =
        -Timeline.latestMs...Int64(SegmentRecord.latestWallMs)

    private var flags: Flags {
        var flags: Flags = []
        if rule != nil { flags.insert(.hasRule) }
        if followsAnother { flags.insert(.followsAnother) }
        if begunAtMs != nil { flags.insert(.hasBegun) }
        if wallOffsetMs != nil { flags.insert(.hasWall) }
        if isWallDue { flags.insert(.wallDue) }
        return flags
    }

    func append(to output: inout OutputSpan<UInt8>) {
        output.append(flags.rawValue)
        output.append(bigEndian: nextOrdinal, count: 8)
        output.append(bigEndian: discontinuities, count: 8)
        output.append(time: begunAtMs ?? 0)
        output.append(time: wallOffsetMs ?? 0)
        output.append(UInt8(clocks.count))
        for clock in clocks { clock.append(to: &output) }
        guard let rule else {
            planner.append(to: &output)
            return
        }
        rule.plan.append(to: &output)
        output.append(bigEndian: UInt64(rule.pictureDistanceMs), count: 4)
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
        let begunMs = try reader.time(0...Timeline.latestMs)
        begunAtMs = flags.contains(.hasBegun) ? begunMs : nil
        let offsetMs = try reader.time(Self.wallOffsets)
        wallOffsetMs = flags.contains(.hasWall) ? offsetMs : nil
        isWallDue = flags.contains(.wallDue)
        let count = Int(try reader.byte())
        guard count <= MediaLimits.mostTracks else {
            throw .malformed("there are too many clocks")
        }
        for _ in 0..<count { clocks.append(try TrackClock(from: &reader)) }
        guard flags.contains(.hasRule) else {
            planner = try SegmentPlanner(from: &reader)
            return
        }
        let plan = try SegmentPlan(from: &reader)
        let distanceMs = Int64(try reader.unsigned(4))
        guard distanceMs <= plan.targetDurationMs else {
            throw .malformed("a plan of segments is out of range")
        }
        rule = SegmentRule(plan: plan, pictureDistanceMs: distanceMs)
    }
}

extension SegmentPlanner {
    private struct Flags: OptionSet {
        let rawValue: UInt8
        static let hasBegun = Flags(rawValue: 1)
        static let hasKey = Flags(rawValue: 2)
        static let hasPicture = Flags(rawValue: 4)
        static let hasArrival = Flags(rawValue: 8)
        static let all = Flags(rawValue: 15)
    }

    private var flags: Flags {
        var flags: Flags = []
        if firstMs != nil { flags.insert(.hasBegun) }
        if lastKeyMs != nil { flags.insert(.hasKey) }
        if lastPictureMs != nil { flags.insert(.hasPicture) }
        if firstArrivalMs != nil { flags.insert(.hasArrival) }
        return flags
    }

    fileprivate func append(to output: inout OutputSpan<UInt8>) {
        output.append(flags.rawValue)
        output.append(keyDistances)
        for timeMs in [firstMs, newestMs, lastKeyMs, lastPictureMs] {
            output.append(time: timeMs ?? 0)
        }
        for ms in [shortestKeyMs, longestKeyMs, longestPictureMs, longestSoundMs] {
            output.append(bigEndian: UInt64(ms), count: 4)
        }
        output.append(bigEndian: firstArrivalMs ?? 0, count: 8)
        output.append(bigEndian: lastArrivalMs, count: 8)
        output.append(bigEndian: UInt64(laterArrivals), count: 4)
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
        let picture = try reader.time(times)
        lastPictureMs = flags.contains(.hasPicture) ? picture : nil
        shortestKeyMs = min(Int64(try reader.unsigned(4)), Self.longestMs)
        longestKeyMs = min(Int64(try reader.unsigned(4)), Self.longestMs)
        longestPictureMs = min(Int64(try reader.unsigned(4)), Self.longestMs)
        longestSoundMs = min(Int64(try reader.unsigned(4)), Self.longestMs)
        let arrivalMs = try reader.unsigned(8)
        firstArrivalMs = flags.contains(.hasArrival) ? arrivalMs : nil
        lastArrivalMs = try reader.unsigned(8)
        laterArrivals = UInt32(try reader.unsigned(4))
        guard lastArrivalMs >= arrivalMs, laterArrivals <= Self.mostArrivals else {
            throw .malformed("the arrivals of a plan are out of range")
        }
    }
}
