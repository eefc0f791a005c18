// The size of the pictures that a cluster of ours begins with, from its first bytes. The size in the
// init is that of the broadcast's beginning; a camera that turns or an encoder that adapts changes it
// at a key frame, without a new init.

extension Initialization {
    /// How much of a cluster is worth looking at: some frames of sound, and the head of a key frame.
    package static let clusterStartBytes = 4_096
    private static let mostBlocks = 16

    /// Nil when the bytes do not begin a cluster of ours, or hold no key frame that says it. A frame may
    /// be cut off.
    package func pictureSize(clusterStart bytes: Span<UInt8>) -> PictureSize? {
        guard let track = tracks.first, track.kind == .video,
            bytes.count > ClusterLayout.headerBytes
        else { return nil }
        for (index, byte) in ClusterLayout.prefix.enumerated() where bytes[index] != byte {
            return nil
        }
        let reader = FrameReader(track: track, mostFrameBytes: bytes.count)
        var position = ClusterLayout.headerBytes
        for _ in 0..<Initialization.mostBlocks {
            guard
                case .header(let header)? = try? ElementHeader.parse(
                    bytes, at: position, end: bytes.count),
                let size = header.size
            else { return nil }
            let start = position + header.headerBytes
            let end = start + Int(clamping: min(size, UInt64(bytes.count - start)))
            switch header.id {
            case ElementID.blockGroup:
                position = start
                continue
            case ElementID.simpleBlock, ElementID.block:
                // Track numbers of ours take one byte; two of time and one of flags follow.
                if end - start > 4, UInt64(bytes[start] & 0x7F) == track.number {
                    return reader.pictureSize(bytes.extracting((start + 4)..<end))
                }
            default: break
            }
            position = end
        }
        return nil
    }
}
