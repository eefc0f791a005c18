// Where a viewer starts: at an independent entry, near the live edge or some time back.

import Testing

@testable import SegmentRing

@Suite struct StartTests {
    private let scratch = ScratchDirectory()

    private func create(entries: Int = 64) throws -> RingWriter {
        try Ring.create(
            path: scratch.ring,
            geometry: RingGeometry(
                dataBytes: 65_536, entries: entries, initializationBytes: 0, carryBytes: 0,
                stateBytes: 0),
            initialization: [], state: [])
    }

    /// Entries 10 ms apart, independent every `distance` from `first` on.
    private func append(_ count: Int, to writer: RingWriter, first: Int = 0, every distance: Int)
        throws
    {
        for _ in 0..<count {
            let sequence = Int(writer.ring.entryHead)
            let independent = sequence >= first && (sequence - first) % distance == 0
            try writer.appendKnown(length: 10, flags: independent ? .independent : [])
        }
    }

    @Test("an empty ring has nowhere to start")
    func empty() throws {
        let ring = try create().ring
        #expect(ring.newestIndependent == nil)
        #expect(ring.independent(atOrBefore: .max) == nil)
        #expect(ring.rewindMs == 0)
    }

    @Test("a ring without an independent entry has nowhere to start")
    func dependentOnly() throws {
        let writer = try create()
        try append(20, to: writer, first: 1_000, every: 10)
        #expect(writer.ring.newestIndependent == nil)
        #expect(writer.ring.independent(atOrBefore: 100) == nil)
        #expect(writer.ring.rewindMs == 0)
    }

    @Test("the newest independent entry is known after each append")
    func newest() throws {
        let writer = try create()
        for sequence in 0..<30 as Range<UInt64> {
            try append(1, to: writer, first: 3, every: 7)
            let expected = sequence < 3 ? nil : (sequence - 3) / 7 * 7 + 3
            #expect(writer.ring.newestIndependent == expected)
        }
    }

    @Test("the newest independent entry survives a change of writer")
    func newestAfterChange() throws {
        let writer = try create()
        try append(5, to: writer, first: 2, every: 100)
        writer.release()
        let next = try #require(try writer.ring.acquireWriter(slot: 0))
        try append(5, to: next, first: 2, every: 100)
        #expect(next.ring.newestIndependent == 2)
    }

    @Test("entries of other kinds are no place to start, and hide none")
    func otherKinds() throws {
        let writer = try create()
        for sequence in 0..<40 as Range<UInt64> {
            switch sequence % 4 {
            case 0: try writer.appendKnown(.segmentRecord, length: 10)
            case 1: try writer.appendKnown(length: 10, flags: .independent)
            case 2: try writer.appendKnown(RingKind(rawValue: 77), length: 0)
            default: try writer.appendKnown(length: 10)
            }
            let expected = sequence == 0 ? nil : (sequence - 1) / 4 * 4 + 1
            #expect(writer.ring.newestIndependent == expected)
        }
        #expect(writer.ring.independent(atOrBefore: 205) == 17)
        #expect(writer.ring.rewindMs == (39 - 1) * 10)
    }

    @Test("an independent entry that has been overwritten is no start")
    func lapped() throws {
        let writer = try create(entries: 8)
        try append(20, to: writer, every: 100)
        #expect(writer.ring.newestIndependent == nil)
        #expect(writer.ring.independent(atOrBefore: .max) == nil)
    }

    @Test(
        "some time back means the newest independent entry that is at least that old",
        arguments: [
            (0, 0), (39, 0), (40, 4), (41, 4), (79, 4), (80, 8), (119, 8), (120, 12), (99_999, 16),
        ] as [(UInt64, UInt64)])
    func back(bootMs: UInt64, expected: UInt64) throws {
        let writer = try create()
        try append(19, to: writer, every: 4)
        #expect(writer.ring.independent(atOrBefore: bootMs) == expected)
    }

    @Test("further back than the ring reaches means its oldest independent entry")
    func tooFarBack() throws {
        let writer = try create()
        try append(200, to: writer, every: 4)
        let ring = writer.ring
        #expect(ring.oldestSequence == 145)
        #expect(ring.independent(atOrBefore: 0) == 148)
        #expect(ring.independent(atOrBefore: 1_479) == 148)
        #expect(ring.independent(atOrBefore: 1_480) == 148)
        #expect(ring.rewindMs == (199 - 148) * 10)
    }
}
