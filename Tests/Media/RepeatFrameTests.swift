// Where decoders keep a picture, bit by bit, and the bytes that show it again. That decoders agree is tested end
// to end.

import Testing

@testable import Media

@Suite("Repeated frames")
struct RepeatFrameTests {
    // MARK: VP9

    /// The beginning of a VP9 frame.
    private func vp9(
        profile: UInt64 = 0, existing: UInt64? = nil, isKey: Bool = false, isShown: Bool = true,
        isErrorResilient: Bool = false, kept: UInt64 = 1
    ) -> [UInt8] {
        var writer = BitWriter()
        writer.bits(2, 2)
        writer.bits(profile & 1, 1)
        writer.bits(profile >> 1, 1)
        if profile == 3 { writer.bits(0, 1) }
        writer.flag(existing != nil)
        if let existing {
            writer.bits(existing, 3)
            return writer.bytes
        }
        writer.flag(!isKey)
        writer.flag(isShown)
        writer.flag(isErrorResilient)
        if isKey {
            writer.bits(0x498342, 24)
        } else {
            if !isErrorResilient { writer.bits(2, 2) }
            writer.bits(kept, 8)
        }
        return writer.bytes + [0x11, 0x22]
    }

    @Test(
        "a repeat of VP9 names the place, in each profile", arguments: 0...3 as ClosedRange<UInt64>,
        [0, 5, 7] as [UInt64])
    func vp9Bytes(profile: UInt64, slot: UInt64) {
        let expected = vp9(profile: profile, existing: slot)
        for isErrorResilient in [false, true] {
            let frame = vp9(
                profile: profile, isErrorResilient: isErrorResilient, kept: 0x80 | 1 << slot)
            let again = VP9.again(frame.span)
            #expect(again?.bytes() == expected)
            // What is a repeat already is repeated as it is.
            #expect(VP9.again(expected.span) == again)
        }
        let key = VP9.again(vp9(profile: profile, isKey: true).span)
        #expect(key?.bytes() == vp9(profile: profile, existing: 0))
    }

    @Test("what is not shown, or not kept, or cut off, is not repeated")
    func vp9Never() {
        let never = [
            vp9(kept: 0), vp9(isErrorResilient: true, kept: 0), vp9(isShown: false),
            vp9(isKey: true, isShown: false), [], [0x86], [0x86, 0], [0x46, 0, 0x40], [0, 0, 0],
        ]
        for frame in never { #expect(VP9.again(frame.span) == nil, "\(frame)") }
    }

    @Test("of frames that travel together the last one counts")
    func superframe() {
        let hidden = vp9(isShown: false, kept: 2)
        let shown = vp9(kept: 8)
        func together(_ frames: [[UInt8]], sizes: [Int]? = nil) -> [UInt8] {
            let marker = 0xC0 | UInt8(1) << 3 | UInt8(frames.count - 1)
            var index = [marker]
            for size in sizes ?? frames.map(\.count) { index += [UInt8(size), 0] }
            return frames.flatMap { $0 } + index + [marker]
        }
        func place(_ frame: [UInt8]) -> [UInt8]? { VP9.again(frame.span)?.bytes() }
        #expect(place(together([hidden, shown])) == [0x8B])
        #expect(place(together([shown, vp9(existing: 5)])) == [0x8D])
        #expect(place(together([shown, hidden])) == nil)
        #expect(place(together([hidden, shown], sizes: [hidden.count, 200])) == nil)
        #expect(place(together([hidden, shown], sizes: [hidden.count, 0])) == nil)
        #expect(place([UInt8](together([hidden, shown]).suffix(4))) == nil)
    }

    // MARK: AV1

    private struct AV1Frame {
        var type: UInt64 = 1
        var isShown = true
        var isErrorResilient = false
        var kept: UInt64 = 4
        var screenTools: UInt64?
        var wholeVectors: UInt64?
        var orderHintBits = 7
        var unit: UInt8 = 6
        var hasExtension = false

        var bytes: [UInt8] {
            var writer = BitWriter()
            writer.bits(0, 1)
            writer.bits(type, 2)
            writer.flag(isShown)
            if !isShown { writer.bits(1, 1) }
            if type != 3 { writer.flag(isErrorResilient) }
            writer.bits(1, 1)
            if let screenTools { writer.bits(screenTools, 1) }
            if let wholeVectors { writer.bits(wholeVectors, 1) }
            if type != 3 { writer.bits(0, 1) }
            writer.bits(0x55, orderHintBits)
            if type != 2, type != 3, !isErrorResilient { writer.bits(5, 3) }
            if type != 3 { writer.bits(kept, 8) }
            writer.bits(0, 16)
            let head = unit << 3 | 2 | (hasExtension ? 4 : 0)
            return [head] + (hasExtension ? [0] : []) + [UInt8(writer.bytes.count)] + writer.bytes
        }
    }

    private let choosing = AV1.Repeating(
        choosesScreenTools: true, hasScreenTools: true, choosesWholeVectors: true, orderHintBits: 7)

    @Test("a repeat of AV1 is a frame header that names the place")
    func av1Bytes() {
        func place(_ frame: AV1Frame, _ repeating: AV1.Repeating) -> [UInt8]? {
            AV1.again(frame.bytes.span, repeating)?.bytes()
        }
        let plain = AV1.Repeating(orderHintBits: 7)
        #expect(place(AV1Frame(), plain) == [0x1A, 0x01, 0xA8])
        #expect(place(AV1Frame(kept: 0x80), plain) == [0x1A, 0x01, 0xF8])
        #expect(place(AV1Frame(isErrorResilient: true, kept: 6), plain) == [0x1A, 0x01, 0x98])
        #expect(place(AV1Frame(type: 2, kept: 0x11), plain) == [0x1A, 0x01, 0x88])
        #expect(place(AV1Frame(type: 3), plain) == [0x1A, 0x01, 0x88])
        #expect(place(AV1Frame(unit: 3), plain) == [0x1A, 0x01, 0xA8])
        #expect(place(AV1Frame(orderHintBits: 0), AV1.Repeating()) == [0x1A, 0x01, 0xA8])
        #expect(place(AV1Frame(screenTools: 0), choosing) == [0x1A, 0x01, 0xA8])
        let screen = AV1Frame(screenTools: 1, wholeVectors: 1)
        #expect(place(screen, choosing) == [0x1A, 0x01, 0xA8])
        let always = AV1.Repeating(
            hasScreenTools: true, choosesWholeVectors: true, orderHintBits: 7)
        #expect(place(AV1Frame(wholeVectors: 0), always) == [0x1A, 0x01, 0xA8])
    }

    @Test("a key frame of AV1, and what is not shown or kept or read, is not repeated")
    func av1Never() {
        let plain = AV1.Repeating(orderHintBits: 7)
        let never = [
            AV1Frame(type: 0).bytes, AV1Frame(isShown: false).bytes, AV1Frame(kept: 0).bytes,
            AV1Frame(hasExtension: true).bytes, AV1Frame().bytes + AV1Frame(isShown: false).bytes,
            [0x1A, 0x01, 0x88], AV1Frame().bytes + [0x1A, 0x01, 0x88], AV1Frame().bytes + [0x80],
            [UInt8](AV1Frame().bytes.prefix(3)), [0x1A, 0x01, 0x10], [], [0x12, 0x00],
        ]
        for frame in never { #expect(AV1.again(frame.span, plain) == nil, "\(frame)") }
    }

    // MARK: Recordings

    @Test(
        "what browsers record can be repeated",
        arguments: [("chromium-vp9-opus.webm", false), ("chromium-av1-opus.webm", true)])
    func recordings(name: String, butKeys: Bool) throws {
        let output = output(of: Recording(named: name).bytes)
        let track = try #require(output.initializations.first?.tracks.first)
        var repeater = try #require(FrameRepeater(for: track))
        var blocks = StoredBlocks()
        var frames = 0
        for fragment in output.fragments {
            let bytes = [UInt8](output.bytes[fragment.bytes])
            blocks.beginEntry()
            while let block = blocks.next(in: bytes.span) {
                guard block.track == 0 else { continue }
                let again = repeater.take(bytes.span.extracting(block.payload)).again
                #expect((again == nil) == (butKeys && block.isKey))
                if !butKeys { #expect(again?.bytes() == [0x88]) }
                frames += 1
            }
        }
        #expect(frames > 50)
    }

    // MARK: Bytes

    private func encoded(_ again: RepeatFrame) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(addingCapacity: again.encodedBytes) { again.append(to: &$0) }
        return bytes
    }

    @Test("what is written is read again, and other bytes are refused")
    func codes() throws {
        var known: [[UInt8]] = []
        for slot: UInt8 in 0..<8 {
            known.append(encoded(RepeatFrame(av1Slot: slot)))
            for profile: UInt8 in 0..<4 {
                known.append(encoded(RepeatFrame(vp9Profile: profile, slot: slot)))
            }
        }
        for code: UInt8 in 1...255 {
            var reader = SnapshotReader(bytes: [code])
            let again = try? RepeatFrame(from: &reader)
            #expect(again.map(encoded) == (known.contains([code]) ? [code] : nil))
            #expect(again?.bytes()?.count ?? 1 <= 3)
        }
        let repetition = H264.Repetition(frameNumber: 0xFFFF, order: 7, pictureSet: 255)
        var reader = SnapshotReader(bytes: encoded(RepeatFrame(repetition)))
        #expect(try RepeatFrame(from: &reader) == RepeatFrame(repetition) && reader.isAtEnd)
        var none = SnapshotReader(bytes: [0])
        #expect(try RepeatFrame(from: &none) == nil)
    }

    @Test("no bytes make it trap")
    func hostile() {
        var random = SeededRandom(seed: 11)
        for _ in 0..<20_000 {
            var bytes = [UInt8](repeating: 0, count: Int.random(in: 0...40, using: &random))
            for index in bytes.indices { bytes[index] = .random(in: 0...255, using: &random) }
            if let last = bytes.indices.last, random.next() & 1 == 0 { bytes[last] |= 0xC0 }
            _ = VP9.again(bytes.span)
            _ = AV1.again(bytes.span, choosing)
            _ = H264.Repeating(configuration: bytes)
        }
    }
}
