// The records depend on the frames and on when they arrived, and on nothing else: not on how the input is
// cut, nor on which process takes it.

import Testing

@testable import Media

/// Sound ahead of the picture, so that frames wait; key frames, then none for a while, then a loss, and a
/// clock that jumps.
private let broadcast: [UInt8] = {
    var bytes = Document.start(Document.video(), Document.audio())
    for second in 0..<24 where second != 17 {
        bytes += Document.cluster(at: UInt64(second + (second < 20 ? 0 : 400)) * 1_000)
        if second == 18 { bytes += [0, 0, 0, 0] }
        for ms in stride(from: 0, to: 1_000, by: 20) {
            bytes += Document.block(2, ms + 90, key: true, [0x78, UInt8(second)])
            guard ms % 40 == 0 else { continue }
            let isKey = ms == 0 && (second < 8 || second > 14) && second % 2 == 0
            bytes += Document.block(1, ms, key: isKey, [2, UInt8(ms / 20)])
        }
    }
    return bytes
}()

private func parser() -> WebMIngest { WebMIngest(limits: .usual) }

private func output(cutAt cuts: [Int]) -> Output {
    var ingest = parser()
    var output = Output()
    var start = 0
    for end in cuts + [broadcast.count] {
        output.push(broadcast[start..<end], through: &ingest)
        start = end
    }
    output.flush(&ingest)
    return output
}

@Suite("Determinism of segments")
struct SegmentDeterminismTests {
    @Test("the broadcast has all that matters")
    func sane() {
        let records = output(cutAt: []).segmentRecords.compactMap { $0.record }
        #expect(records.count > 6)
        #expect(records.contains { !$0.isIndependent })
        #expect(records.count { $0.isDiscontinuity } == 2)
        #expect(records.contains { $0.clusterMs != nil })
    }

    @Test("any cuts give the same records in the same places", arguments: 0..<12)
    func cuts(seed: Int) {
        var random = SeededRandom(seed: UInt64(seed))
        let count = seed == 0 ? 4_000 : Int.random(in: 1...300, using: &random)
        let cuts = (0..<count).map { _ in Int.random(in: 0...broadcast.count, using: &random) }
        let cut = output(cutAt: cuts.sorted())
        #expect(cut.isSame(as: output(cutAt: [])))
    }

    @Test("a process that dies after any fragment is continued with the same records")
    func retries() throws {
        for chunkBytes in [700, 9_000] {
            var ingest = parser()
            var seen = Output()
            var start = 0
            while start < broadcast.count {
                let end = min(start + chunkBytes, broadcast.count)
                let chunk = broadcast[start..<end]
                let first = seen.fragments.count
                let hadInit = ingest.initialization != nil
                seen.push(chunk, through: &ingest)
                for index in first..<seen.fragments.count where hadInit {
                    try expectSame(after: index, of: chunk, in: seen, endingLike: ingest)
                }
                start = end
            }
        }
    }

    /// Another parser goes on after a fragment was stored, and gets the chunk again.
    private func expectSame(
        after index: Int, of chunk: ArraySlice<UInt8>, in seen: Output,
        endingLike ingest: WebMIngest
    ) throws {
        let fragment = seen.fragments[index]
        var other = try WebMIngest(
            resuming: fragment.state, carry: fragment.carry,
            initialization: ingest.initialization, limits: .usual)
        other.arrivedMs = ingest.arrivedMs
        var retry = Output()
        retry.push(chunk.dropFirst(fragment.consumedInput), through: &other)
        let after = fragment.bytes.upperBound
        let expected = seen.segmentRecords.filter { $0.position >= after }
        #expect(
            retry.segmentRecords.map(\.position) == expected.map { $0.position - after })
        #expect(retry.segmentRecords.map(\.bytes) == expected.map(\.bytes))
        #expect(other.state() == ingest.state())
    }

    @Test("no bytes in the place of a snapshot make a parser trap")
    func hostileSnapshots() throws {
        var random = SeededRandom(seed: 11)
        for length in [3_000, 14_000] {
            var ingest = parser()
            var batch = FragmentBatch()
            var rest = broadcast[..<length]
            while true {
                let result = try ingest.push(rest.span, into: &batch)
                rest = rest.dropFirst(result.consumed)
                if result.event == .none { break }
            }
            let state = ingest.state()
            for _ in 0..<3_000 {
                var bytes = state
                for _ in 0..<Int.random(in: 1...3, using: &random) {
                    bytes[Int.random(in: 0..<min(200, bytes.count), using: &random)] =
                        [0, 0x3F, 0xFF].randomElement(using: &random)!
                }
                var other = WebMIngest(limits: .usual)
                try? other.continueSegments(of: bytes)
                guard
                    var resumed = try? WebMIngest(
                        resuming: bytes, carry: ingest.carry,
                        initialization: ingest.initialization, limits: .usual)
                else { continue }
                resumed.arrivedMs = .max
                var more = FragmentBatch()
                let rest = broadcast[14_000...]
                _ = try? resumed.push(rest.span, into: &more)
                #expect(resumed.state().count <= WebMIngest.stateMostBytes)
            }
        }
    }
}
