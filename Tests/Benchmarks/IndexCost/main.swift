// Indexes a ring with some minutes of a broadcast of 2.5 Mbit/s (30 pictures and 50 packets of Opus a
// second, key frames every two seconds, an entry every 200 ms): for counting instructions, which do not
// depend on what else the machine does, and for what an index takes.
//
//   swift build -c release --product IndexCost
//   GLIBC_TUNABLES=glibc.cpu.x86_rep_movsb_threshold=1000000000 valgrind --tool=callgrind \
//       .build/release/IndexCost RECORDING MINUTES PASSES
//
// RECORDING is one with a picture and Opus; only its header is used. The difference between three passes
// and one, divided by two, is the cost of one. Without the tunable valgrind counts one instruction for each
// byte that is copied.
//
// Unsafe use: the C library's file functions, with a file that is open and a buffer of ours, and the spans
// of arrays that are appended to a ring.

import Delivery
import Glibc
import Media
import SegmentRing

private let limits = MediaLimits(
    initializationBytes: 64 * 1_024, blockBytes: 4 * 1_024 * 1_024, elementBytes: 64 * 1_024,
    tracks: 8, soundClusterDurationMs: 1_000, lostBytes: 16 * 1_024 * 1_024, heldFrames: 256,
    heldBytes: 512 * 1_024, orderWindowMs: 200, orderMemoryMs: 5_000, pictureSilenceMs: 2_000,
    firstFrameMs: 2_000, jumpBackMs: 1_000, jumpForwardMs: 10_000)
private let entryMs = 200
private let segmentMs = 2_000
private let pictureBytes = 9_884
private let soundBytes = 320

private func fail(_ message: String) -> Never {
    print(message)
    exit(1)
}

private func initialization(of path: String) throws -> Initialization {
    guard let file = unsafe fopen(path, "rb") else { fail("cannot open \(path)") }
    defer { unsafe fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    let count = unsafe fread(&bytes, 1, bytes.count, file)
    var ingest = WebMIngest(limits: limits)
    var batch = FragmentBatch()
    let result = try ingest.push(bytes.span.extracting(..<count), into: &batch)
    guard case .initialization(let initialization) = result.event else { fail("no header") }
    return initialization
}

private func block(_ track: UInt8, relativeMs: Int, isKey: Bool, bytes count: Int) -> [UInt8] {
    let size = count + 4
    let head: [UInt8] = [
        0xA3, 0x10 | UInt8(size >> 24), UInt8(size >> 16 & 255), UInt8(size >> 8 & 255),
        UInt8(size & 255), 0x80 | track, UInt8(relativeMs >> 8 & 255), UInt8(relativeMs & 255),
        isKey ? 0x80 : 0,
    ]
    // A packet of 20 ms of Opus begins with this.
    return head + [0xFC] + [UInt8](repeating: 7, count: count - 1)
}

/// What comes in so many milliseconds.
private func entry(atMs timeMs: Int) -> [UInt8] {
    let clusterMs = timeMs / segmentMs * segmentMs
    var bytes: [UInt8] = []
    if clusterMs == timeMs {
        bytes = [0x1F, 0x43, 0xB6, 0x75, 1, 255, 255, 255, 255, 255, 255, 255, 0xE7, 0x88]
        bytes += (0..<8).map { UInt8(truncatingIfNeeded: timeMs >> (56 - 8 * $0)) }
    }
    for picture in 0..<6 {
        let relativeMs = timeMs - clusterMs + (picture * 100 + 2) / 3
        bytes += block(1, relativeMs: relativeMs, isKey: relativeMs == 0, bytes: pictureBytes)
    }
    for packet in 0..<10 {
        let relativeMs = timeMs - clusterMs + packet * 20
        bytes += block(2, relativeMs: relativeMs, isKey: true, bytes: soundBytes)
    }
    return bytes
}

private func fill(_ writer: RingWriter, _ tracks: [MediaTrack], minutes: Int) throws -> Int {
    var clocks = tracks.map { TrackClock(for: $0) }
    var written = 0
    for timeMs in stride(from: 0, to: minutes * 60_000, by: entryMs) {
        if timeMs % segmentMs == 0 {
            let record = SegmentRecord(
                ordinal: UInt64(timeMs / segmentMs + 1), discontinuityOrdinal: 0,
                isIndependent: true, isDiscontinuity: false, mediaTimeMs: Int64(timeMs),
                wallMs: 1_800_000_000_000, plan: .init(targetDurationMs: 2_000, partTargetMs: 300),
                clocks: clocks)
            try unsafe record.encoded().withUnsafeBytes {
                try unsafe writer.append(.segmentRecord, $0, bootMs: UInt64(timeMs))
            }
        }
        for picture in 0..<6 {
            _ = clocks[0].take(timeMs: Int64(timeMs + (picture * 100 + 2) / 3), soundTicks: nil)
        }
        for packet in 0..<10 {
            _ = clocks[1].take(timeMs: Int64(timeMs + packet * 20), soundTicks: 960)
        }
        let bytes = entry(atMs: timeMs)
        written += bytes.count
        try unsafe writer.append(
            bytes.span.bytes, flags: timeMs % segmentMs == 0 ? .independent : [],
            mediaTimeMs: Int64(timeMs), durationMs: UInt32(entryMs), bootMs: UInt64(timeMs),
            state: [])
    }
    return written
}

/// Kilobytes of memory of this process that are not of a file.
private func anonymousKB() -> Int {
    guard let file = unsafe fopen("/proc/self/status", "r") else { return 0 }
    defer { unsafe fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 14)
    let count = unsafe fread(&bytes, 1, bytes.count, file)
    let lines = String(decoding: bytes[..<count], as: UTF8.self).split(separator: "\n")
    let line = lines.first { $0.hasPrefix("RssAnon:") }
    return line.flatMap { Int($0.filter(\.isNumber)) } ?? 0
}

private let arguments = CommandLine.arguments
guard arguments.count == 4, let minutes = Int(arguments[2]), let passes = Int(arguments[3]),
    1...20 ~= minutes
else { fail("usage: IndexCost RECORDING MINUTES PASSES") }
private let header = try initialization(of: arguments[1])
guard header.tracks.count == 2 else { fail("the recording has to have a picture and sound") }
private let path = "/tmp/weir-index-cost-\(getpid())"
private let writer = try Ring.create(
    path: path,
    geometry: RingGeometry(
        dataBytes: 1 << 29, entries: 1 << 14, initializationBytes: 64 * 1_024, carryBytes: 0,
        stateBytes: 0),
    initialization: header.bytes, state: [])
private let ring = try Ring.open(path: path)
_ = unsafe unlink(path)
private let written = try fill(writer, header.tracks, minutes: minutes)
private var scratch: [UInt8] = []
for _ in 0..<passes {
    let before = anonymousKB()
    var index = SegmentIndex(tracks: header.tracks)
    while !index.advance(in: ring, through: &scratch, mostBytes: 4 << 20) {}
    let takenKB = anonymousKB() - before
    print("\(written) bytes in \(index.segments.count) segments, \(takenKB) kB of memory")
}
