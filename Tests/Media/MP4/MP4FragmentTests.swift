// The bytes in front of samples, field by field.

import Testing

@testable import Media

private func sample(
    _ time: UInt64 = 0, duration: UInt32 = 3_000, offset: Int32 = 0, sync: Bool = true,
    bytes: UInt32 = 7
) -> Sample {
    Sample(
        decodeTime: time, duration: duration, compositionOffset: offset, isSync: sync,
        byteCount: bytes)
}

/// Numbers of four bytes, and names.
private func words(_ parts: Any...) -> [UInt8] {
    parts.flatMap { part -> [UInt8] in
        if let text = part as? String { return [UInt8](text.utf8) }
        let number = UInt32(truncatingIfNeeded: part as? Int ?? 0)
        return (0..<4).map { UInt8(truncatingIfNeeded: number >> UInt32(24 - 8 * $0)) }
    }
}

@Suite("Fragments of MP4")
struct MP4FragmentTests {
    @Test("a fragment of equal samples says everything once")
    func equal() throws {
        let samples = (0..<3).map { sample(5_000_000_000 + 960 * $0, duration: 960, bytes: 100) }
        let fragment = try #require(MP4Fragment(samples, trackID: 2, sequenceNumber: 9))
        #expect(
            fragment.header
                == words(
                    100, "moof", 16, "mfhd", 0, 9, 76, "traf",
                    // Addresses from moof; duration, size and flags of all samples.
                    28, "tfhd", 0x2_0038, 2, 960, 100, 0x200_0000,
                    20, "tfdt", 0x100_0000, 1, 705_032_704,
                    // Three samples, the first one 108 bytes after the beginning of moof.
                    20, "trun", 0x100_0001, 3, 108, 308, "mdat"))
        #expect(fragment.headerByteCount == 108)
        #expect(fragment.payloadByteCount == 300)
        #expect(fragment.byteCount == 408)
    }

    @Test("samples say for themselves what differs, offsets with their sign")
    func different() throws {
        let samples = [
            sample(90_000, offset: 6_000, bytes: 1_000),
            sample(93_000, offset: -3_000, sync: false, bytes: 10),
            sample(96_000, duration: 3_001, offset: 0, sync: false, bytes: 20),
        ]
        let fragment = try #require(MP4Fragment(samples, trackID: 1, sequenceNumber: 1))
        #expect(
            fragment.header
                == words(
                    132, "moof", 16, "mfhd", 0, 1, 108, "traf",
                    20, "tfhd", 0x2_0020, 1, 0x101_0000, 20, "tfdt", 0x100_0000, 0, 90_000,
                    60, "trun", 0x100_0B05, 3, 140, 0x200_0000, 3_000, 1_000, 6_000,
                    3_000, 10, -3_000, 3_001, 20, 0, 1_038, "mdat"))
    }

    @Test(
        "flags are said as shortly as they can be",
        arguments: [
            ([true, true, true], 0x2_0038, 0x001, "02000000"),
            ([false, false], 0x2_0038, 0x001, "01010000"),
            ([true], 0x2_0038, 0x001, "02000000"),
            ([true, false, false], 0x2_0038, 0x005, "01010000"),
            ([false, true], 0x2_0038, 0x005, "02000000"),
            ([true, false, true], 0x2_0018, 0x401, nil),
            ([false, false, true], 0x2_0018, 0x401, nil),
        ] as [([Bool], Int, Int, String?)])
    func flags(syncs: [Bool], header: Int, run: Int, common: String?) throws {
        let samples = syncs.map { sample(sync: $0) }
        let fragment = try #require(MP4Fragment(samples, trackID: 1, sequenceNumber: 1))
        let tfhd = try #require(Box.at("moof/traf/tfhd", in: whole(fragment)))
        let trun = try #require(Box.at("moof/traf/trun", in: whole(fragment)))
        #expect(Array(tfhd.content.prefix(4)) == words(header))
        #expect(Array(trun.content.prefix(4)) == words(0x100_0000 | run))
        let last = tfhd.content.suffix(4).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
        if let common { #expect(last.joined() == common) }
    }

    /// With as many bytes as its samples have.
    private func whole(_ fragment: MP4Fragment) -> [UInt8] {
        fragment.header + [UInt8](repeating: 0xAA, count: fragment.payloadByteCount)
    }

    @Test("a segment's beginning and the wall clock stand in front")
    func front() throws {
        let fragment = try #require(
            MP4Fragment(
                [sample()], trackID: 3, sequenceNumber: 1, beginsSegment: true,
                referenceTime: ProducerReferenceTime(wallMs: 1_500, mediaTime: 4)))
        #expect(Box.tree(whole(fragment)) == "styp prft moof(mfhd traf(tfhd tfdt trun)) mdat")
        #expect(
            Array(fragment.header.prefix(56))
                == words(
                    24, "stypmsdh", 0, "msdhcmfs", 32, "prft", 0x100_0000, 3,
                    // One and a half seconds after 1970.
                    2_208_988_801, 0x8000_0000, 0, 4))
        #expect(fragment.header.count == fragment.headerByteCount)
        // The samples' address is counted from moof, not from the beginning.
        let trun = try #require(Box.at("moof/traf/trun", in: whole(fragment)))
        #expect(Array(trun.content[8..<12]) == words(fragment.headerByteCount - 56))
    }

    @Test("the length is known before anything is made, whatever the samples are")
    func lengths() throws {
        var seed: UInt64 = 7
        func next(_ bound: UInt64) -> UInt64 {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (seed >> 33) % bound
        }
        for round in 0..<300 {
            let samples = (0...next(6)).map { index in
                sample(
                    index, duration: UInt32(next(2)), offset: Int32(next(3)) - 1,
                    sync: next(2) == 0, bytes: UInt32(next(2)))
            }
            let fragment = try #require(
                MP4Fragment(
                    samples, trackID: 1, sequenceNumber: 1, beginsSegment: round % 2 == 0,
                    referenceTime: round % 3 == 0 ? .init(wallMs: 0, mediaTime: 0) : nil))
            #expect(fragment.header.count == fragment.headerByteCount)
            let boxes = try #require(Box.list(whole(fragment)))
            #expect(boxes.last?.content.count == fragment.payloadByteCount)
        }
    }

    @Test("nothing is made of no samples, of too many, or of too many bytes")
    func bounds() {
        #expect(MP4Fragment([], trackID: 1, sequenceNumber: 1) == nil)
        let many = [Sample](repeating: sample(), count: MP4Fragment.mostSamples)
        #expect(MP4Fragment(many, trackID: 1, sequenceNumber: 1) != nil)
        #expect(MP4Fragment(many + [sample()], trackID: 1, sequenceNumber: 1) == nil)
        let large = sample(bytes: UInt32.max - 8)
        #expect(MP4Fragment([large], trackID: 1, sequenceNumber: 1) != nil)
        #expect(MP4Fragment([large, sample(bytes: 1)], trackID: 1, sequenceNumber: 1) == nil)
    }

    @Test("equal values give equal bytes, behind whatever is there")
    func appended() throws {
        let fragment = try #require(MP4Fragment([sample()], trackID: 1, sequenceNumber: 1))
        var bytes: [UInt8] = [1, 2, 3]
        fragment.appendHeader(to: &bytes)
        #expect(bytes == [1, 2, 3] + fragment.header)
    }
}
