// Looks into the frames of one track: which of them are places to begin, how large their picture is,
// and what they are once the broadcaster's packing is undone. Values in, values out; a frame that
// makes no sense is "cannot say", never an error, but for one that cannot be unpacked.
//
// Frames given to `isKeyframe` and `pictureSize` may be as they came or as `unpack` made them, but
// for deflate and left-out bytes, which have to be undone first.

struct FrameReader: Sendable {
    private let bitstream: VideoBitstream?
    let isVideo: Bool
    let packing: FramePacking
    /// Frames are passed on as they are.
    let isPlain: Bool
    private let configuration: [UInt8]
    /// Bytes of a unit's length, as the decoder configuration says; nil if there is none.
    private let lengthBytes: Int?
    private let mostFrameBytes: Int

    init(track: MediaTrack, packing: FramePacking = .plain, mostFrameBytes: Int) {
        bitstream = VideoBitstream(codecID: track.codecID)
        isVideo = track.kind == .video
        self.packing = packing
        isPlain = packing.isPlain
        configuration = track.codecPrivate
        self.mostFrameBytes = mostFrameBytes
        lengthBytes =
            switch bitstream {
            case .h264: H264.lengthBytes(configuration: track.codecPrivate)
            case .hevc: HEVC.lengthBytes(configuration: track.codecPrivate)
            default: nil
            }
    }

    /// One for each track that is served, in their order.
    static func all(
        of tracks: [MediaTrack], _ packings: [FramePacking], limits: MediaLimits
    ) -> [FrameReader] {
        zip(tracks, packings).map {
            FrameReader(track: $0, packing: $1, mostFrameBytes: limits.blockBytes)
        }
    }

    /// What the bitstream says: whether a decoder can begin here. Nil when it cannot say, and for
    /// sound, where every frame is such a place as a rule.
    func isKeyframe(_ frame: Span<UInt8>) -> Bool? {
        switch bitstream {
        case .vp8: VP8.isKeyframe(frame)
        case .vp9: VP9.isKeyframe(frame)
        case .av1: AV1.isKeyframe(frame, configuration: configuration)
        case .h264: format(of: frame).flatMap { H264.isKeyframe(frame, $0) }
        case .hevc: format(of: frame).flatMap { HEVC.isKeyframe(frame, $0) }
        case nil: nil
        }
    }

    /// The size of the pictures from this key frame on; nil when it does not say, as many key frames
    /// of H.264 and HEVC do not whose parameter sets are in the container.
    func pictureSize(_ frame: Span<UInt8>) -> PictureSize? {
        switch bitstream {
        case .vp8: VP8.size(frame)
        case .vp9: VP9.picture(frame)?.size
        case .av1: AV1.sequence(in: frame)?.sequence.size
        case .h264:
            format(of: frame).flatMap { H264.ParameterSets(in: frame, $0).sequence.first }
                .flatMap { H264.sequence($0.span)?.size }
        case .hevc:
            format(of: frame).flatMap { HEVC.ParameterSets(in: frame, $0).sequence.first }
                .flatMap { HEVC.sequence($0.span)?.size }
        case nil: nil
        }
    }

    private func format(of frame: Span<UInt8>) -> NALFormat? {
        if packing.mayHaveStartCodes { return NALFormat.guess(frame) }
        return lengthBytes.map { .lengths($0) } ?? NALFormat.guess(frame)
    }

    /// False when the frame is passed on as it is, with nothing appended; true when the frame to pass
    /// on was appended to `output`. Throws for a frame that cannot be unpacked.
    func unpack(
        _ frame: Span<UInt8>, into output: inout [UInt8]
    ) throws(MediaError) -> Bool {
        guard !isPlain else { return false }
        if packing.isDeflated {
            var inflated: [UInt8] = []
            guard Inflate.append(frame, to: &inflated, mostBytes: mostFrameBytes) else {
                throw .malformed("a frame that was compressed with zlib cannot be decompressed")
            }
            if !prefixLengths(of: inflated.span, into: &output) {
                output.append(contentsOf: inflated)
            }
            return true
        }
        if !packing.stripped.isEmpty {
            guard !packing.mayHaveStartCodes else {
                var whole = packing.stripped
                whole.append(copying: frame)
                if !prefixLengths(of: whole.span, into: &output) {
                    output.append(contentsOf: whole)
                }
                return true
            }
            output.append(contentsOf: packing.stripped)
            output.append(copying: frame)
            return true
        }
        return prefixLengths(of: frame, into: &output)
    }

    /// Puts lengths in the place of start codes, if there are any.
    private func prefixLengths(of frame: Span<UInt8>, into output: inout [UInt8]) -> Bool {
        guard packing.mayHaveStartCodes, NALFormat.guess(frame) == .startCodes else {
            return false
        }
        output.append(lengthPrefixing: frame)
        return true
    }
}
