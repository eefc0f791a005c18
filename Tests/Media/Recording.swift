// The recordings beside these tests, and what the parser makes of them.

import Foundation
import Testing

@testable import Media

/// A file that a real muxer wrote.
struct Recording: CustomTestStringConvertible, Sendable {
    let name: String
    let bytes: [UInt8]
    /// The lengths in which a browser handed it out; empty for ffmpeg's.
    let chunkBytes: [Int]

    var testDescription: String { name }

    static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "Recordings")

    static let all: [Recording] = {
        let names = try! FileManager.default.contentsOfDirectory(atPath: folder.path)
        return names.filter { $0.hasSuffix(".webm") || $0.hasSuffix(".mkv") }.sorted()
            .map { Recording(named: $0) }
    }()

    init(named name: String) {
        self.name = name
        bytes = [UInt8](try! Data(contentsOf: Recording.folder.appending(path: name)))
        let lengths = try? Data(
            contentsOf: Recording.folder.appending(path: name + ".chunks.json"))
        chunkBytes = lengths.map { try! JSONDecoder().decode([Int].self, from: $0) } ?? []
    }
}

extension MediaLimits {
    /// The values Weir runs with.
    static let usual = MediaLimits(
        initializationBytes: 64 * 1024, blockBytes: 4 * 1024 * 1024, elementBytes: 64 * 1024,
        tracks: 8, soundClusterDurationMs: 1_000, lostBytes: 16 * 1024 * 1024,
        heldFrames: 256, heldBytes: 512 * 1024, orderWindowMs: 200, orderMemoryMs: 5_000,
        pictureSilenceMs: 2_000, firstFrameMs: 2_000, jumpBackMs: 1_000, jumpForwardMs: 10_000)
}

extension WebMIngest {
    /// What the parser holds back belongs to an element that is not complete: more input is needed
    /// before a body can end cleanly.
    var isMidElement: Bool {
        unreadBytes > 0 || reader.skipRemaining > 0 || reader.draft != nil
    }
}

/// Everything one parser put out, with the inits in front of what followed them.
struct Output: Equatable {
    var bytes: [UInt8] = []
    var initializations: [Initialization] = []
    var fragments: [Fragment] = []
    var error: MediaError?
    var losses = 0

    /// Pushes bytes through a parser as a caller does: everything after an event is pushed again.
    mutating func push(_ input: ArraySlice<UInt8>, through ingest: inout WebMIngest) {
        var rest = input
        var batch = FragmentBatch()
        while error == nil {
            do throws(MediaError) {
                let result = try ingest.push(rest.span, into: &batch)
                take(&batch)
                losses += result.losses
                rest = rest.dropFirst(result.consumed)
                guard case .initialization(let initialization) = result.event else { return }
                initializations.append(initialization)
                bytes.append(contentsOf: initialization.bytes)
            } catch {
                take(&batch)
                self.error = error
            }
        }
    }

    /// A parser that goes on from one of the fragments of a chunk puts out what came after it here, and
    /// ends where `ingest` has ended.
    func expectSame(
        from fragment: Fragment, of chunk: ArraySlice<UInt8>, as ingest: WebMIngest
    ) throws {
        var other = try WebMIngest(
            resuming: fragment.state, carry: fragment.carry,
            initialization: ingest.initialization, limits: .usual)
        var retry = Output()
        retry.push(chunk.dropFirst(fragment.consumedInput), through: &other)
        #expect(retry.bytes == [UInt8](bytes[fragment.bytes.upperBound...]))
        #expect(other.state() == ingest.state() && other.carry == ingest.carry)
    }

    mutating func push(_ input: [UInt8], through ingest: inout WebMIngest) {
        push(input[...], through: &ingest)
    }

    /// No more comes: what waits for its turn is written.
    mutating func flush(_ ingest: inout WebMIngest) {
        ingest.settleHeader()
        push([], through: &ingest)
        var batch = FragmentBatch()
        ingest.flush(into: &batch)
        take(&batch)
    }

    private mutating func take(_ batch: inout FragmentBatch) {
        for var fragment in batch.fragments {
            let moved = bytes.count
            bytes.append(contentsOf: batch.bytes[fragment.bytes])
            fragment.bytes = moved..<bytes.count
            fragments.append(fragment)
        }
        batch.removeAll()
    }

    /// The cluster starts' positions, times and flags: what must not depend on the cuts.
    var clusters: [ClusterStart] {
        fragments.filter(\.isClusterStart).map {
            ClusterStart(
                position: $0.bytes.lowerBound, timeMs: $0.mediaTimeMs,
                isIndependent: $0.isIndependent, isDiscontinuity: $0.isDiscontinuity)
        }
    }

    /// The segment records and where in the output they belong.
    var segmentRecords: [PlacedRecord] {
        fragments.compactMap { fragment in
            fragment.segmentRecord.map {
                PlacedRecord(position: fragment.bytes.lowerBound, bytes: $0)
            }
        }
    }

    /// What must be the same however the input was cut.
    func isSame(as other: Output) -> Bool {
        bytes == other.bytes && initializations == other.initializations && error == other.error
            && clusters == other.clusters && losses == other.losses
            && segmentRecords == other.segmentRecords
    }
}

struct PlacedRecord: Equatable {
    let position: Int
    let bytes: [UInt8]

    /// Nil when the bytes are no record.
    var record: SegmentRecord? { SegmentRecord(decoding: bytes) }
}

struct ClusterStart: Equatable {
    let position: Int
    let timeMs: Int64
    let isIndependent: Bool
    let isDiscontinuity: Bool
}

/// A parser's output for an input that comes in pieces of the given lengths, then the rest.
func output(of bytes: [UInt8], cutAt cuts: [Int] = [], limits: MediaLimits = .usual) -> Output {
    var ingest = WebMIngest(limits: limits)
    var output = Output()
    var start = 0
    for end in cuts + [bytes.count] {
        output.push(bytes[start..<end], through: &ingest)
        start = end
    }
    output.flush(&ingest)
    return output
}
