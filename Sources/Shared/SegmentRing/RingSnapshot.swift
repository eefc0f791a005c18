// What the writer must remember from one lease to the next: its own state and unfinished input,
// tagged with the commit they belong to. Two areas take turns, so one is always whole.
//
// Layout of an area: 64 bytes of fields, then `stateBytes` of state, then `carryBytes` of carry.
//   0 version (0 while the area is being written)   8 entry head    16 head (data position)
//   24 state length | carry length << 32            32 kind         40 CRC-32C of the rest
// Only the holder of the lease reads or writes these areas.

import Synchronization

struct RingSnapshot: Equatable {
    static let headerBytes = 64

    enum Kind: UInt64 {
        /// Written as part of an append: what came in after it is lost if the writer dies.
        case append = 1
        /// Written by `suspend`: nothing is lost.
        case suspend = 2
    }

    var version: UInt64
    /// How many entries were committed when it was taken.
    var entryHead: UInt64
    /// The data position after the last of them.
    var head: UInt64
    var kind: Kind
    var state: [UInt8]
    var carry: [UInt8]

    /// Writes the area whose turn it is. A process that looks at it in the meantime finds version 0
    /// or a wrong checksum, and uses the other area.
    func write(to mapping: RingMapping) {
        let area = Self.area(of: version, in: mapping.layout)
        let version = mapping.word(area)
        version.store(0)
        atomicMemoryFence(ordering: .releasing)
        mapping.word(area + 8).store(entryHead)
        mapping.word(area + 16).store(head)
        mapping.word(area + 24).store(UInt64(carry.count) << 32 | UInt64(state.count))
        mapping.word(area + 32).store(kind.rawValue)
        mapping.word(area + 40).store(UInt64(checksum))
        mapping.copyIn(state, at: area + Self.headerBytes)
        mapping.copyIn(carry, at: area + Self.headerBytes + mapping.layout.geometry.stateBytes)
        version.storeReleasing(self.version)
    }

    /// The newest whole snapshot that belongs to `entryHead`; nil when there is none.
    static func newest(in mapping: RingMapping, entryHead: UInt64) -> RingSnapshot? {
        let candidates = [mapping.layout.snapshots.0, mapping.layout.snapshots.1]
            .compactMap { read(at: $0, from: mapping) }
            .filter { $0.entryHead == entryHead }
        return candidates.max { $0.version < $1.version }
    }

    private static func read(at area: Int, from mapping: RingMapping) -> RingSnapshot? {
        let geometry = mapping.layout.geometry
        let stored = mapping.word(area).loadAcquiring()
        let version = stored.position
        let head = mapping.word(area + 16).load()
        let lengths = mapping.word(area + 24).load().bits
        let stateLength = Int(lengths & 0xFFFF_FFFF)
        let carryLength = Int(lengths >> 32)
        guard version != 0, stored.isPosition, head.isPosition,
            area == Self.area(of: version, in: mapping.layout),
            stateLength <= geometry.stateBytes, carryLength <= geometry.carryBytes,
            let kind = Kind(rawValue: mapping.word(area + 32).load().bits)
        else { return nil }
        let snapshot = RingSnapshot(
            version: version, entryHead: mapping.word(area + 8).load().position,
            head: head.position, kind: kind,
            state: mapping.bytes(at: area + headerBytes, count: stateLength),
            carry: mapping.bytes(
                at: area + headerBytes + geometry.stateBytes, count: carryLength))
        guard mapping.word(area + 40).load().bits == UInt64(snapshot.checksum) else { return nil }
        return snapshot
    }

    private static func area(of version: UInt64, in layout: RingLayout) -> Int {
        version % 2 == 0 ? layout.snapshots.0 : layout.snapshots.1
    }

    private var checksum: UInt32 {
        let fields: InlineArray<_, UInt64> = [
            version, entryHead, head, kind.rawValue, UInt64(state.count), UInt64(carry.count),
        ]
        // Safe: numbers have no padding.
        let first = unsafe Checksum.crc32c(fields.span.bytes)
        return Checksum.crc32c(carry, continuing: Checksum.crc32c(state, continuing: first))
    }
}
