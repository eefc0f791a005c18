// Fuzz target: a ring file whose header, shared words, positions, snapshots and index are whatever
// the fuzzer says. Opening it fails or every call gives some answer; nothing crashes.
//
// Input: one byte of options, then bytes that replace the template's areas one after the other
// (what is missing keeps the template's). Options: 1 the header's checksum is made right again, 2
// the slots' check words are, 4 the ring is written to as well. Run it with a directory for the
// corpus:
//   FuzzRingHeader Tests/Fuzz/RingHeader/Corpus -max_total_time=30

import FuzzDriver
import Glibc

@testable import SegmentRing

private let geometry = RingGeometry(
    dataBytes: 4_096, entries: 8, initializationBytes: 16, carryBytes: 16, stateBytes: 16)
private let layout = RingLayout(geometry)

/// What the input replaces, in this order.
private let areas = [
    RingLayout.header..<RingLayout.header + RingHeader.bytes,
    RingLayout.positions..<RingLayout.positions + 136,
    layout.index..<layout.index + 8 * RingLayout.slotBytes,
    layout.snapshots.0..<layout.snapshots.0 + 96,
    layout.snapshots.1..<layout.snapshots.1 + 96,
    RingLayout.shared..<RingLayout.shared + 320,
]

/// The file that all inputs change, and the bytes of an intact ring.
private struct Template {
    let path: String
    let descriptor: Int32
    let bytes: [UInt8]

    init() {
        path = "/tmp/weir-fuzz-ring-\(getpid())"
        guard
            let writer = try? Ring.create(
                path: path, geometry: geometry, initialization: [1, 2, 3], state: [4])
        else { fatalError("a ring can be created in /tmp") }
        for index in 0..<12 as Range<UInt64> {
            append(to: writer, length: 700, independent: index % 3 == 0)
        }
        try? writer.suspend(state: [5], carry: [6])
        writer.release()
        descriptor = Glibc.open(path, O_RDWR | O_CLOEXEC)
        atexit { unlink("/tmp/weir-fuzz-ring-\(getpid())") }
        var bytes = [UInt8](repeating: 0, count: layout.fileBytes)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        precondition(count == bytes.count)
        self.bytes = bytes
    }

    /// Makes the file that an input describes.
    func write(_ input: ArraySlice<UInt8>, options: UInt8) {
        var bytes = bytes
        var rest = input
        for area in areas {
            let count = min(rest.count, area.count)
            bytes.replaceSubrange(
                area.lowerBound..<area.lowerBound + count, with: rest.prefix(count))
            rest = rest.dropFirst(count)
        }
        if options & 1 != 0 { sealHeader(&bytes) }
        if options & 2 != 0 { sealSlots(&bytes) }
        let count = pwrite(descriptor, bytes, bytes.count, 0)
        precondition(count == bytes.count)
    }
}

private let template = Template()

private func sealHeader(_ bytes: inout [UInt8]) {
    let checksum = Checksum.crc32c(Array(bytes[..<(RingHeader.bytes - 4)]))
    store(UInt64(checksum), bytes: 4, in: &bytes, at: RingHeader.bytes - 4)
}

private func sealSlots(_ bytes: inout [UInt8]) {
    for slot in 0..<8 {
        let offset = layout.index + slot * RingLayout.slotBytes
        var reader = ByteReader(Array(bytes[offset..<offset + RingLayout.slotBytes]))
        var words = RingSlot.Words(repeating: 0)
        for index in 0..<8 { words[index] = reader.next64() }
        store(RingSlot.mix(words), bytes: 8, in: &bytes, at: offset + 56)
    }
}

private func store(_ number: UInt64, bytes count: Int, in bytes: inout [UInt8], at offset: Int) {
    for index in 0..<count {
        bytes[offset + index] = UInt8(truncatingIfNeeded: number >> (8 * UInt64(index)))
    }
}

private func append(to writer: RingWriter, length: Int, independent: Bool) {
    [UInt8](repeating: 7, count: length).withUnsafeBytes {
        try? writer.append(
            $0, flags: independent ? .independent : [], mediaTimeMs: 1, durationMs: 2,
            wallClockMs: 3, state: [8])
    }
}

/// Calls everything that reads.
private func read(_ ring: Ring) {
    let head = ring.entryHead
    _ = (ring.oldestSequence, ring.newestIndependent, ring.rewindMs, ring.isCurrent)
    for time in [0, 3, UInt64.max] { _ = ring.independent(atOrBefore: time) }
    for sequence in [0, head &- 9, head &- 1, head, head &+ 1, .max] as [UInt64] {
        guard case .entry(let entry) = ring.lookup(sequence) else { continue }
        _ = ring.verify(entry)
    }
    let status = ring.status
    _ = (status.writerSlot, status.viewerCount, status.peakViewerCount, status.publisherKey)
    _ = (status.interestedSlots, status.waitingSlots, status.bytesIngested, status.takeOverCount)
    status.setViewerCount(1, slot: 63)
    status.releaseSlot(63)
}

@main
enum FuzzRingHeader {
    static func main() { fuzz(check) }
}

private func check(_ input: [UInt8]) {
    let options = input.first ?? 0
    template.write(input.dropFirst(), options: options)
    guard let ring = try? Ring.open(path: template.path) else { return }
    read(ring)
    if options & 4 != 0, let writer = try? ring.acquireWriter(slot: 0) {
        append(to: writer, length: 1_024, independent: true)
        try? writer.suspend(state: writer.state, carry: [9])
        read(ring)
    }
}
