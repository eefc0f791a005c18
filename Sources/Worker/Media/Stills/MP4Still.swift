// A key frame of H.264 or HEVC as a film of one frame: fragmented MP4, as HLS and DASH get it.

enum MP4Still {
    /// How long the one frame lasts, in the time scale of pictures: a twenty-fifth of a second.
    private static let duration: UInt32 = 3_600

    /// Nil when nothing says how large the picture is or how a decoder is set up.
    static func bytes(of frame: Span<UInt8>, _ track: MediaTrack) -> [UInt8]? {
        guard let packed = try? MP4Track(setUp(of: frame, track)),
            let byteCount = UInt32(exactly: frame.count)
        else { return nil }
        let sample = Sample(
            decodeTime: 0, duration: duration, compositionOffset: 0, isSync: true,
            byteCount: byteCount)
        guard let fragment = MP4Fragment([sample], trackID: packed.id, sequenceNumber: 1) else {
            return nil
        }
        var bytes = MP4Initialization(packed).bytes + fragment.header
        bytes.append(copying: frame)
        return bytes
    }

    /// The track as this frame has it, which may have another size than the broadcast's beginning.
    private static func setUp(of frame: Span<UInt8>, _ track: MediaTrack) -> MediaTrack {
        guard case .other(let picture) = SetUpReader(for: track)?.change(in: frame, from: nil)
        else {
            return track
        }
        return track.with(picture)
    }
}
