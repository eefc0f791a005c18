// A frame that shows the last picture once more: some bytes that name the place in which a decoder keeps it.
// Nothing is decoded, and a decoder's state stays what it was, so the frames that follow need no change
// (VP9: show_existing_frame, section 6.2; AV1: section 5.9.2). For pictures that stand still, where a
// container needs something in every stretch of time.
//
// Only for a picture that was the last one to be shown, and that its decoder keeps. What comes from
// frames is read from untrusted bytes: what cannot be read cannot be repeated.

package struct RepeatFrame: Sendable, Equatable {
    private enum Format: UInt8 {
        case vp9 = 0
        case av1 = 1
    }

    private let format: Format
    /// Of VP9; otherwise 0.
    private let profile: UInt8
    /// Where the decoder keeps the picture.
    private let slot: UInt8

    private init(_ format: Format, profile: UInt8 = 0, slot: UInt8) {
        self.format = format
        self.profile = profile
        self.slot = slot
    }

    init(vp9Profile profile: UInt8, slot: UInt8) { self.init(.vp9, profile: profile, slot: slot) }

    init(av1Slot slot: UInt8) { self.init(.av1, slot: slot) }

    package static let mostBytes = 3

    /// Of the frame, as MP4 has it.
    package var bytes: [UInt8] {
        switch format {
        case .vp9 where profile == 3: [0xB4 | slot >> 1, slot << 7]
        case .vp9: [0x88 | (profile & 1) << 5 | (profile & 2) << 3 | slot]
        case .av1: [0x1A, 0x01, 0x88 | slot << 4]
        }
    }

    // MARK: As one byte

    private static let mark: UInt8 = 0x80

    /// Never 0, which stands for none.
    var code: UInt8 { Self.mark | format.rawValue << 6 | profile << 3 | slot }

    init(code: UInt8) throws(MediaError) {
        guard code & Self.mark != 0, let format = Format(rawValue: code >> 6 & 1),
            code & 0x20 == 0, format == .vp9 || code & 0x18 == 0
        else { throw .malformed("a frame cannot be repeated like that") }
        self.init(format, profile: code >> 3 & 3, slot: code & 7)
    }
}
