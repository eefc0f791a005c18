// Where everything lies in a ring file and in its mapping. Offsets and sizes in bytes, from the
// start of the file; docs/ring-format.md has the same as a table. The mapping has the file's
// layout, and after the end of the file the data area once more.

import LinuxIO

/// Offsets that follow from a geometry.
struct RingLayout: Equatable, Sendable {
    /// Every area starts at a multiple of this, so that each can have its own protection.
    static let pageBytes = Mapping.expectedPageBytes

    // The fixed pages.
    static let header = 0
    static let shared = pageBytes
    static let positions = 2 * pageBytes
    static let initialization = 3 * pageBytes

    // The shared page begins with the words of the ring itself (see RingSlots and
    // Ring+Clock.swift). Words whose meaning only the ring's owner knows follow (see OwnerWords).
    static let ringWords = shared
    static let ownerWords = shared + 512
    static let ownerTimes = 8

    // Words of the positions page: what the writer publishes. One cache line (64 bytes) each for
    // what readers poll, what they check after copying, and what only writers look at.
    static let entryHead = positions
    static let intent = positions + 64
    static let intentEntry = positions + 72
    static let attempt = positions + 128

    /// One index slot; see RingSlot.
    static let slotBytes = 64
    static let slotWords = 8

    let geometry: RingGeometry
    /// The two snapshot areas; see RingSnapshot.
    let snapshots: (Int, Int)
    let index: Int
    let data: Int
    let fileBytes: Int
    /// The file, and the data once more.
    let mappedBytes: Int

    init(_ geometry: RingGeometry) {
        precondition(Self.slotBytes == 8 * Self.slotWords)
        precondition(Self.attempt + 8 <= Self.positions + Self.pageBytes)
        precondition(Self.ownerWords + 8 * Self.ownerTimes <= Self.shared + Self.pageBytes)
        self.geometry = geometry
        let snapshotBytes = Self.wholePages(
            RingSnapshot.headerBytes + geometry.stateBytes + geometry.carryBytes)
        let first = Self.initialization + Self.wholePages(geometry.initializationBytes)
        snapshots = (first, first + snapshotBytes)
        index = first + 2 * snapshotBytes
        data = index + Self.wholePages(geometry.entries * Self.slotBytes)
        fileBytes = data + geometry.dataBytes
        mappedBytes = fileBytes + geometry.dataBytes
    }

    /// Where the slot of a sequence number is. Slots are reused after `entries` sequence numbers.
    func slot(_ sequence: UInt64) -> Int {
        index + Int(sequence & UInt64(geometry.entries - 1)) * Self.slotBytes
    }

    /// Where the byte at a position is. From there, `dataBytes` bytes are mapped in a row.
    func byte(_ position: UInt64) -> Int {
        data + Int(position & UInt64(geometry.dataBytes - 1))
    }

    static func == (left: RingLayout, right: RingLayout) -> Bool {
        left.geometry == right.geometry
    }

    private static func wholePages(_ bytes: Int) -> Int {
        (bytes + pageBytes - 1) / pageBytes * pageBytes
    }
}
