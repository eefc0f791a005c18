// Pictures whose set-up changes within a broadcast: which segments that makes, and what their records say.

import Testing

@testable import Media

private let header = Document.start(Document.video(codec: "V_VP9"), Document.audio())
/// That of the header, and another one.
private let small = PictureSize(width: 160, height: 120)
private let large = PictureSize(width: 320, height: 240)

/// A second of pictures with key frames at these times; sound stands 60 ms ahead of them in the file.
private func second(_ number: Int, keysMs: [Int] = [0], _ size: (Int) -> PictureSize?) -> [UInt8] {
    var bytes = Document.cluster(at: UInt64(number) * 1_000)
    for ms in stride(from: 0, to: 1_000, by: 20) {
        bytes += Document.block(2, ms + 60, key: true, [0x78, 1])
        guard ms % 40 == 0 else { continue }
        let isKey = keysMs.contains(ms)
        let payload =
            isKey
            ? size(ms).map { vp9KeyFrame(width: $0.width, height: $0.height) } ?? [0x82]
            : [0x86, 0, 0x80, UInt8(number)]
        bytes += Document.block(1, ms, key: isKey, payload)
    }
    return bytes
}

/// Key frames every two seconds, from 7 s on at odd ones; larger from 7 s on, and small again from 11 s on.
private let changing: [[UInt8]] = (0..<16).map { number in
    let isKey = number < 7 ? number % 2 == 0 : number % 2 == 1
    return second(number, keysMs: isKey ? [0] : []) { _ in 7..<11 ~= number ? large : small }
}

private func records(_ output: Output) -> [SegmentRecord] {
    output.segmentRecords.compactMap(\.record)
}

@Suite("Pictures of another set-up")
struct SetUpChangeTests {
    @Test("another size begins a segment at once, and is in every record from there on")
    func change() throws {
        let found = records(output(of: header + changing.joined()))
        #expect(
            found.map(\.mediaTimeMs) == [2_000, 4_000, 6_000, 7_000, 9_000, 11_000, 13_000, 15_000])
        #expect(found.map(\.beginsSetUp) == [0, 0, 0, 1, 0, 1, 0, 0].map { $0 == 1 })
        #expect(found.map(\.discontinuityOrdinal) == [0, 0, 0, 1, 1, 2, 2, 2])
        #expect(found.map { $0.setUp?.since } == [nil, nil, nil, 4, 4, nil, nil, nil])
        #expect(found.compactMap(\.setUp).allSatisfy { $0.picture.size == large })
        // Time goes on: nothing is counted anew.
        #expect(found.allSatisfy { !$0.isDiscontinuity && $0.isIndependent })
        #expect(
            found.map(\.unbrokenSinceMs) == [2_000, 2_000, 2_000, 7_000, 7_000]
                + [Int64](repeating: 11_000, count: 3))
        #expect(Set(found.map { $0.wallMs - UInt64($0.mediaTimeMs) }).count == 1)
        for record in found { #expect(SegmentRecord(decoding: record.encoded()) == record) }
    }

    @Test("a size that the header does not say is in the first record, and no discontinuity")
    func wrongHeader() throws {
        let body = (0..<8).flatMap { number in
            second(number, keysMs: number % 2 == 0 ? [0] : []) { _ in large }
        }
        let size =
            element(ElementID.pixelWidth, 160) + element(ElementID.pixelHeight, 120)
        // With a set-up of its codec, a header does not wait for the first picture.
        let wrong = Document.track(
            1, type: 1, codec: "V_VP9",
            extra: element(ElementID.codecPrivate, [1, 1, 0]) + element(ElementID.video, size))
        let found = records(output(of: Document.start(wrong, Document.audio()) + body))
        #expect(found.allSatisfy { $0.setUp?.since == 1 && !$0.beginsSetUp })
        #expect(found.allSatisfy { $0.discontinuityOrdinal == 0 } && !found.isEmpty)
    }

    @Test("a source that changes with each picture does not begin segments with each")
    func hostile() throws {
        let keys = Array(stride(from: 0, to: 1_000, by: 40))
        let body = (0..<12).flatMap { number in
            number < 4
                ? second(number) { _ in small }
                : second(number, keysMs: keys) { $0 % 80 == 0 ? large : small }
        }
        let found = records(output(of: header + body))
        let times = found.map(\.mediaTimeMs)
        #expect(zip(times, times.dropFirst()).allSatisfy { $1 - $0 >= 250 })
        #expect(times.count > 20)
        // No number means two things.
        var seen: [UInt64: PictureSetUp] = [:]
        for setUp in found.compactMap(\.setUp) {
            #expect(
                seen.updateValue(setUp.picture, forKey: setUp.since) ?? setUp.picture
                    == setUp.picture)
        }
    }

    @Test("the same tracks, back after a break, have the set-up of their header again")
    func restart() throws {
        var ingest = WebMIngest(limits: .usual)
        var seen = Output()
        seen.push(header + changing[..<10].joined(), through: &ingest)
        let endMs = ingest.nextMediaTimeMs
        seen.push(header, through: &ingest)
        ingest.settleHeader()
        seen.push([], through: &ingest)
        #expect(seen.initializations.count == 2)
        ingest.continueTimeline(atMs: endMs)
        seen.push([UInt8](changing[..<6].joined()), through: &ingest)
        let found = records(seen)
        let back = try #require(found.first { $0.isDiscontinuity })
        #expect(back.setUp == nil && back.beginsSetUp && back.discontinuityOrdinal == 2)
        #expect(found.last?.setUp == nil && found.last?.beginsSetUp == false)
        #expect(found.contains { $0.setUp != nil })
    }

    @Test(
        "other processes go on with it, wherever the input is cut", arguments: [333, 2_000, 9_000])
    func goingOn(chunkBytes: Int) throws {
        let input = header + changing.joined()
        var ingest = WebMIngest(limits: .usual)
        var seen = Output()
        for start in stride(from: 0, to: input.count, by: chunkBytes) {
            seen.push(input[start..<min(start + chunkBytes, input.count)], through: &ingest)
            ingest = try WebMIngest(
                resuming: ingest.state(), carry: ingest.carry,
                initialization: ingest.initialization, limits: .usual)
        }
        seen.flush(&ingest)
        #expect(seen.isSame(as: output(of: input)))
        #expect(records(seen).contains { $0.setUp != nil })
    }

    @Test("no carried bytes make a parser trap")
    func hostileCarry() throws {
        var ingest = WebMIngest(limits: .usual)
        var seen = Output()
        seen.push(header + changing[..<10].joined(), through: &ingest)
        var random = SeededRandom(seed: 3)
        for _ in 0..<500 {
            var carry = ingest.carry
            carry[Int.random(in: 0..<min(8, carry.count), using: &random)] =
                UInt8.random(in: 0...255, using: &random)
            var other = try? WebMIngest(
                resuming: ingest.state(), carry: carry, initialization: ingest.initialization,
                limits: .usual)
            var more = Output()
            if other != nil { more.push([UInt8](changing[10]), through: &other!) }
        }
    }
}
