// Where a decoder of AV1 keeps the picture of a frame, if it keeps it (AV1 Bitstream and Decoding Process
// Specification, sections 5.9.2 and 6.8.2). A key frame must not be shown again, since that would begin the
// stream anew; nor are the rarer forms of a header read, in which more would follow.

extension AV1 {
    /// What a frame's header depends on.
    struct Repeating: Sendable, Equatable {
        /// A frame says whether it uses the tools for screens; or all do, or none.
        var choosesScreenTools = false
        var hasScreenTools = false
        /// Where there are such tools, a frame says whether its vectors are whole.
        var choosesWholeVectors = false
        var orderHintBits = 0
    }

    private enum FrameType {
        static let key: UInt32 = 0
        static let intraOnly: UInt32 = 2
        static let switching: UInt32 = 3
    }

    static func again(_ data: Span<UInt8>, _ repeating: Repeating) -> RepeatFrame? {
        guard let header = lastHeader(of: data) else { return nil }
        var reader = HeaderBits(data.extracting(header))
        let isRepeat = reader.flag()
        let type = reader.bits(2)
        let isShown = reader.flag()
        guard !isRepeat, isShown, type != FrameType.key else { return nil }
        let isSwitching = type == FrameType.switching
        let isErrorResilient = isSwitching || reader.flag()
        reader.skip(1)
        let hasScreenTools =
            repeating.choosesScreenTools ? reader.flag() : repeating.hasScreenTools
        if hasScreenTools, repeating.choosesWholeVectors { reader.skip(1) }
        if !isSwitching { reader.skip(1) }
        reader.skip(repeating.orderHintBits)
        if type != FrameType.intraOnly, !isErrorResilient { reader.skip(3) }
        let kept = isSwitching ? 0xFF : UInt8(reader.bits(8))
        guard !reader.hasFailed, kept != 0 else { return nil }
        return RepeatFrame(av1Slot: UInt8(kept.trailingZeroBitCount))
    }
}

extension AV1.Sequence {
    /// Nil when frames have headers of a rarer form.
    var repeating: AV1.Repeating? {
        guard !isReduced, !hasFrameNumbers, !hasDecoderModel else { return nil }
        return AV1.Repeating(
            choosesScreenTools: screenTools == nil, hasScreenTools: screenTools ?? true,
            choosesWholeVectors: choosesWholeVectors, orderHintBits: orderHintBits)
    }
}
