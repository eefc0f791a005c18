// In which order frames are decoded and shown, as far as the set-up of a decoder says. H.264 and HEVC
// store a frame that others need before those others, though it is shown after them; the codecs of WebM
// put such frames out in order.

extension CodecSetUp {
    /// The most frames that stand before one in the stream and are shown after it. 0 when frames come in
    /// the order in which they are shown.
    func reorderDepth(_ codecPrivate: [UInt8]) -> Int {
        switch bitstream {
        case .h264:
            H264.ParameterSets(configuration: codecPrivate)?.sequence
                .compactMap { H264.sequence($0.span)?.reorderDepth }.max() ?? 0
        case .hevc:
            HEVC.ParameterSets(configuration: codecPrivate)?.sequence
                .compactMap { HEVC.sequence($0.span)?.reorderDepth }.max() ?? 0
        case .vp8, .vp9, .av1, nil: 0
        }
    }
}

extension MediaTrack {
    /// How far the order of this track's frames differs from that in which they are shown.
    package var reorderDepth: Int {
        CodecSetUp(codecID: codecID, name: "").reorderDepth(codecPrivate)
    }
}
