// The fixed part of a cluster of ours, so that others can find and rewrite its time.

/// Where things are in a fragment that starts a cluster: identifier, size (unknown), then the
/// Timestamp element, always eight bytes wide so that it can be rewritten in place.
package enum ClusterLayout {
    /// Offset of the cluster's time in milliseconds, big-endian.
    package static let timecodeOffset = 14
    package static let timecodeBytes = 8
    /// Offset of the first block.
    package static let headerBytes = 22
    /// Everything before the time: Cluster, size unknown, Timestamp, size 8.
    static let prefix: [UInt8] = [
        0x1F, 0x43, 0xB6, 0x75, 0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xE7, 0x88,
    ]
}
