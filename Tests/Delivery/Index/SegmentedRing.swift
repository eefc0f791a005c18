// A real ring with a broadcast in it and records of segments, for tests of its index. The records are made
// here, by a rule that tests choose.

import Foundation
import Glibc
import Media
import SegmentRing
import StreamState
import Streams
import Testing

@testable import Delivery

/// A broadcast as fragments of ours.
struct Broadcast {
    let tracks: [MediaTrack]
    let initialization: [UInt8]
    var bytes: [UInt8] = []
    var fragments: [Fragment] = []

    static let recordings = [
        "chromium-vp9-opus.webm", "chromium-h264-opus.mkv", "chromium-audio-only.webm",
        "ffmpeg-av1-opus.webm", "ffmpeg-file-h264-open-gop-aac.mkv", "ffmpeg-video-only.webm",
    ]

    static let limits = MediaLimits(
        initializationBytes: 64 * 1024, blockBytes: 4 * 1024 * 1024, elementBytes: 64 * 1024,
        tracks: 8, soundClusterDurationMs: 1_000, lostBytes: 16 * 1024 * 1024,
        heldFrames: 256, heldBytes: 512 * 1024, orderWindowMs: 200, orderMemoryMs: 5_000,
        pictureSilenceMs: 2_000, firstFrameMs: 2_000, jumpBackMs: 1_000, jumpForwardMs: 10_000)

    /// The recording, as often as asked for, each time as a broadcast that goes on.
    init(_ recording: String, times: Int = 1, pieceBytes: () -> Int = { 20_000 }) throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Media/Recordings/\(recording)")
        let input = [UInt8](try Data(contentsOf: folder))
        var ingest = WebMIngest(limits: Self.limits)
        var batch = FragmentBatch()
        var found: Initialization?
        for _ in 0..<times {
            var rest = input[...]
            while !rest.isEmpty {
                var piece = rest.prefix(max(pieceBytes(), 1))
                rest = rest.dropFirst(piece.count)
                while true {
                    let result = try ingest.push(piece.span, into: &batch)
                    piece = piece.dropFirst(result.consumed)
                    guard case .initialization(let initialization) = result.event else { break }
                    if found != nil {
                        ingest.continueTimeline(atMs: batch.fragments.last?.endMs ?? 0)
                    }
                    found = initialization
                }
            }
            ingest.flush(into: &batch)
        }
        let known = try #require(found)
        tracks = known.tracks
        initialization = known.bytes
        bytes = batch.bytes
        fragments = batch.fragments
    }

    func bytes(of fragment: Fragment) -> [UInt8] { [UInt8](bytes[fragment.bytes]) }
}

extension Fragment {
    var endMs: Int64 { mediaTimeMs + Int64(durationMs) }
}

/// A ring of its own, removed with the test.
final class SegmentedRing {
    let writer: RingWriter
    let tracks: [MediaTrack]
    var plan: SegmentPlan
    private let directory: String
    private let path: String
    private let meters: [SoundMeter?]
    private var clocks: [TrackClock]
    private var repeaters: [FrameRepeater?]
    private var held: HeldPicture?
    /// Of the pictures in the segments that begin, and whether they begin it.
    var setUp: SegmentSetUp?
    var beginsSetUp = false
    private var blocks = StoredBlocks()
    private var clusterMs: Int64?
    private(set) var ordinal: UInt64
    /// Of the records that are written from now on.
    var pace: SegmentPace?
    /// How long nothing came before what comes now.
    var pausedMs: UInt64 = 0
    private var discontinuities: UInt64 = 0
    /// Its first segment does not continue that of another ring.
    private let isBack: Bool
    private(set) var begunAtMs: Int64?
    private var unbrokenSinceMs: Int64 = 0
    private var lastRecord: [UInt8]?
    private var bootMs: UInt64 = 1_000_000

    /// - Parameters:
    ///   - old: the ring that it replaces, as a broadcast does that comes back with other tracks.
    ///   - replacedPath: the second name of that one.
    init(
        _ broadcast: Broadcast, dataBytes: Int = 1 << 24, entries: Int = 1 << 12,
        partTargetMs: UInt32? = 300, firstOrdinal: UInt64 = 1, path: String? = nil,
        replacing old: SegmentedRing? = nil, keepingAs replacedPath: String? = nil
    ) throws {
        var template = Array("/tmp/weir-index-XXXXXX".utf8CString)
        directory = String(cString: mkdtemp(&template))
        self.path = path ?? directory + "/ring"
        tracks = broadcast.tracks
        plan = SegmentPlan(targetDurationMs: 4_000, partTargetMs: partTargetMs)
        meters = tracks.map { $0.kind == .audio ? SoundMeter(for: $0) : nil }
        clocks = tracks.map { TrackClock(for: $0) }
        repeaters = tracks.map { FrameRepeater(for: $0) }
        ordinal = old?.ordinal ?? firstOrdinal - 1
        discontinuities = old.map { $0.discontinuities + 1 } ?? 0
        isBack = old != nil
        let pasts = old.map { PastRing.all(behindSuccessorOf: $0.ring, isKept: true) } ?? []
        writer = try Ring.create(
            path: self.path,
            geometry: RingGeometry(
                dataBytes: dataBytes, entries: entries, initializationBytes: 64 * 1024,
                carryBytes: 0, stateBytes: 0),
            initialization: broadcast.initialization,
            baseOrdinals: RingOrdinals(segment: ordinal + 1, discontinuity: discontinuities),
            state: [],
            prepare: { words in
                let begunMs = old?.ring.status.listsBegunWallMs ?? old?.ring.createdWallClockMs
                StreamStatus.set(pasts, listsBegunWallMs: begunMs, in: words)
            }, keepingReplacedAs: replacedPath)
    }

    deinit {
        unlink(path)
        rmdir(directory)
    }

    var ring: Ring { writer.ring }

    /// Whether a segment begins with the fragment, if nobody says otherwise.
    func isDue(_ fragment: Fragment) -> Bool {
        let sinceMs = begunAtMs.map { fragment.mediaTimeMs - $0 }
        return fragment.isIndependent && sinceMs ?? .max >= 1_000
            || (begunAtMs != nil && fragment.isDiscontinuity)
    }

    /// Appends a fragment, and a record before it if a segment is to begin with it.
    func append(
        _ fragment: Fragment, of broadcast: Broadcast, beginsSegment: Bool? = nil,
        recordTimes: Int = 1, damage: (inout [UInt8]) -> Void = { _ in }
    ) throws {
        if beginsSegment ?? isDue(fragment) || (begunAtMs != nil && fragment.isDiscontinuity) {
            for time in 0..<recordTimes { try begin(fragment, isAgain: time > 0) }
        }
        var bytes = broadcast.bytes(of: fragment)
        // Damage comes after the writer has seen the frames, so the next record knows more than readers.
        count(bytes)
        damage(&bytes)
        try append(bytes, fragment)
    }

    /// Appends a fragment and the record that the parser gave it, as a worker does.
    func appendAsWritten(_ fragment: Fragment, of broadcast: Broadcast) throws {
        if let record = fragment.segmentRecord {
            try append(.segmentRecord, record)
            begunAtMs = fragment.mediaTimeMs
            ordinal += 1
        }
        try append(broadcast.bytes(of: fragment), fragment)
    }

    func appendAll(_ broadcast: Broadcast) throws {
        for fragment in broadcast.fragments { try append(fragment, of: broadcast) }
    }

    /// Writes the record of a segment that begins with a fragment.
    func begin(_ fragment: Fragment, isAgain: Bool = false) throws {
        if fragment.isDiscontinuity, !isAgain {
            discontinuities += 1
            for index in clocks.indices { clocks[index].restart() }
            held?.again = nil
        }
        let isFirst = begunAtMs == nil || isAgain && begunAtMs == fragment.mediaTimeMs
        ordinal += isAgain ? 0 : 1
        discontinuities += beginsSetUp && !isAgain ? 1 : 0
        if fragment.isDiscontinuity || beginsSetUp || begunAtMs == nil {
            unbrokenSinceMs = fragment.mediaTimeMs
        }
        begunAtMs = fragment.mediaTimeMs
        let record = SegmentRecord(
            ordinal: ordinal, discontinuityOrdinal: discontinuities,
            isIndependent: fragment.isIndependent,
            isDiscontinuity: fragment.isDiscontinuity || isBack && isFirst,
            mediaTimeMs: fragment.mediaTimeMs, unbrokenSinceMs: unbrokenSinceMs,
            clusterMs: fragment.isClusterStart ? nil : clusterMs,
            wallMs: 1_800_000_000_000 + UInt64(fragment.mediaTimeMs) + pausedMs
                + (isAgain ? 1 : 0),
            plan: plan, clocks: clocks, held: held, setUp: setUp, beginsSetUp: beginsSetUp,
            pace: pace)
        lastRecord = record.encoded()
        try repeatRecord()
    }

    /// Writes the last record again, as after a worker's death.
    func repeatRecord() throws {
        guard let lastRecord else { return }
        try append(.segmentRecord, lastRecord)
    }

    func append(_ kind: RingKind, _ bytes: [UInt8]) throws {
        try bytes.withUnsafeBytes { try writer.append(kind, $0, bootMs: bootMs) }
    }

    /// Frames go by as a reader sees them, so that the next record has the right clocks.
    private func count(_ bytes: [UInt8]) {
        blocks.beginEntry()
        if bytes.starts(with: [0x1F, 0x43, 0xB6, 0x75]), bytes.count >= 22 {
            clusterMs = Int64(bytes[14..<22].reduce(0) { $0 << 8 | UInt64($1) })
        }
        while let block = blocks.next(in: bytes.span) {
            guard clocks.indices.contains(block.track) else { continue }
            let frame = bytes.span.extracting(block.payload)
            _ = clocks[block.track].take(
                timeMs: block.timeMs, soundTicks: meters[block.track]?.ticks(of: frame))
            if meters[block.track] == nil { held = repeaters[block.track]?.take(frame) }
        }
    }

    /// The writer has counted something that no reader sees.
    func disturbClocks() {
        for index in clocks.indices {
            _ = clocks[index].take(timeMs: (begunAtMs ?? 0) + 500, soundTicks: 700)
        }
    }

    private func append(_ bytes: [UInt8], _ fragment: Fragment) throws {
        bootMs += 10
        var flags: FragmentFlags = fragment.isClusterStart ? .groupStart : []
        if fragment.isIndependent { flags.insert(.independent) }
        if fragment.isDiscontinuity { flags.insert(.discontinuity) }
        try bytes.withUnsafeBytes {
            try writer.append(
                $0, flags: flags, mediaTimeMs: fragment.mediaTimeMs,
                durationMs: UInt32(fragment.durationMs), bootMs: bootMs, state: [])
        }
    }
}

extension SegmentIndex {
    /// A body that nobody takes the ring from.
    func body(
        of ordinal: UInt64, rendition: Int, parts: Range<Int>? = nil, from ring: Ring
    ) -> SegmentBody? {
        body(of: ordinal, rendition: rendition, parts: parts, from: RingHold(ring))
    }
}
