// A ring within one process: what is appended can be read, until it is overwritten.

import Glibc
import LinuxIO
import Testing

@testable import SegmentRing

/// Geometries with little and much room, and side areas that are empty or not whole pages.
private let geometries = [
    smallGeometry,
    RingGeometry(
        dataBytes: 65_536, entries: 64, initializationBytes: 0, carryBytes: 0, stateBytes: 0),
    RingGeometry(
        dataBytes: 100_000, entries: 1_000, initializationBytes: 65_536, carryBytes: 1 << 20,
        stateBytes: 512),
]

@Suite struct RingTests {
    private let scratch = ScratchDirectory()

    private func create(
        _ geometry: RingGeometry = smallGeometry, initialization: [UInt8] = [], state: [UInt8] = []
    ) throws -> RingWriter {
        try Ring.create(
            path: scratch.ring, geometry: geometry, initialization: initialization, state: state)
    }

    @Test("a geometry is rounded up to powers of two")
    func rounding() {
        let geometry = geometries[2]
        #expect(geometry.dataBytes == 131_072)
        #expect(geometry.entries == 1_024)
        #expect(geometry.fragmentBytes == 32_768)
    }

    @Test(
        "what was appended can be read, by its creator and by who opens the file",
        arguments: geometries)
    func appendAndRead(geometry: RingGeometry) throws {
        let initialization = [UInt8](repeating: 7, count: geometry.initializationBytes)
        let writer = try create(geometry, initialization: initialization)
        let reader = try Ring.open(path: scratch.ring)
        #expect(reader.epoch == writer.ring.epoch)
        #expect(reader.geometry == geometry)
        #expect(reader.initialization == initialization)
        #expect(reader.lookup(0) == .notYet)
        #expect(reader.entryHead == 0)
        #expect(reader.oldestSequence == 0)

        try writer.appendKnown(length: geometry.fragmentBytes, flags: .independent)
        try writer.appendKnown(length: 1, flags: .discontinuity)
        try writer.appendKnown(length: 0)
        for ring in [reader, writer.ring] {
            #expect(ring.entryHead == 3)
            let first = try #require(ring.entry(0))
            #expect(first.flags == [.independent, .groupStart])
            #expect(first.length == geometry.fragmentBytes)
            #expect(ring.verify(first))
            let second = try #require(ring.entry(1))
            #expect(second.flags == .discontinuity)
            #expect(second.position == UInt64(first.length))
            #expect(second.mediaTimeMs == 10)
            #expect(second.durationMs == 10)
            #expect(second.bootMs == 10)
            #expect(KnownMedia.isFragment(try #require(ring.bytes(0)), 0))
            #expect(KnownMedia.isFragment(try #require(ring.bytes(1)), 1))
            #expect(ring.bytes(2) == [])
            #expect(ring.lookup(3) == .notYet)
        }
    }

    @Test(
        "every readable entry is whole, however often the ring has wrapped", arguments: geometries,
        SeededRandom.fresh())
    func wrapping(geometry: RingGeometry, seed: UInt64) throws {
        let writer = try create(geometry)
        var generator = SeededRandom(seed)
        for sequence in 0..<UInt64(min(3 * geometry.entries, 100)) {
            let length = Int.random(in: 0...min(geometry.fragmentBytes, 8_000), using: &generator)
            try writer.appendKnown(length: length)
            let oldest = writer.ring.oldestSequence
            #expect(oldest <= sequence)
            for readable in oldest...sequence {
                #expect(writer.ring.verify(try #require(writer.ring.entry(readable))))
            }
            #expect(KnownMedia.isFragment(try #require(writer.ring.bytes(oldest)), oldest))
        }
    }

    @Test("an entry of another kind stands where the media before it ends, and keeps the state")
    func otherKinds() throws {
        let writer = try create(state: [5])
        try writer.appendKnown(.segmentRecord, length: 20)
        try writer.appendKnown(length: 100, flags: .independent, state: [6])
        try writer.appendKnown(.segmentRecord, length: 30)
        let first = try #require(writer.ring.entry(0))
        #expect((first.kind, first.mediaTimeMs, first.durationMs) == (.segmentRecord, 0, 0))
        let last = try #require(writer.ring.entry(2))
        #expect((last.mediaTimeMs, last.durationMs, last.flags) == (20, 0, []))
        #expect(last.mediaEndMs == writer.ring.entry(1)?.mediaEndMs)
        #expect(KnownMedia.isFragment(try #require(writer.ring.bytes(2)), 2))
        #expect(writer.state == [6])
        // The next writer goes on from there as well.
        writer.release()
        let next = try #require(try writer.ring.acquireWriter(slot: 0))
        #expect(next.state == [6])
        try next.appendKnown(RingKind(rawValue: 999), length: 0)
        #expect(next.ring.entry(3)?.mediaTimeMs == 20)
        #expect(throws: RingError.fragmentTooLarge(bytes: 1_025)) {
            try next.appendKnown(.segmentRecord, length: 1_025)
        }
    }

    @Test("a lapped reader is told so")
    func lapped() throws {
        let writer = try create()
        try writer.appendKnown(length: 1_000)
        let first = try #require(writer.ring.entry(0))
        for _ in 1...4 { try writer.appendKnown(length: 1_000) }
        #expect(writer.ring.lookup(0) == .lapped)
        #expect(!writer.ring.verify(first))
        var target = [UInt8](repeating: 0, count: 10)
        #expect(!target.withUnsafeMutableBytes { writer.ring.copy(first, from: 0, into: $0) })
        // The writer has come to byte 904 of the first entry: what is after it is still whole.
        #expect(target.withUnsafeMutableBytes { writer.ring.copy(first, from: 904, into: $0) })
        #expect(target == Array(KnownMedia.fragment(0, length: 1_000)[904..<914]))
    }

    @Test("an entry whose slot was reused is lapped even when its data is not")
    func lappedByIndex() throws {
        let writer = try create()
        for _ in 0..<9 { try writer.appendKnown(length: 1) }
        #expect(writer.ring.lookup(0) == .lapped)
        #expect(writer.ring.entry(1) != nil)
        #expect(writer.ring.oldestSequence == 3)
    }

    @Test("a part of an entry can be copied, and nothing outside of it")
    func partialCopies() throws {
        let writer = try create()
        try writer.appendKnown(length: 1_000)
        let entry = try #require(writer.ring.entry(0))
        var target = [UInt8](repeating: 0, count: 100)
        func copy(_ offset: Int) -> Bool {
            target.withUnsafeMutableBytes { writer.ring.copy(entry, from: offset, into: $0) }
        }
        #expect(copy(900))
        #expect(target == Array(KnownMedia.fragment(0, length: 1_000)[900...]))
        #expect(!copy(901))
        #expect(!copy(-1))
        #expect(!copy(.max))
        #expect(!copy(.min))
    }

    @Test("what does not fit is refused and changes nothing")
    func tooLarge() throws {
        let writer = try create()
        #expect(throws: RingError.fragmentTooLarge(bytes: 1_025)) {
            try writer.appendKnown(length: 1_025)
        }
        #expect(throws: RingError.stateTooLarge(bytes: 51)) {
            try writer.appendKnown(length: 1, state: [UInt8](repeating: 0, count: 51))
        }
        #expect(throws: RingError.stateTooLarge(bytes: 51)) {
            try writer.suspend(state: [UInt8](repeating: 0, count: 51), carry: [])
        }
        #expect(throws: RingError.carryTooLarge(bytes: 301)) {
            try writer.suspend(state: [], carry: [UInt8](repeating: 0, count: 301))
        }
        #expect(throws: RingError.initializationTooLarge(bytes: 101)) {
            try create(initialization: [UInt8](repeating: 0, count: 101))
        }
        #expect(throws: RingError.stateTooLarge(bytes: 51)) {
            try create(state: [UInt8](repeating: 0, count: 51))
        }
        #expect(writer.ring.entryHead == 0)
        #expect(writer.ring.isCurrent)
    }
}
