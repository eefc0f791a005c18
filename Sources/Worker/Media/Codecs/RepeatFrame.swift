// A frame that shows the last picture once more: some bytes that name the place in which a decoder keeps it.
// Nothing is decoded, and a decoder's state stays what it was, so the frames that follow need no change
// (VP9: show_existing_frame, section 6.2; AV1: section 5.9.2). H.264 has no such thing: there it is a small
// picture that nothing refers to (H264.Repetition). For pictures that stand still, where a container needs
// something in every stretch of time.
//
// Only for a picture that was the last one to be shown, and that its decoder keeps. What comes from
// frames is read from untrusted bytes: what cannot be read cannot be repeated.

package struct RepeatFrame: Sendable, Equatable {
    private enum Way: Equatable {
        /// Where the decoder keeps the picture.
        case vp9(profile: UInt8, slot: UInt8)
        case av1(slot: UInt8)
        case h264(H264.Repetition)
    }

    private let way: Way

    init(vp9Profile profile: UInt8, slot: UInt8) { way = .vp9(profile: profile, slot: slot) }

    init(av1Slot slot: UInt8) { way = .av1(slot: slot) }

    init(_ repetition: H264.Repetition) { way = .h264(repetition) }

    /// Of the frame, as MP4 has it.
    ///
    /// - Parameter h264: of the set-up of H.264; nil for other codecs.
    /// - Returns: nil when it is of another codec or set-up.
    func bytes(_ h264: H264.Repeating? = nil) -> [UInt8]? {
        switch way {
        case .h264(let repetition): h264?.bytes(of: repetition)
        case .vp9(3, let slot): [0xB4 | slot >> 1, slot << 7]
        case .vp9(let profile, let slot): [0x88 | (profile & 1) << 5 | (profile & 2) << 3 | slot]
        case .av1(let slot): [0x1A, 0x01, 0x88 | slot << 4]
        }
    }

    // MARK: As bytes, in records and snapshots

    private static let mark: UInt8 = 0x80
    private static let isAV1: UInt8 = 0x40
    /// Five bytes follow.
    private static let isLong: UInt8 = 0x20
    static let mostEncodedBytes = 6

    var encodedBytes: Int { if case .h264 = way { Self.mostEncodedBytes } else { 1 } }

    func append(to output: inout OutputSpan<UInt8>) {
        switch way {
        case .vp9(let profile, let slot): output.append(Self.mark | profile << 3 | slot)
        case .av1(let slot): output.append(Self.mark | Self.isAV1 | slot)
        case .h264(let repetition):
            output.append(Self.mark | Self.isLong)
            output.append(bigEndian: UInt64(repetition.frameNumber), count: 2)
            output.append(bigEndian: UInt64(repetition.order), count: 2)
            output.append(repetition.pictureSet)
        }
    }

    /// Nil for a byte of 0, which stands for none.
    init?(from reader: inout SnapshotReader) throws(MediaError) {
        let code = try reader.byte()
        guard code != 0 else { return nil }
        guard code != Self.mark | Self.isLong else {
            way = .h264(
                H264.Repetition(
                    frameNumber: UInt16(try reader.unsigned(2)),
                    order: UInt16(try reader.unsigned(2)), pictureSet: try reader.byte()))
            return
        }
        let isAV1 = code & Self.isAV1 != 0
        guard code & Self.mark != 0, code & Self.isLong == 0, !isAV1 || code & 0x18 == 0 else {
            throw .malformed("a frame cannot be repeated like that")
        }
        way = isAV1 ? .av1(slot: code & 7) : .vp9(profile: code >> 3 & 3, slot: code & 7)
    }
}
