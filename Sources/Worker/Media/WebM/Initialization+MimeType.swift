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

    /// WebM only when every codec is one that WebM allows; "video" only when there is a picture.
    private var container: String {
        let kind = tracks.contains { $0.kind == .video } ? "video" : "audio"
        return tracks.allSatisfy(\.isWebM) ? "\(kind)/webm" : "\(kind)/x-matroska"
    }
}

extension MediaTrack {
    /// Whether WebM allows the codec.
    var isWebM: Bool {
        switch codecID {
        case "V_VP8", "V_VP9", "V_AV1", "A_OPUS", "A_VORBIS": true
        default: false
        }
    }
}
