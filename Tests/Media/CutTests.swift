// The same input cut differently: what comes out, and where the parser stands, must not depend on
// it.

import Testing

@testable import Media

/// Where a parser stands after some input: equal positions have equal futures.
private struct Standing: Equatable {
    let state: [UInt8]
    let carry: [UInt8]
    let outputBytes: Int

    init(_ ingest: WebMIngest, _ output: Output) {
        state = ingest.state()
        carry = ingest.carry
        outputBytes = output.bytes.count
    }
}

/// A recording pushed byte by byte, with where the parser stood before each byte and after the
/// last.
private struct Trajectory {
    var standings: [Int: Standing] = [:]
    var parsers: [Int: WebMIngest] = [:]
    var output = Output()

    init(_ bytes: [UInt8]) {
        var ingest = WebMIngest(limits: .usual)
        for position in bytes.indices {
            note(ingest, at: position)
            output.push(bytes[position..<position + 1], through: &ingest)
        }
        note(ingest, at: bytes.count)
    }

    /// While a header waits for its first frames everything is carried: then some places have to do.
    private mutating func note(_ ingest: WebMIngest, at position: Int) {
        guard !ingest.reader.awaitsFirstFrames || position.isMultiple(of: 503) else { return }
        standings[position] = Standing(ingest, output)
        parsers[position] = ingest
    }

    /// Whether pushing `range` in one go leads from one standing to the other, with the same bytes.
    func follows(_ bytes: [UInt8], _ range: Range<Int>, from ingest: WebMIngest) -> Bool {
        var ingest = ingest
        var result = Output()
        result.push(bytes[range], through: &ingest)
        guard let before = standings[range.lowerBound], let after = standings[range.upperBound]
        else { return true }
        return ingest.state() == after.state && ingest.carry == after.carry
            && result.bytes == [UInt8](output.bytes[before.outputBytes..<after.outputBytes])
    }
}

@Suite("The cuts between pushes")
struct CutTests {
    @Test("byte by byte gives what one push gives", arguments: Recording.all)
    func byteByByte(recording: Recording) {
        let bytewise = output(
            of: recording.bytes, cutAt: [Int](recording.bytes.indices.dropFirst()))
        #expect(bytewise.isSame(as: output(of: recording.bytes)))
    }

    @Test(
        "random cuts and the browser's own cuts give what one push gives", arguments: Recording.all)
    func randomCuts(recording: Recording) {
        let whole = output(of: recording.bytes)
        var random = SeededRandom(seed: 20)
        for _ in 0..<8 {
            let count = Int.random(in: 1...40, using: &random)
            let cuts = (0..<count).map { _ in
                Int.random(in: 0...recording.bytes.count, using: &random)
            }
            #expect(output(of: recording.bytes, cutAt: cuts.sorted()).isSame(as: whole))
        }
        let ends = recording.chunkBytes.reduce(into: [0]) { $0.append($0.last! + $1) }
        #expect(output(of: recording.bytes, cutAt: ends).isSame(as: whole))
    }

    /// A push of the next 40 bytes in one go from wherever the parser may stand; some longer ones.
    @Test("a cut at any byte changes nothing, even in another process", arguments: Recording.all)
    func everyCut(recording: Recording) throws {
        let bytes = recording.bytes
        let trajectory = Trajectory(bytes)
        var failures: [Int] = []
        for position in bytes.indices {
            let length = position.isMultiple(of: 301) ? 4_000 : 40
            let range = position..<min(position + length, bytes.count)
            guard let parser = trajectory.parsers[position] else { continue }
            if !trajectory.follows(bytes, range, from: parser) { failures.append(position) }
            let resumed = try WebMIngest(
                resuming: parser.state(), carry: parser.carry,
                initialization: parser.initialization, limits: .usual)
            if !trajectory.follows(bytes, range, from: resumed) { failures.append(position) }
        }
        #expect(failures.isEmpty)
        #expect(
            trajectory.standings.values.allSatisfy { $0.state.count <= WebMIngest.stateMostBytes })
    }

    @Test(
        "a process that dies after any fragment is continued by another", arguments: Recording.all)
    func retries(recording: Recording) throws {
        let bytes = recording.bytes
        let whole = output(of: bytes)
        for chunkBytes in [777, 6_000, bytes.count] {
            var ingest = WebMIngest(limits: .usual)
            var seen = Output()
            // What is retried comes after the header, and what the header waited for.
            var header = 0
            while ingest.initialization == nil {
                seen.push(bytes[header..<header + 1], through: &ingest)
                header += 1
            }
            for start in stride(from: header, to: bytes.count, by: chunkBytes) {
                let chunk = bytes[start..<min(start + chunkBytes, bytes.count)]
                let first = seen.fragments.count
                seen.push(chunk, through: &ingest)
                for fragment in seen.fragments[first...] {
                    try expectRetry(of: chunk, after: fragment, leadsTo: ingest, seen)
                }
            }
            #expect(seen.isSame(as: whole))
        }
    }

    /// Another parser goes on after `fragment` was stored, gets the whole chunk again, and ends up
    /// where the first one did.
    private func expectRetry(
        of chunk: ArraySlice<UInt8>, after fragment: Fragment, leadsTo ingest: WebMIngest,
        _ seen: Output
    ) throws {
        var other = try WebMIngest(
            resuming: fragment.state, carry: fragment.carry,
            initialization: seen.initializations.last,
            limits: .usual)
        var retry = Output()
        retry.push(chunk.dropFirst(fragment.consumedInput), through: &other)
        #expect(retry.bytes == [UInt8](seen.bytes[fragment.bytes.upperBound...]))
        #expect(other.state() == ingest.state())
        #expect(other.carry == ingest.carry)
    }
}

/// A small generator whose numbers are the same in every run (xorshift, Marsaglia 2003).
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed | 1 }

    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
    }
}
