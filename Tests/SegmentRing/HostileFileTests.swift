// A ring file may have been damaged, or made by someone else: opening it fails, or every call on it
// gives some answer. Nothing crashes, nothing is read or written outside of the mapping.

import Glibc
import Testing

@testable import SegmentRing

@Suite struct HostileFileTests {
    private let scratch = ScratchDirectory()

    /// The bytes of a ring with a few entries.
    private func template() throws -> [UInt8] {
        let writer = try Ring.create(
            path: scratch.ring, geometry: smallGeometry, initialization: [1, 2, 3], state: [1])
        for index in 0..<12 {
            try writer.appendKnown(length: 700, flags: index % 3 == 0 ? .independent : [])
        }
        try writer.suspend(state: [2], carry: [3])
        writer.release()
        return try read(scratch.ring)
    }

    private func read(_ path: String) throws -> [UInt8] {
        let descriptor = open(path, O_RDONLY)
        defer { close(descriptor) }
        var status = stat()
        fstat(descriptor, &status)
        var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
        try #require(pread(descriptor, &bytes, bytes.count, 0) == bytes.count)
        return bytes
    }

    private func write(_ bytes: [UInt8]) throws {
        let descriptor = open(scratch.ring, O_RDWR | O_CREAT | O_TRUNC, 0o600)
        defer { close(descriptor) }
        try #require(pwrite(descriptor, bytes, bytes.count, 0) == bytes.count)
    }

    /// Calls everything that can be called.
    private func exercise(_ ring: Ring) {
        let head = ring.entryHead
        _ = ring.oldestSequence
        _ = ring.newestIndependent
        _ = (ring.rewindMs, ring.bootNowMs, ring.ageMs, ring.hasStoppedClock)
        for time in [0, 50, UInt64.max] { _ = ring.independent(atOrBefore: time) }
        for sequence in [0, head &- 9, head &- 1, head, head &+ 1, .max] as [UInt64] {
            guard case .entry(let entry) = ring.lookup(sequence) else { continue }
            _ = ring.verify(entry)
        }
        var cursor = RingCursor(.rewound(byMs: .max), policy: .never)
        var piece = [UInt8](repeating: 0, count: 100)
        for _ in 0..<20 {
            guard case .entry = cursor.next(in: ring) else { break }
            _ = piece.withUnsafeMutableBytes { cursor.copy(from: ring, into: $0) }
        }
        let slots = ring.slots
        _ = (slots.writer, slots.interested, slots.waiting)
        slots.setWaiting(true, slot: 0)
        slots.release(0)
        if let writer = try? ring.acquireWriter(slot: 0) {
            try? writer.appendKnown(length: 100)
            try? writer.suspend(state: [], carry: [])
            #expect(ring.newestIndependent.map { $0 < ring.entryHead } ?? true)
        }
    }

    @Test("any change of a header byte is noticed")
    func headerBytes() throws {
        let intact = try template()
        for offset in 0..<RingHeader.bytes {
            for flip in [1, 0x80, 0xFF, UInt8(offset * 37 % 255 + 1)] as [UInt8] {
                var bytes = intact
                bytes[offset] ^= flip
                try write(bytes)
                #expect(throws: RingError.self) { try Ring.open(path: scratch.ring) }
            }
        }
    }

    @Test("a change of the initialization is noticed")
    func initialization() throws {
        var bytes = try template()
        bytes[RingLayout.initialization + 2] ^= 1
        try write(bytes)
        #expect(throws: RingError.invalid("the initialization's checksum is wrong")) {
            try Ring.open(path: scratch.ring)
        }
    }

    @Test("a file that is too short or too long is no ring")
    func sizes() throws {
        let intact = try template()
        for count in [0, 1, RingHeader.bytes - 1, RingHeader.bytes, 4_096, intact.count - 1] {
            try write(Array(intact[..<count]))
            #expect(throws: RingError.self) { try Ring.open(path: scratch.ring) }
        }
        try write(intact + [0])
        #expect(throws: RingError.self) { try Ring.open(path: scratch.ring) }
    }

    @Test("a header with a good checksum and impossible numbers is no ring")
    func impossibleNumbers() throws {
        let intact = try template()
        for offset in stride(from: 0, to: RingHeader.bytes - 4, by: 8)
        where offset < 64 || offset >= 72 {
            for number in [0, 1, 3, 4_095, 1 << 33, 1 << 62, .max] as [UInt64] {
                var bytes = intact
                for index in 0..<8 {
                    bytes[offset + index] = UInt8(truncatingIfNeeded: number >> (8 * UInt64(index)))
                }
                sealHeader(&bytes)
                try write(bytes)
                if let ring = try? Ring.open(path: scratch.ring) { exercise(ring) }
            }
        }
    }

    @Test(
        "damaged words, snapshots and index slots crash nobody",
        arguments: SeededRandom.fresh(8))
    func damagedAreas(seed: UInt64) throws {
        var random = SeededRandom(seed)
        let intact = try template()
        let layout = RingLayout(smallGeometry)
        let areas = [
            RingLayout.shared..<RingLayout.shared + 1_800,
            RingLayout.positions..<RingLayout.positions + 136,
            layout.snapshots.0..<layout.snapshots.0 + 420,
            layout.snapshots.1..<layout.snapshots.1 + 420,
            layout.index..<layout.index + 512,
        ]
        for round in 0..<100 {
            var bytes = intact
            let area = areas[round % areas.count]
            for _ in 0..<Int.random(in: 1...12, using: &random) {
                let odd = [0, 1, 0x7F, 0x80, 0xFF, UInt8.random(in: 0...255, using: &random)]
                bytes[Int.random(in: area, using: &random)] = odd.randomElement(using: &random)!
            }
            try write(bytes)
            exercise(try Ring.open(path: scratch.ring))
        }
    }

    private func sealHeader(_ bytes: inout [UInt8]) {
        let checksum = Checksum.crc32c(Array(bytes[..<(RingHeader.bytes - 4)]))
        for index in 0..<4 {
            bytes[RingHeader.bytes - 4 + index] = UInt8(
                truncatingIfNeeded: checksum >> (8 * UInt32(index)))
        }
    }
}
