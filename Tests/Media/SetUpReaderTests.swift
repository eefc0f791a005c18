// What key frames say of the set-up of decoders, and whether that is another one.

import Testing

@testable import Media

/// A key frame of VP9, as far as it says what it is.
func vp9KeyFrame(width: Int, height: Int, profile: UInt8 = 0) -> [UInt8] {
    let first = 0x82 | (profile & 1) << 5 | (profile & 2) << 3
    let bits =
        profile == 0
        ? UInt64(width - 1) << 20 | UInt64(height - 1) << 4
            // No subsampling in either direction, and a bit that is kept free.
        : UInt64(width - 1) << 17 | UInt64(height - 1) << 1
    return [first, 0x49, 0x83, 0x42]
        + (0..<5).map { UInt8(truncatingIfNeeded: bits >> (32 - 8 * $0)) }
}

private func hex(_ text: String) -> [UInt8] {
    let digits = Array(text)
    return stride(from: 0, to: digits.count, by: 2).map {
        UInt8(String(digits[$0...$0 + 1]), radix: 16) ?? 0
    }
}

/// Units behind lengths.
private func frame(_ units: [[UInt8]], lengthBytes: Int = 4) -> [UInt8] {
    units.flatMap { unit in
        (0..<lengthBytes).map {
            UInt8(truncatingIfNeeded: unit.count >> (8 * (lengthBytes - 1 - $0)))
        } + unit
    }
}

private enum H264Units {
    /// Of 320x180, 480x270, and the picture set of both; a key picture.
    static let small = hex("6764000dacd941419f9f0110000003001000000303c0f1429960")
    static let large = hex("67640015acd941e08feb0110000003001000000303c0f162d960")
    static let picture = hex("68efbcb0")
    static let otherPicture = hex("68ebe3cb")
    static let key: [UInt8] = [0x65, 0x88, 0x84, 0]
}

private enum HEVCUnits {
    static let smallVideo = hex("40010c01ffff01600000030090000003000003003c959409")
    static let largeVideo = hex("40010c01ffff01600000030090000003000003003f959409")
    static let small = hex(
        "42010101600000030090000003000003003ca00a080c1f3e595952930bc05a020000030002000003003c10")
    static let large = hex(
        "42010101600000030090000003000003003fa00f080447d6595952930bc05a020000030002000003003c10")
    static let picture = hex("4401c073c189")
    static let key: [UInt8] = [0x26, 1, 0xAF, 0]
}

private enum AV1Units {
    static let small = hex("0a0b000000043cfeccfbf90040")
    static let large = hex("0a0b00000004477e1a7dfc8020")
    /// Of a header that says another level.
    static let header = hex("81000c000a0b000000043cfecc02f80040")
    static let key: [UInt8] = [0x32, 2, 0x10, 0]
}

private func track(_ codecID: String, _ codecPrivate: [UInt8]) -> MediaTrack {
    MediaTrack(
        number: 1, kind: .video, codec: CodecName.short(for: codecID), codecID: codecID, width: 320,
        height: 180, channels: nil, sampleRateHz: nil, codecPrivate: codecPrivate)
}

private func setUp(_ change: SetUpReader.Change?) -> PictureSetUp? {
    if case .other(let setUp)? = change { setUp } else { nil }
}

@Suite("Set-ups of pictures")
struct SetUpReaderTests {
    private let small = PictureSize(width: 320, height: 180)
    private let large = PictureSize(width: 480, height: 270)

    @Test("VP9 of another size is another set-up, and of the header's again its own")
    func vp9() throws {
        let reader = try #require(SetUpReader(for: track("V_VP9", [])))
        let other = vp9KeyFrame(width: 480, height: 270)
        #expect(reader.change(in: vp9KeyFrame(width: 320, height: 180).span, from: nil) == nil)
        let found = try #require(setUp(reader.change(in: other.span, from: nil)))
        #expect(found.size == large && found.codecPrivate.isEmpty)
        #expect(reader.change(in: other.span, from: found) == nil)
        #expect(reader.change(in: vp9KeyFrame(width: 320, height: 180).span, from: found) == .back)
        // Frames that are none, or none that begin anew.
        #expect(reader.change(in: [UInt8]().span, from: found) == nil)
        #expect(reader.change(in: [0x86, 0, 0x80, 1].span, from: found) == nil)
    }

    @Test("VP9 of another profile says it in its set-up")
    func profile() throws {
        let reader = try #require(SetUpReader(for: track("V_VP9", [1, 1, 0, 2, 1, 31])))
        let frame = vp9KeyFrame(width: 320, height: 180, profile: 1)
        let found = try #require(setUp(reader.change(in: frame.span, from: nil)))
        #expect(found.size == small && VP9.Features(found.codecPrivate).profile == 1)
        #expect(reader.change(in: frame.span, from: found) == nil)
        #expect(reader.change(in: vp9KeyFrame(width: 320, height: 180).span, from: found) == .back)
    }

    @Test("H.264 whose sets change has them in another set-up", arguments: [1, 2, 4])
    func h264(lengthBytes: Int) throws {
        var own = try #require(
            H264.configuration(
                H264.ParameterSets(
                    in: frame([H264Units.small, H264Units.picture]).span, .lengths(4))))
        own[4] = 0xFC | UInt8(lengthBytes - 1)
        let reader = try #require(SetUpReader(for: track("V_MPEG4/ISO/AVC", own)))
        func change(_ units: [[UInt8]], from setUp: PictureSetUp?) -> SetUpReader.Change? {
            reader.change(
                in: frame(units + [H264Units.key], lengthBytes: lengthBytes).span, from: setUp)
        }
        #expect(change([], from: nil) == nil)
        #expect(change([H264Units.small, H264Units.picture], from: nil) == nil)
        let found = try #require(setUp(change([H264Units.large, H264Units.picture], from: nil)))
        #expect(found.size == large)
        let sets = try #require(H264.ParameterSets(configuration: found.codecPrivate))
        #expect(sets.sequence == [H264Units.large] && sets.picture == [H264Units.picture])
        #expect(H264.lengthBytes(configuration: found.codecPrivate) == lengthBytes)
        #expect(change([H264Units.large, H264Units.picture], from: found) == nil)
        #expect(change([], from: found) == nil)
        #expect(change([H264Units.small, H264Units.picture], from: found) == .back)
        // A picture set alone takes the place of the one with its number.
        let third = try #require(setUp(change([H264Units.otherPicture], from: found)))
        let thirdSets = try #require(H264.ParameterSets(configuration: third.codecPrivate))
        #expect(thirdSets.sequence == [H264Units.large])
        #expect(thirdSets.picture == [H264Units.otherPicture])
    }

    @Test("HEVC whose sets change has them in another set-up")
    func hevc() throws {
        let small = [HEVCUnits.smallVideo, HEVCUnits.small, HEVCUnits.picture]
        let large = [HEVCUnits.largeVideo, HEVCUnits.large, HEVCUnits.picture]
        let own = try #require(
            HEVC.configuration(HEVC.ParameterSets(in: frame(small).span, .lengths(4))))
        let reader = try #require(SetUpReader(for: track("V_MPEGH/ISO/HEVC", own)))
        func change(_ units: [[UInt8]], from setUp: PictureSetUp?) -> SetUpReader.Change? {
            reader.change(in: frame(units + [HEVCUnits.key]).span, from: setUp)
        }
        #expect(change([], from: nil) == nil && change(small, from: nil) == nil)
        let found = try #require(setUp(change(large, from: nil)))
        #expect(found.size == self.large)
        let sets = try #require(HEVC.ParameterSets(configuration: found.codecPrivate))
        #expect(sets.video + sets.sequence + sets.picture == large)
        #expect(change(large, from: found) == nil)
        #expect(change(small, from: found) == .back)
    }

    @Test("AV1 with another sequence header has it in another set-up")
    func av1() throws {
        let reader = try #require(SetUpReader(for: track("V_AV1", AV1Units.header)))
        let first = try #require(
            setUp(reader.change(in: (AV1Units.small + AV1Units.key).span, from: nil)))
        #expect(first.size == small)
        #expect([UInt8](first.codecPrivate[4...]) == AV1Units.small)
        let second = try #require(
            setUp(reader.change(in: (AV1Units.large + AV1Units.key).span, from: first)))
        #expect(second.size == large && second != first)
        #expect(reader.change(in: (AV1Units.large + AV1Units.key).span, from: second) == nil)
        #expect(reader.change(in: AV1Units.key.span, from: second) == nil)
        let header = [UInt8](AV1Units.header[4...])
        #expect(reader.change(in: (header + AV1Units.key).span, from: second) == .back)
    }

    @Test("what is too long, or cannot be set up, changes nothing")
    func refused() throws {
        #expect(SetUpReader(for: track("V_VP8", [])) == nil)
        let reader = try #require(SetUpReader(for: track("V_MPEG4/ISO/AVC", [])))
        let long = H264Units.large + [UInt8](repeating: 1, count: 300)
        #expect(reader.change(in: frame([long, H264Units.picture]).span, from: nil) == nil)
        let cut = [UInt8](H264Units.large.prefix(6))
        #expect(reader.change(in: frame([cut, H264Units.picture]).span, from: nil) == nil)
    }

    @Test("more sets of H.264 than a configuration can count change nothing")
    func tooManySets() throws {
        let own = try #require(
            H264.configuration(
                H264.ParameterSets(
                    in: frame([H264Units.small, H264Units.picture]).span, .lengths(4))))
        let reader = try #require(SetUpReader(for: track("V_MPEG4/ISO/AVC", own)))
        // Number 5 of as many contents as are read; the known one has another number.
        let pictures = (0..<255).map { [0x68, 0x35, UInt8($0), 0x80] }
        let units = pictures + [H264Units.key]
        #expect(reader.change(in: frame(units).span, from: nil) == nil)
        var sets = H264.ParameterSets(in: frame([H264Units.small]).span, .lengths(4))
        sets.picture = pictures
        #expect(H264.configuration(sets) != nil)
        sets.picture.append(H264Units.picture)
        #expect(H264.configuration(sets) == nil)
        sets.picture = [H264Units.picture]
        sets.sequence = [[UInt8]](repeating: H264Units.small, count: 32)
        #expect(H264.configuration(sets) == nil)
    }
}
