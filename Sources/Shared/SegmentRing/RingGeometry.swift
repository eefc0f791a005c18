// The capacities of a ring, fixed for the life of its file. Pure values; all sizes in bytes.

/// How much a ring holds. Equal geometries have equal files.
package struct RingGeometry: Equatable, Sendable {
    /// Media held, a power of two.
    package let dataBytes: Int
    /// Fragments held, a power of two.
    package let entries: Int
    /// Room for the initialization that every viewer gets first.
    package let initializationBytes: Int
    /// Room for unfinished input between two bodies (see `RingWriter.suspend`).
    package let carryBytes: Int
    /// Room for the writer's own state (see `RingWriter.append`).
    package let stateBytes: Int

    /// The smallest data area is one page, because it is mapped twice in a row. The largest keeps
    /// every length in 32 bits.
    package static let dataBytesRange = 4_096...1 << 32
    package static let entriesRange = 8...1 << 24
    package static let sideBytesRange = 0...1 << 26

    /// Capacities within the ranges above; `dataBytes` and `entries` are rounded up to powers of
    /// two. Anything outside the ranges is the caller's mistake and traps.
    package init(
        dataBytes: Int, entries: Int, initializationBytes: Int, carryBytes: Int, stateBytes: Int
    ) {
        precondition(dataBytes > 0 && dataBytes <= Self.dataBytesRange.upperBound)
        precondition(entries > 0 && entries <= Self.entriesRange.upperBound)
        let rounded = RingGeometry(
            exactDataBytes: powerOfTwo(atLeast: max(dataBytes, Self.dataBytesRange.lowerBound)),
            entries: powerOfTwo(atLeast: max(entries, Self.entriesRange.lowerBound)),
            initializationBytes: initializationBytes, carryBytes: carryBytes,
            stateBytes: stateBytes)
        guard let rounded else { preconditionFailure("the side areas are within their range") }
        self = rounded
    }

    /// The geometry that a file claims; nil when no ring can have it.
    init?(
        exactDataBytes: Int, entries: Int, initializationBytes: Int, carryBytes: Int,
        stateBytes: Int
    ) {
        guard Self.dataBytesRange.contains(exactDataBytes), isPowerOfTwo(exactDataBytes),
            Self.entriesRange.contains(entries), isPowerOfTwo(entries),
            Self.sideBytesRange.contains(initializationBytes),
            Self.sideBytesRange.contains(carryBytes), Self.sideBytesRange.contains(stateBytes)
        else { return nil }
        precondition(Self.dataBytesRange.lowerBound % RingLayout.pageBytes == 0)
        precondition(Self.dataBytesRange.upperBound / 4 <= UInt32.max, "lengths have 32 bits")
        self.dataBytes = exactDataBytes
        self.entries = entries
        self.initializationBytes = initializationBytes
        self.carryBytes = carryBytes
        self.stateBytes = stateBytes
    }

    /// The largest fragment. A quarter, so that a reader who is not near the tail is never lapped
    /// by a single append, and the newest group survives the next fragment.
    package var fragmentBytes: Int { dataBytes / 4 }
}

private func isPowerOfTwo(_ number: Int) -> Bool {
    number > 0 && number & (number - 1) == 0
}

private func powerOfTwo(atLeast number: Int) -> Int {
    var power = 1
    while power < number { power *= 2 }
    return power
}
