// Fuzzes the ingest parser: hostile bytes must not trap, and what comes out must not depend on how
// they are cut, on a change of process in between, or on a retry. What comes out is read back; the
// input itself is read that way too, as if a ring had it.
//
// The last byte of an input chooses the cuts, and with its highest bit that half of the way
// something was lost; the rest is what the broadcaster sends.
//
// Run it with the directory of the corpus:
//   FuzzWebM Tests/Fuzz/WebM/Corpus -dict=Tests/Fuzz/WebM/webm.dict -max_total_time=30

import FuzzDriver

@testable import Media

@main
enum FuzzWebM {
    static func main() { fuzz(check) }
}

private func check(_ bytes: [UInt8]) {
    guard let choice = bytes.last else { return }
    let input = bytes.dropLast()
    let lossAt = choice & 0x80 == 0 ? input.count : input.count / 2
    let beforeLoss = input.prefix(lossAt)
    let afterLoss = input.dropFirst(lossAt)
    var whole = Run([beforeLoss], [afterLoss], resumes: false)
    let cut = (pieces(of: beforeLoss, choice: choice), pieces(of: afterLoss, choice: choice))
    precondition(
        Run(cut.0, cut.1, resumes: false).hasSameResult(as: whole), "the cuts change the result")
    precondition(
        Run(cut.0, cut.1, resumes: true).hasSameResult(as: whole),
        "a change of process changes the result")
    if afterLoss.isEmpty { whole.checkRetries(of: input) }
    whole.checkInitializations()
    whole.checkFrames()
    whole.goOn(with: input)
    for clusterMs in [nil, 0] as [Int64?] { walk([UInt8](input), continuing: clusterMs) }
}

/// Pieces of 1 to 64 bytes, in a pattern that `choice` decides.
private func pieces(of input: ArraySlice<UInt8>, choice: UInt8) -> [ArraySlice<UInt8>] {
    var pieces: [ArraySlice<UInt8>] = []
    var state = UInt32(choice) &* 2_654_435_761 | 1
    var rest = input
    while !rest.isEmpty {
        state = state &* 1_664_525 &+ 1_013_904_223
        let length = Int(state >> 24) % (choice < 8 ? Int(choice) + 1 : 64) + 1
        pieces.append(rest.prefix(length))
        rest = rest.dropFirst(length)
    }
    return pieces
}

private let limits = MediaLimits(
    initializationBytes: 4_096, blockBytes: 4_096, elementBytes: 1_024, tracks: 4,
    soundClusterDurationMs: 500, lostBytes: 2_048, heldFrames: 8, heldBytes: 1_024,
    orderWindowMs: 200, orderMemoryMs: 5_000, pictureSilenceMs: 2_000, firstFrameMs: 2_000,
    jumpBackMs: 1_000,
    jumpForwardMs: 10_000)

/// One parser's way through an input, up to its first error.
private struct Run {
    private var ingest = WebMIngest(limits: limits)
    private var bytes: [UInt8] = []
    private var initializations: [Initialization] = []
    private var clusters: [Int64] = []
    private var fragments: [Fragment] = []
    /// Where in the output they belong, and what they are.
    private var segmentRecords: [Int: [UInt8]] = [:]
    private var error: MediaError?
    private var losses = 0

    /// Pushes the pieces; what lay between the first and the second ones was lost, if there are
    /// any.
    init(_ beforeLoss: [ArraySlice<UInt8>], _ afterLoss: [ArraySlice<UInt8>], resumes: Bool) {
        push(beforeLoss, resumes: resumes)
        if afterLoss.contains(where: { !$0.isEmpty }), error == nil { ingest.resynchronize() }
        push(afterLoss, resumes: resumes)
    }

    private mutating func push(_ pieces: [ArraySlice<UInt8>], resumes: Bool) {
        for piece in pieces where error == nil {
            push(piece)
            if resumes, error == nil { resume() }
        }
    }

    /// After an error, or whatever else: more input never traps.
    mutating func goOn(with input: ArraySlice<UInt8>) {
        error = nil
        push(input)
    }

    private mutating func push(_ piece: ArraySlice<UInt8>) {
        var rest = piece
        while error == nil {
            var batch = FragmentBatch()
            var event = PushResult.Event.none
            do throws(MediaError) {
                let result = try ingest.push(rest.span, into: &batch)
                precondition(result.consumed <= rest.count)
                rest = rest.dropFirst(result.consumed)
                event = result.event
                losses += result.losses
            } catch {
                self.error = error
            }
            take(batch)
            guard case .initialization(let initialization) = event else { break }
            initializations.append(initialization)
            // As after a restart: the time line goes on.
            if initializations.count > 1 { ingest.continueTimeline(atMs: ingest.nextMediaTimeMs) }
        }
        precondition(ingest.carry.count <= WebMIngest.mostCarryBytes(limits))
        precondition(ingest.nextMediaTimeMs >= 0)
    }

    private mutating func take(_ batch: FragmentBatch) {
        var position = 0
        for var fragment in batch.fragments {
            precondition(fragment.bytes.lowerBound == position && !fragment.bytes.isEmpty)
            precondition(fragment.state.count <= WebMIngest.stateMostBytes)
            precondition(fragment.consumedInput >= 0 && fragment.durationMs >= 0)
            position = fragment.bytes.upperBound
            if fragment.isClusterStart {
                let start = bytes.count + fragment.bytes.lowerBound
                let flags: Int64 =
                    (fragment.isIndependent ? 1 : 0)
                    + (fragment.isDiscontinuity ? 2 : 0)
                clusters += [Int64(start), fragment.mediaTimeMs, flags]
            }
            let length = fragment.bytes.count
            let start = bytes.count + fragment.bytes.lowerBound
            fragment.bytes = start..<start + length
            fragments.append(fragment)
            if let record = fragment.segmentRecord {
                precondition(SegmentRecord(decoding: record) != nil, "a record is not read back")
                segmentRecords[start] = record
            }
        }
        precondition(position == batch.bytes.count)
        bytes += batch.bytes
    }

    private mutating func resume() {
        do throws(MediaError) {
            ingest = try WebMIngest(
                resuming: ingest.state(), carry: ingest.carry,
                initialization: ingest.initialization, limits: limits)
        } catch {
            preconditionFailure("a snapshot of ours is refused: \(error)")
        }
    }

    func hasSameResult(as other: Run) -> Bool {
        bytes == other.bytes && initializations == other.initializations
            && clusters == other.clusters && segmentRecords == other.segmentRecords
            && error == other.error
            // What the push with the error had counted is not told.
            && (error != nil || losses == other.losses)
            && ingest.state() == other.ingest.state() && ingest.carry == other.ingest.carry
    }

    /// Another process goes on after each fragment and gets the input again. Only for one broadcast
    /// without an error: then the positions in the input are those after the header.
    func checkRetries(of input: ArraySlice<UInt8>) {
        guard initializations.count == 1, error == nil else { return }
        var start = WebMIngest(limits: limits)
        var ignored = FragmentBatch()
        guard let header = try? start.push(input.span, into: &ignored).consumed else { return }
        for fragment in fragments {
            guard
                var other = try? WebMIngest(
                    resuming: fragment.state, carry: fragment.carry,
                    initialization: initializations.last, limits: limits)
            else { preconditionFailure("a fragment's snapshot is refused") }
            var batch = FragmentBatch()
            let rest = input.dropFirst(header + fragment.consumedInput)
            guard (try? other.push(rest.span, into: &batch)) != nil else {
                preconditionFailure("a retry fails")
            }
            let end = fragment.bytes.upperBound
            precondition(batch.bytes == [UInt8](bytes[end...]))
            for later in batch.fragments {
                precondition(
                    later.segmentRecord == nil
                        || later.segmentRecord == segmentRecords[end + later.bytes.lowerBound])
            }
            precondition(other.state() == ingest.state() && other.carry == ingest.carry)
        }
    }

    /// What we write as clusters is read to its very end.
    func checkFrames() {
        precondition(walk(bytes, continuing: nil) == bytes.count, "a cluster is not read back")
    }

    /// What we write as an init is an init of ours.
    func checkInitializations() {
        for initialization in initializations {
            let again = try? Initialization(parsing: initialization.bytes, limits: limits)
            precondition(again == initialization, "an init is not read back as it is")
        }
    }
}

/// Reads frames out of what may be clusters of ours; returns how far that went.
@discardableResult
private func walk(_ bytes: [UInt8], continuing clusterMs: Int64?) -> Int {
    var reader = ClusterReader(continuingClusterAtMs: clusterMs)
    while let (frame, data) = reader.next(in: bytes.span) {
        precondition(0..<MediaLimits.mostTracks ~= frame.track)
        precondition(data.lowerBound >= 0 && data.upperBound <= bytes.count)
    }
    var blocks = StoredBlocks()
    // The second time as an entry that goes on in the cluster of the first.
    for _ in 0..<2 {
        while let block = blocks.next(in: bytes.span) {
            precondition(0..<MediaLimits.mostTracks ~= block.track)
            precondition(0...bytes.count ~= block.payload.upperBound)
            precondition(block.durationMs ?? 0 >= 0 && abs(block.timeMs) < 1 << 55)
        }
        blocks.beginEntry()
    }
    return reader.position
}
