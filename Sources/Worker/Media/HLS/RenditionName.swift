// The short name of a rendition in addresses: "v1" for the picture with track number 1, "a2" for the sound
// with track number 2. DASH has it as the id of a representation.

package struct RenditionName: Sendable, Hashable {
    package let kind: MediaTrack.Kind
    /// The track's number in what we serve; see MediaTrack.
    package let track: UInt64

    package init(kind: MediaTrack.Kind, track: UInt64) {
        self.kind = kind
        self.track = track
    }

    package var text: String { kind == .video ? "v\(track)" : "a\(track)" }

    init?(_ scanner: inout NameScanner, in path: Span<UInt8>) {
        if scanner.take("v", in: path) {
            kind = .video
        } else if scanner.take("a", in: path) {
            kind = .audio
        } else {
            return nil
        }
        guard let track = scanner.canonicalNumber(in: path),
            track <= UInt64(MediaLimits.mostTracks), track > 0
        else { return nil }
        self.track = track
    }
}
