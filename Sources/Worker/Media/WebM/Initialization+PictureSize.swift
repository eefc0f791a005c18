// The size of the pictures that a cluster of ours begins with, from its first bytes. The size in the
// init is that of the broadcast's beginning; a camera that turns or an encoder that adapts changes it
// at a key frame, without a new init.

extension Initialization {
    /// How much of a cluster is worth looking at: some frames of sound, and the head of a key frame.
    package static let clusterStartBytes = 4_096
    private static let mostFrames = 16

    /// Nil when the bytes do not begin a cluster of ours, or hold no key frame that says it. A frame may
    /// be cut off.
    package func pictureSize(clusterStart bytes: Span<UInt8>) -> PictureSize? {
        guard let track = tracks.first, track.kind == .video else { return nil }
        var clusters = ClusterReader()
        for _ in 0..<Initialization.mostFrames {
            guard let (frame, data) = clusters.next(in: bytes) else { return nil }
            if frame.track == 0 {
                return FrameReader(track: track, mostFrameBytes: bytes.count)
                    .pictureSize(bytes.extracting(data))
            }
        }
        return nil
    }
}
