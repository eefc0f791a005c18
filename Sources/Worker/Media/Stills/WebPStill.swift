// A key frame of VP8 as a WebP, which is nothing but such a frame in a RIFF file (RFC 9649 section 2.5). Its
// size stands in the frame. Alpha, which Matroska has beside the frame, is left out; so is the scaling that
// VP8 can ask for, which no browser does.

enum WebPStill {
    /// Nil for a frame that is not to be shown, or is too short for its own first part.
    static func bytes(of frame: Span<UInt8>) -> [UInt8]? {
        guard VP8.size(frame) != nil, VP8.isWholeAndShown(frame) else { return nil }
        let padding = frame.count & 1
        var bytes: [UInt8] = []
        bytes.reserveCapacity(headBytes + frame.count + padding)
        bytes += Array("RIFF".utf8)
        bytes.appendLittleEndian(UInt32(headBytes - 8 + frame.count + padding))
        bytes += Array("WEBPVP8 ".utf8)
        bytes.appendLittleEndian(UInt32(frame.count))
        bytes.append(copying: frame)
        // Chunks have an even length.
        if padding == 1 { bytes.append(0) }
        return bytes
    }

    /// RIFF with its size, the kind of file, and the head of the only chunk.
    private static let headBytes = 20
}

extension [UInt8] {
    fileprivate mutating func appendLittleEndian(_ value: UInt32) {
        for shift in [0, 8, 16, 24] { append(UInt8(truncatingIfNeeded: value >> UInt32(shift))) }
    }
}
