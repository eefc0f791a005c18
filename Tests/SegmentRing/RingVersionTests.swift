// Rings of other versions of the format, and what one ring hands on to the next.

import Glibc
import Testing

@testable import SegmentRing

@Suite struct RingVersionTests {
    private let scratch = ScratchDirectory()

    /// A ring file whose header says that it is of another version; the rest of it is not looked at.
    private func ring(version: UInt32) throws {
        try Ring.create(
            path: scratch.ring, geometry: smallGeometry, initialization: [1], state: []
        ).release()
        let descriptor = open(scratch.ring, O_RDWR)
        defer { close(descriptor) }
        var writer = ByteWriter()
        writer.append(version)
        try #require(pwrite(descriptor, writer.bytes, 4, 8) == 4)
    }

    @Test(
        "a ring of another version is told from a damaged one, and stays as it is",
        arguments: [1, 2, 4, 1_000, .max] as [UInt32])
    func otherVersion(version: UInt32) throws {
        try ring(version: version)
        #expect(throws: RingError.otherVersion(version)) { try Ring.open(path: scratch.ring) }
        #expect(throws: RingError.exists) {
            try Ring.create(
                path: scratch.ring, geometry: smallGeometry, initialization: [], state: [],
                replacing: false)
        }
        #expect(throws: RingError.otherVersion(version)) { try Ring.open(path: scratch.ring) }
    }

    @Test(
        "each version has a file name of its own, and only names of rings are taken for one",
        arguments: [
            ("ring", true), ("ring.v4", true), ("ring.v1000", true), ("ring.v3", false),
            ("ring.v2", false), ("ring.v04", false), ("ring.v", false), ("ring.v-4", false),
            ("ring.v4.new", false), ("ring.new", false), ("rings", false), ("", false),
            ("ring.v99999999999", false),
        ])
    func names(name: String, isOther: Bool) {
        #expect(Ring.isFileNameOfOtherVersion(name) == isOther)
    }

    @Test("the name of this version's file is what other versions do not use")
    func ownName() {
        #expect(Ring.fileName == "ring.v3")
        #expect([1, 2, 4].allSatisfy { Ring.fileName(version: $0) != Ring.fileName })
    }

    @Test("a ring begins with the numbers that it was given")
    func ordinals() throws {
        func made(_ ordinals: RingOrdinals) throws -> Ring {
            try Ring.create(
                path: scratch.ring, geometry: smallGeometry, initialization: [1],
                baseOrdinals: ordinals, state: []
            ).release()
            return try Ring.open(path: scratch.ring)
        }
        #expect(try made(.first).baseOrdinals == RingOrdinals(segment: 1, discontinuity: 0))
        let ordinals = RingOrdinals(segment: 1_234, discontinuity: 5)
        #expect(try made(ordinals).baseOrdinals == ordinals)
        #expect(
            ordinals.afterDiscontinuity == RingOrdinals(segment: 1_234, discontinuity: 6))
    }

    @Test("no number of a header is too great to count on from")
    func greatOrdinals() throws {
        let most = RingOrdinals(segment: .max, discontinuity: .max)
        #expect(most.segment == UntrustedNumber.greatestCount)
        #expect(most.afterDiscontinuity.discontinuity == UntrustedNumber.greatestCount)
    }
}
