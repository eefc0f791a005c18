// What VP8 says about itself (RFC 6386 sections 9.1 and 9.2).

enum VP8 {
    static func isKeyframe(_ frame: Span<UInt8>) -> Bool? {
        guard frame.count >= 3 else { return nil }
        if frame[0] & 1 == 1 { return false }
        // Key frames have a code of three bytes after the tag.
        guard frame.count >= 10, frame[3] == 0x9D, frame[4] == 0x01, frame[5] == 0x2A else {
            return nil
        }
        return true
    }

    /// Whether a decoder of one picture takes this key frame: it is of a known version, to be shown, and its
    /// first part is there (RFC 6386 section 9.1).
    static func isWholeAndShown(_ keyframe: Span<UInt8>) -> Bool {
        guard isKeyframe(keyframe) == true else { return false }
        let tag = Int(keyframe[0]) | Int(keyframe[1]) << 8 | Int(keyframe[2]) << 16
        let (version, isShown, partBytes) = (tag >> 1 & 7, tag >> 4 & 1, tag >> 5)
        return version <= 3 && isShown == 1 && partBytes > 0
            && partBytes < keyframe.count - keyframeHeadBytes
    }

    /// The tag, the code of three bytes, the size.
    private static let keyframeHeadBytes = 10

    static func size(_ frame: Span<UInt8>) -> PictureSize? {
        guard isKeyframe(frame) == true else { return nil }
        return PictureSize(
            width: Int(frame[6]) | Int(frame[7] & 0x3F) << 8,
            height: Int(frame[8]) | Int(frame[9] & 0x3F) << 8)
    }
}
