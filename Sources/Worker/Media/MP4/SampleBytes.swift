// What of a frame of Matroska becomes a sample of MP4. Nearly always all of it.

package struct SampleBytes: Sendable {
    private let hasDelimiters: Bool

    package init(of track: MediaTrack) {
        hasDelimiters = VideoBitstream(codecID: track.codecID) == .av1
    }

    /// How many bytes at the beginning of a frame are left out: the temporal delimiter of AV1, which some
    /// recorders write, and which both containers do without (AV1 in ISO Base Media, section 2.4).
    package func leftOut(of frame: Span<UInt8>) -> Int {
        // A header that is followed by a size, and the size, which is 0.
        hasDelimiters && frame.count > 2 && frame[0] == 0x12 && frame[1] == 0 ? 2 : 0
    }
}
