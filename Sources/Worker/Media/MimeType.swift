// The MIME type of a broadcast as it is served: the container, and what a player must be able to
// decode (RFC 9559 section 27.3, RFC 6381 section 3).

extension Initialization {
    /// For instance `video/webm; codecs="vp9,opus"`. It stands in the response's content-type, and
    /// MediaSource.isTypeSupported takes it as it is.
    package var mimeType: String {
        var names: [String] = []
        // A codec that several tracks share is named once.
        for name in tracks.map(\.codecString) where !names.contains(name) { names.append(name) }
        return "\(container); codecs=\"\(names.joined(separator: ","))\""
    }

    /// WebM only when every codec is one that WebM allows.
    private var container: String {
        guard tracks.allSatisfy({ Self.webMCodecs.contains($0.codec) }) else {
            return "video/x-matroska"
        }
        return tracks.contains { $0.kind == .video } ? "video/webm" : "audio/webm"
    }

    private static let webMCodecs: Set<String> = ["vp8", "vp9", "av1", "opus", "vorbis"]
}
