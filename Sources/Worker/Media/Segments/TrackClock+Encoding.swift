// A track's clock as bytes, in a segment record and in a parser's snapshot. The size follows from the
// track. Both come from files that other processes write, so every number is checked.
//
// Big-endian. Pictures: depth, state (1: the last times follow), earliest, the newest of the last times,
// and how far the others are before it, 4 bytes each, from the least one on. Sound: 255, state (1: the
// count is known), time scale (4 bytes), earliest, count.

extension TrackClock {
    /// The longest encoding.
    package static let mostEncodedBytes = 2 + 8 + 8 + 4 * mostReorderDepth

    private static let soundMark: UInt8 = 255
    /// How far one of the last times may be before the newest one: each frame moves that by a bounded
    /// distance, and after `mostReorderDepth` frames and one more the oldest is gone.
    private static let mostSpread = UInt64(mostReorderDepth + 1) * mostReorderTicks

    /// Appends at most `mostEncodedBytes`.
    func append(to output: inout OutputSpan<UInt8>) {
        guard let reorderDepth else {
            output.append(Self.soundMark)
            output.append(counted == nil ? 0 : 1)
            output.append(bigEndian: UInt64(timescale), count: 4)
            output.append(bigEndian: earliest, count: 8)
            output.append(bigEndian: counted ?? 0, count: 8)
            return
        }
        output.append(UInt8(reorderDepth))
        output.append(shown.isEmpty ? 0 : 1)
        output.append(bigEndian: earliest, count: 8)
        guard reorderDepth > 0 else { return }
        let newest = shown.last ?? 0
        output.append(bigEndian: newest, count: 8)
        for index in 0..<reorderDepth {
            let before = shown.isEmpty ? 0 : newest - shown[index]
            output.append(bigEndian: min(before, Self.mostSpread), count: 4)
        }
    }

    package func encoded() -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(addingCapacity: Self.mostEncodedBytes) { append(to: &$0) }
        return bytes
    }

    /// Nil when the bytes are not exactly one clock.
    package init?(decoding bytes: [UInt8]) {
        var reader = SnapshotReader(bytes: bytes)
        guard let clock = try? TrackClock(from: &reader), reader.isAtEnd else { return nil }
        self = clock
    }

    init(from reader: inout SnapshotReader) throws(MediaError) {
        let kind = try reader.byte()
        let state = try reader.byte()
        guard state <= 1 else { throw .malformed("a clock in an unknown state") }
        if kind == Self.soundMark {
            let rate = UInt32(try reader.unsigned(4))
            guard Self.soundTimescales.contains(rate) else {
                throw .malformed("a clock with an impossible time scale")
            }
            self.init(sampleRateHz: Int(rate))
            earliest = try reader.tick()
            let count = try reader.tick()
            counted = state == 1 ? count : nil
        } else {
            guard kind <= Self.mostReorderDepth else { throw .malformed("an unknown clock") }
            self.init(reorderDepth: Int(kind))
            earliest = try reader.tick()
            if kind > 0 { try readShown(from: &reader, depth: Int(kind), isFresh: state == 0) }
        }
    }

    private mutating func readShown(
        from reader: inout SnapshotReader, depth: Int, isFresh: Bool
    ) throws(MediaError) {
        let newest = try reader.tick()
        var times: [UInt64] = []
        for _ in 0..<depth {
            let before = try reader.unsigned(4)
            guard before <= min(Self.mostSpread, newest), newest - before >= times.last ?? 0 else {
                throw .malformed("the times of a clock are not right")
            }
            times.append(newest - before)
        }
        if !isFresh { shown = times + [newest] }
    }
}

extension SnapshotReader {
    fileprivate mutating func tick() throws(MediaError) -> UInt64 {
        let value = try unsigned(8)
        guard value < TrackClock.latest else { throw .malformed("a clock is out of range") }
        return value
    }
}
