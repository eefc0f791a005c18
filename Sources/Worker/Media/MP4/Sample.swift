// A sample: one frame as fragmented MP4 counts it. Its bytes are elsewhere, and follow each other in the
// order of the samples.

package struct Sample: Sendable, Equatable {
    /// In the time scale of its track.
    package var decodeTime: UInt64
    package var duration: UInt32
    /// Presentation time minus decode time. It may be negative.
    package var compositionOffset: Int32
    /// Decoding can start here. Always true for sound.
    package var isSync: Bool
    package var byteCount: UInt32

    package init(
        decodeTime: UInt64, duration: UInt32, compositionOffset: Int32, isSync: Bool,
        byteCount: UInt32
    ) {
        self.decodeTime = decodeTime
        self.duration = duration
        self.compositionOffset = compositionOffset
        self.isSync = isSync
        self.byteCount = byteCount
    }
}
