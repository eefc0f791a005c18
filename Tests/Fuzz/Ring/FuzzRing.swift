// Fuzz target: a ring file whose header, shared words, positions, snapshots and index are whatever
// the fuzzer says, through everything that reads them: the ring itself, the worker's figures and
// states, a viewer's cursor, an index of segments, recovery, a writer, and the publisher's state that it
// finds. Opening the file fails or every call gives some answer; nothing crashes.
//
// Input: one byte of options, then bytes that replace the template's areas one after the other
// (what is missing keeps the template's). Options: 1 the header's checksum is made right again, 2
// the slots' check words are, 4 the ring is written to as well, 8 the snapshots' checksums are made
// right again, 16 the template stays as it is, and the bytes are segments that are written to it. Run it with a directory for the corpus:
//   FuzzRing Tests/Fuzz/Ring/Corpus -max_total_time=30

import FuzzDriver
import Glibc
import Media
import StreamState

@testable import Delivery
@testable import Ingest
@testable import SegmentRing
@testable import Streams

private let geometry = RingGeometry(
    dataBytes: 4_096, entries: 8, initializationBytes: 16, carryBytes: 16,
    stateBytes: 256)
private let layout = RingLayout(geometry)

/// What the input replaces, in this order.
private let areas = [
    RingLayout.header..<RingLayout.header + RingHeader.bytes,
    RingLayout.positions..<RingLayout.positions + 136,
    layout.index..<layout.index + 8 * RingLayout.slotBytes,
    layout.snapshots.0..<layout.snapshots.0 + 96,
    layout.snapshots.1..<layout.snapshots.1 + 96,
    RingLayout.shared..<RingLayout.shared + 320,
    layout.snapshots.0 + 96..<layout.snapshots.0 + 336,
    layout.snapshots.1 + 96..<layout.snapshots.1 + 336,
    RingLayout.shared + 320..<RingLayout.shared + 1_024,
]

private let mediaLimits = MediaLimits(
    initializationBytes: 16, blockBytes: 512, elementBytes: 64, tracks: 8,
    soundClusterDurationMs: 1_000, lostBytes: 4_096, heldFrames: 8, heldBytes: 64,
    orderWindowMs: 200, orderMemoryMs: 5_000, pictureSilenceMs: 2_000, firstFrameMs: 2_000,
    jumpBackMs: 1_000,
    jumpForwardMs: 10_000)

/// What a worker's publisher leaves in the ring.
private let publisherState = IngestState(
    identity: 1, session: 2, nextChunk: 3, consumedBytes: 4, aheadMs: 5, atBootMs: 6,
    media: WebMIngest(limits: mediaLimits).state()
).encoded()

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
        try? writer.suspend(state: publisherState, carry: [6])
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
        if options & 8 != 0 {
            sealSnapshot(&bytes, at: layout.snapshots.0)
            sealSnapshot(&bytes, at: layout.snapshots.1)
        }
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

/// As docs/ring-format.md has it; what cannot be right is left as it is.
private func sealSnapshot(_ bytes: inout [UInt8], at area: Int) {
    func word(_ offset: Int) -> [UInt8] { Array(bytes[area + offset..<area + offset + 8]) }
    var lengths = ByteReader(word(24))
    let (stateBytes, carryBytes) = (Int(lengths.next32()), Int(lengths.next32()))
    guard stateBytes <= geometry.stateBytes, carryBytes <= geometry.carryBytes else { return }
    var fields = ByteWriter()
    for offset in [0, 8, 16, 32] {
        var reader = ByteReader(word(offset))
        fields.append(reader.next64())
    }
    fields.append(UInt64(stateBytes))
    fields.append(UInt64(carryBytes))
    let state = area + RingSnapshot.headerBytes
    let carry = state + geometry.stateBytes
    let checksum = Checksum.crc32c(
        fields.bytes + bytes[state..<state + stateBytes] + bytes[carry..<carry + carryBytes])
    store(UInt64(checksum), bytes: 8, in: &bytes, at: area + 40)
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
            bootMs: 3, state: [8])
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
    _ = (status.viewerCount, status.peakViewerCount, status.publisherKey)
    _ = (status.bytesIngested, status.takeOverCount, status.endReason, status.losses)
    _ = (status.writerChunk, status.isNoted)
    _ = (ring.bootNowMs, ring.ageMs, ring.wallClockMs(ofBootMs: status.endedAtBootMs))
    status.setViewerCount(1, slot: 63)
    status.releaseSlot(63)
    _ = (ring.slots.writer, ring.slots.interested, ring.slots.waiting)
    ring.slots.release(63)
    _ = ring.baseOrdinals.afterDiscontinuity
    follow(ring)
    watch(ring)
    index(ring)
}

/// Readers of every sort, each for more steps than a ring of this size has entries.
private func follow(_ ring: Ring) {
    let policies: [RingCursor.JumpPolicy] = [
        .never, .toNewestIndependent(lagAllowedMs: 0), .toNewestIndependent(lagAllowedMs: .max),
    ]
    let kinds: [RingKinds] = [.media, .segmentRecord, [.media, .segmentRecord]]
    for start in [.newest, .rewound(byMs: 1), .rewound(byMs: .max)] as [RingCursor.Start] {
        for (policy, kinds) in zip(policies, kinds) {
            var cursor = RingCursor(start, kinds: kinds, policy: policy)
            for _ in 0..<24 {
                step(&cursor, ring, taking: kinds)
                cursor.catchUp()
            }
        }
    }
}

/// What a reader is given is of a kind that it takes, and a whole entry when it is at its end.
private func step(_ cursor: inout RingCursor, _ ring: Ring, taking kinds: RingKinds) {
    guard case .entry(let entry) = cursor.next(in: ring) else { return }
    precondition(kinds.contains(entry.kind) && entry.length <= geometry.fragmentBytes)
    var buffer = [UInt8](repeating: 0, count: 500)
    buffer.withUnsafeMutableBytes { buffer in
        let peeked = UnsafeMutableRawBufferPointer(rebasing: buffer[..<8])
        if entry.length > 22, !cursor.peek(in: ring, at: 14, into: peeked) { return }
        let offset = cursor.offset
        guard let count = cursor.copy(from: ring, into: buffer) else { return }
        precondition(offset + count <= entry.length)
        precondition(cursor.isInsideEntry == (offset + count < entry.length))
    }
}

/// What a worker makes of it for those who list and watch streams.
private func watch(_ ring: Ring) {
    _ = (RecentFigures(of: ring), ring.timelineEndMs, ring.capacityMs)
    let times = StreamTimes(
        lastIngestMs: max(ring.status.lastIngestBootMs, ring.createdBootMs),
        pausedSinceMs: ring.status.pausedSinceBootMs, endedAtMs: ring.status.endedAtBootMs)
    for nowMs in [0, 1_800_000_000_000] as [UInt64] {
        _ = times.state(nowMs: nowMs, graceMs: 3_600_000)
    }
    for start in [.newest, .rewound(byMs: 5_000)] as [RingCursor.Start] {
        var reader = WebMViewer(start: start, maxLagMs: 10_000)
        var buffer = [UInt8](repeating: 0, count: 1_000)
        for _ in 0..<16 {
            let outcome = buffer.withUnsafeMutableBytes { reader.read(from: ring, into: $0) }
            guard case .bytes = outcome else { break }
        }
    }
}

private let indexedTracks: [MediaTrack] = {
    // EBML, Segment, Info, and Tracks with VP8 and Opus.
    let header: [UInt8] =
        [0x1A, 0x45, 0xDF, 0xA3, 0x87, 0x42, 0x82, 0x84] + Array("webm".utf8)
        + [
            0x18, 0x53, 0x80, 0x67, 0xFF, 0x15, 0x49, 0xA9, 0x66, 0x80, 0x16, 0x54, 0xAE, 0x6B,
            0xB4,
        ]
        + [0xAE, 0x99, 0xD7, 0x81, 1, 0x73, 0xC5, 0x81, 1, 0x83, 0x81, 1, 0x86, 0x85]
        + Array("V_VP8".utf8) + [0xE0, 0x86, 0xB0, 0x81, 64, 0xBA, 0x81, 64]
        + [0xAE, 0x97, 0xD7, 0x81, 2, 0x73, 0xC5, 0x81, 2, 0x83, 0x81, 2, 0x86, 0x86]
        + Array("A_OPUS".utf8) + [0xE1, 0x83, 0x9F, 0x81, 2]
    var limits = mediaLimits
    limits.initializationBytes = 4_096
    limits.elementBytes = 4_096
    var ingest = WebMIngest(limits: limits)
    var batch = FragmentBatch()
    let result = try! ingest.push(header.span, into: &batch)
    guard case .initialization(let initialization) = result.event else {
        fatalError("the header is right")
    }
    return initialization.tracks
}()

/// What a worker does of which somebody wants segments; the bytes of each part are as many as it says.
private func index(_ ring: Ring) {
    var index = SegmentIndex(tracks: indexedTracks)
    var scratch: [UInt8] = []
    var turns = 0
    while !index.advance(in: ring, through: &scratch, mostBytes: 2_000), turns < 100 { turns += 1 }
    if turns % 2 == 0 { index.finish() }
    for facts in index.segments {
        for rendition in indexedTracks.indices {
            _ = index.reaches(SegmentPoint(ordinal: facts.ordinal, part: 1), of: rendition)
            guard
                let body = index.body(of: facts.ordinal, rendition: rendition, from: RingHold(ring))
            else {
                continue
            }
            var buffer = [UInt8](repeating: 0, count: 700)
            var count = 0
            reading: while true {
                switch buffer.withUnsafeMutableBytes({ body.produce(into: $0) }) {
                case .bytes(let more): count += more
                case .last(let more):
                    precondition(count + more == body.byteCount, "a body has its length")
                    break reading
                case .abort: break reading
                case .wait, .end: preconditionFailure("a body goes on to its end")
                }
            }
        }
    }
}

/// Two segments of which everything but the records is what the input says, and an entry that says it is a
/// record.
private func publishSegments(_ input: ArraySlice<UInt8>, with writer: RingWriter) {
    for (number, piece) in [input.prefix(300), input.dropFirst(300).prefix(300)].enumerated() {
        let record = SegmentRecord(
            ordinal: UInt64(number) + 7, discontinuityOrdinal: 0, isIndependent: true,
            isDiscontinuity: false, mediaTimeMs: 1_000, clusterMs: 1_000, wallMs: 1,
            plan: SegmentPlan(targetDurationMs: 2_000, partTargetMs: 300),
            clocks: indexedTracks.map { TrackClock(for: $0) })
        record.encoded().withUnsafeBytes { try? writer.append(.segmentRecord, $0, bootMs: 3) }
        piece.withUnsafeBytes {
            try? writer.append(
                $0, flags: [], mediaTimeMs: 1, durationMs: 2, bootMs: 3, state: [])
        }
    }
    input.dropFirst(600).prefix(600).withUnsafeBytes {
        try? writer.append(.segmentRecord, $0, bootMs: 3)
    }
}

/// What a worker does that publishes.
private func publish(_ ring: Ring, with writer: RingWriter) {
    if let state = IngestState(decoding: writer.state) {
        var pace = IngestPace(aheadMs: state.aheadMs, atMs: state.atBootMs)
        pace.add(mediaMs: 59_999, nowMs: 1_800_000_000_000)
        _ = pace.delayMs(allowedMs: 30_000, nowMs: 1_800_000_000_000)
        var ingest = try? WebMIngest(
            resuming: state.media, carry: writer.carry, initialization: nil, limits: mediaLimits)
        var batch = FragmentBatch()
        _ = try? ingest?.push([UInt8](repeating: 0x1A, count: 64).span, into: &batch)
    }
    [1, 2, 3].withUnsafeBytes { try? writer.append(.segmentRecord, $0, bootMs: 3) }
    append(to: writer, length: 1_024, independent: true)
    try? writer.suspend(state: writer.state, carry: [9])
}

@main
enum FuzzRing {
    static func main() { fuzz(check) }
}

private func check(_ input: [UInt8]) {
    let options = input.first ?? 0
    let isOfSegments = options & 16 != 0
    template.write(isOfSegments ? [] : input.dropFirst(), options: options)
    guard let ring = try? Ring.open(path: template.path) else { return }
    read(ring)
    if options & 20 != 0, let writer = try? ring.acquireWriter(slot: 0) {
        isOfSegments
            ? publishSegments(input.dropFirst(), with: writer) : publish(ring, with: writer)
        read(ring)
    }
}
