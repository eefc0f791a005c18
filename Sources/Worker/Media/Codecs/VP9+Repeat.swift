// Where a decoder of VP9 keeps the picture of a frame, if it keeps it (VP9 Bitstream and Decoding Process
// Specification, sections 6.2 and 7.2, and annex B for frames that travel together).

extension VP9 {
    static func again(_ data: Span<UInt8>) -> RepeatFrame? {
        var reader = HeaderBits(data.extracting(lastFrame(of: data)))
        guard reader.bits(2) == 2 else { return nil }
        let low = reader.bits(1)
        let profile = UInt8(reader.bits(1) << 1 | low)
        if profile == 3 { reader.skip(1) }
        if reader.flag() {
            let slot = UInt8(reader.bits(3))
            return reader.hasFailed ? nil : RepeatFrame(vp9Profile: profile, slot: slot)
        }
        let isInter = reader.flag()
        guard reader.flag() else { return nil }
        let isErrorResilient = reader.flag()
        // A key frame is kept everywhere.
        guard isInter else {
            return reader.hasFailed ? nil : RepeatFrame(vp9Profile: profile, slot: 0)
        }
        if !isErrorResilient { reader.skip(2) }
        let kept = UInt8(reader.bits(8))
        guard !reader.hasFailed, kept != 0 else { return nil }
        return RepeatFrame(vp9Profile: profile, slot: UInt8(kept.trailingZeroBitCount))
    }

    /// The last of several frames that travel together; or what there is, when it is one.
    private static func lastFrame(of data: Span<UInt8>) -> Range<Int> {
        let whole = 0..<data.count
        guard data.count > 0, data[data.count - 1] & 0xE0 == 0xC0 else { return whole }
        let marker = data[data.count - 1]
        let count = Int(marker & 7) + 1
        let sizeBytes = Int(marker >> 3 & 3) + 1
        let index = data.count - 2 - count * sizeBytes
        guard index >= 0, data[index] == marker else { return whole }
        var start = 0
        var size = 0
        for frame in 0..<count {
            start += size
            size = 0
            for byte in 0..<sizeBytes {
                size |= Int(data[index + 1 + frame * sizeBytes + byte]) << (8 * byte)
            }
        }
        guard size <= index, start <= index - size else { return 0..<0 }
        return start..<start + size
    }
}
