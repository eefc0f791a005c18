// Order across tracks: what is held, for how long, and that nothing is when it comes in order.

import Testing

@testable import Media

private let start = Document.start(Document.video(), Document.audio())

/// Three seconds of pictures each 40 ms and sound each 20 ms, by how far the sound is ahead in the file.
private func interleaved(soundAheadMs: Int, seconds: Int = 3) -> [[UInt8]] {
    let pictures = stride(from: 0, to: seconds * 1_000, by: 40).map {
        (place: $0, track: UInt8(1), timeMs: $0)
    }
    let sound = stride(from: 0, to: seconds * 1_000, by: 20).map {
        (place: $0 - soundAheadMs, track: UInt8(2), timeMs: $0)
    }
    let order = (pictures + sound).sorted { ($0.place, $0.track) < ($1.place, $1.track) }
    return order.map { frame in
        let isKey = frame.track == 1 && frame.timeMs.isMultiple(of: 1_000)
        return Document.cluster(at: UInt64(frame.timeMs))
            + Document.block(
                frame.track, 0, key: isKey, [UInt8(truncatingIfNeeded: frame.timeMs / 20)])
    }
}

@Suite("Order across tracks")
struct OrderTests {
    @Test("a block in order comes out in the push that completed it", arguments: Recording.all)
    func noDelay(recording: Recording) {
        var ingest = WebMIngest(limits: .usual)
        var output = Output()
        var delayed: [Int] = []
        for byte in recording.bytes.indices {
            output.push(recording.bytes[byte..<byte + 1], through: &ingest)
            if !ingest.writer.order.held.isEmpty { delayed.append(byte) }
        }
        #expect(delayed.isEmpty)
        #expect(output.blocks.count > 50)
    }

    @Test(
        "sound that is ahead by up to the window is put in order, in clusters that begin with pictures",
        arguments: [20, 70, 150, 200])
    func soundAhead(aheadMs: Int) {
        let blocks = interleaved(soundAheadMs: aheadMs)
        let output = output(of: start + blocks.joined())
        #expect(output.blocks.count == blocks.count)
        // The first of both tracks come before anything is known.
        let times = output.blocks.map(\.timeMs).drop { $0 < 220 }
        #expect(zip(times, times.dropFirst()).allSatisfy { $0 <= $1 })
        #expect(output.clusters.filter { $0.timeMs > 0 }.map(\.timeMs) == [1_000, 2_000])
        for track in [UInt8(1), 2] {
            let own = output.blocks.filter { $0.track == track }.map(\.timeMs)
            #expect(own == own.sorted())
        }
    }

    @Test("the same is put out however it is cut, and by other processes from each fragment on")
    func cuts() throws {
        let bytes = start + interleaved(soundAheadMs: 70).joined()
        let whole = output(of: bytes)
        #expect(output(of: bytes, cutAt: [Int](bytes.indices.dropFirst())).isSame(as: whole))
        var ingest = WebMIngest(limits: .usual)
        var seen = Output()
        seen.push(bytes[..<start.count], through: &ingest)
        for begin in stride(from: start.count, to: bytes.count, by: 97) {
            let chunk = bytes[begin..<min(begin + 97, bytes.count)]
            let first = seen.fragments.count
            seen.push(chunk, through: &ingest)
            for fragment in seen.fragments[first...] {
                try seen.expectSame(from: fragment, of: chunk, as: ingest)
            }
        }
        #expect(seen.fragments.contains { !$0.carry.isEmpty })
        seen.flush(&ingest)
        #expect(seen.blocks == whole.blocks)
    }

    @Test("what is later than the window gets a cluster of its own, and nothing waits for it")
    func tooLate() {
        var ingest = WebMIngest(limits: .usual)
        var output = Output()
        output.push(start + interleaved(soundAheadMs: 400).joined(), through: &ingest)
        #expect(ingest.writer.order.held.isEmpty)
        #expect(output.clusters.count > 50)
    }

    @Test("a track that falls silent holds the others by the window, and soon not at all")
    func silence() {
        var ingest = WebMIngest(limits: .usual)
        var output = Output()
        output.push(start + interleaved(soundAheadMs: 70).joined(), through: &ingest)
        for timeMs in stride(from: 3_000, to: 12_000, by: 20) {
            output.push(
                Document.cluster(at: UInt64(timeMs)) + Document.block(2, 0), through: &ingest)
            let behindMs = Int64(timeMs) - (output.blocks.last?.timeMs ?? 0)
            #expect(behindMs <= 200)
            if timeMs > 9_000 { #expect(behindMs == 0) }
        }
    }

    @Test("what is held is bounded in bytes and in frames")
    func bounds() {
        var limits = MediaLimits.usual
        limits.heldBytes = 5_000
        limits.heldFrames = 20
        var ingest = WebMIngest(limits: limits)
        var output = Output()
        output.push(start + interleaved(soundAheadMs: 70).joined(), through: &ingest)
        for count in [10, 1_000, 4_000, 9_000] {
            for _ in 0..<60 {
                output.push(
                    Document.cluster(at: 3_020)
                        + Document.block(2, 0, [UInt8](repeating: 1, count: count)),
                    through: &ingest)
                #expect(ingest.writer.order.heldBytes <= 5_000)
                #expect(ingest.writer.order.held.count <= 20)
            }
        }
        output.flush(&ingest)
        #expect(output.blocks.filter { $0.timeMs == 3_020 }.count == 240)
    }

    @Test("pictures that are stored in another order than shown are never held")
    func reordering() {
        let header = Document.start(Document.video(codec: "V_MPEG4/ISO/AVC"), Document.audio())
        var ingest = WebMIngest(limits: .usual)
        var output = Output()
        output.push(header, through: &ingest)
        for group in 0..<40 {
            let timeMs = 160 * group
            for (index, offset) in [160, 80, 40, 120].enumerated() {
                output.push(
                    Document.cluster(at: UInt64(timeMs))
                        + Document.block(1, offset, key: group == 0 && index == 0)
                        + Document.block(2, 40 * index), through: &ingest)
                #expect(ingest.writer.order.held.isEmpty)
            }
        }
        #expect(output.blocks.count == 320)
        #expect(output.clusters.count == 1)
    }

    @Test("of a codec that might reorder but does not, sound that is ahead is put in order too")
    func mightReorder() {
        let header = Document.start(Document.video(codec: "V_MPEG4/ISO/AVC"), Document.audio())
        let output = output(of: header + interleaved(soundAheadMs: 70, seconds: 5).joined())
        let times = output.blocks.map(\.timeMs).drop { $0 < 2_400 }
        #expect(times.count > 150)
        #expect(zip(times, times.dropFirst()).allSatisfy { $0 <= $1 })
    }

    @Test("what waits is written when input is lost, and when a new header comes")
    func beforeBreaks() {
        let held = start + interleaved(soundAheadMs: 70).joined()
        let blocks = output(of: held).blocks.count
        for rest in [[0, 0, 0, 0], start] {
            var ingest = WebMIngest(limits: .usual)
            var output = Output()
            output.push(held, through: &ingest)
            #expect(output.blocks.count < blocks)
            output.push(rest, through: &ingest)
            #expect(output.blocks.count == blocks)
            #expect(ingest.writer.order.held.isEmpty)
        }
        var ingest = WebMIngest(limits: .usual)
        var output = Output()
        output.push(held, through: &ingest)
        ingest.resynchronize()
        output.push(Document.cluster(at: 9_000) + Document.block(2, 0), through: &ingest)
        #expect(output.blocks.count == blocks + 1)
        #expect(output.clusters.last?.isDiscontinuity == true)
        #expect(output.clusters.dropLast().allSatisfy { !$0.isDiscontinuity })
    }
}
