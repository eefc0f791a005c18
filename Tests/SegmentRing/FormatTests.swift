// The parts of the format that are pure: checksum, slots, layout, header.

import Testing

@testable import SegmentRing

@Suite struct FormatTests {
    @Test("the checksum is CRC-32C as RFC 3720 gives it")
    func knownChecksums() {
        #expect(Checksum.crc32c(Array("123456789".utf8)) == 0xE306_9283)
        #expect(Checksum.crc32c([UInt8](repeating: 0, count: 32)) == 0x8A91_36AA)
        #expect(Checksum.crc32c([UInt8](repeating: 0xFF, count: 32)) == 0x62A8_AB43)
        #expect(Checksum.crc32c(Array(0..<32)) == 0x46DD_794E)
        #expect(Checksum.crc32c([]) == 0)
    }

    @Test("a checksum can be continued at any byte")
    func continuedChecksums() {
        let bytes = KnownMedia.fragment(1, length: 50)
        for cut in 0...50 {
            let first = Checksum.crc32c(Array(bytes[..<cut]))
            #expect(
                Checksum.crc32c(Array(bytes[cut...]), continuing: first) == Checksum.crc32c(bytes))
        }
    }

    private let entry = RingEntry(
        sequence: 77, position: 123_456, length: 1_024, kind: .media,
        flags: [.groupStart, .discontinuity], mediaTimeMs: -5, durationMs: .max,
        bootMs: 1_700_000_000_000, checksum: 0xDEAD_BEEF, newestIndependent: 70)

    @Test("an entry comes out of its slot as it went in")
    func slot() {
        let words = RingSlot.encode(entry)
        #expect(RingSlot.decode(words, sequence: 77, geometry: smallGeometry) == entry)
        #expect(RingSlot.decode(words, sequence: 69, geometry: smallGeometry) == nil)
    }

    @Test(
        "so does one of another kind, also of an unknown one, and one before any independent one",
        arguments: [RingKind.segmentRecord, RingKind(rawValue: 0), RingKind(rawValue: .max)])
    func kinds(kind: RingKind) {
        let entry = RingEntry(
            sequence: 0, position: 0, length: 0, kind: kind, flags: FragmentFlags(rawValue: .max),
            mediaTimeMs: 0, durationMs: 0, bootMs: 0, checksum: 0, newestIndependent: nil)
        let words = RingSlot.encode(entry)
        #expect(RingSlot.decode(words, sequence: 0, geometry: smallGeometry) == entry)
        #expect(!entry.isIndependent)
    }

    @Test("a slot with any bit changed is no entry")
    func damagedSlot() {
        for word in 0..<8 {
            for bit in 0..<64 as Range<UInt64> {
                var words = RingSlot.encode(entry)
                words[word] ^= 1 << bit
                #expect(RingSlot.decode(words, sequence: 77, geometry: smallGeometry) == nil)
            }
        }
    }

    @Test("areas lie one after the other on whole pages")
    func layout() {
        let layout = RingLayout(smallGeometry)
        let areas = [
            RingLayout.header, RingLayout.shared, RingLayout.positions, RingLayout.initialization,
            layout.snapshots.0, layout.snapshots.1, layout.index, layout.data, layout.fileBytes,
            layout.mappedBytes,
        ]
        #expect(areas == (0...9).map { $0 * 4_096 })
        #expect(layout.slot(9) == layout.index + 64)
        #expect(layout.byte(4_097) == layout.data + 1)
    }
}
