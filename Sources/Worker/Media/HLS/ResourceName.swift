// What can be asked for below /NAME/hls/ and /NAME/dash/, as names and back.
//
//     hls/index.m3u8         all renditions
//     hls/sound.m3u8         the sound alone
//     hls/v1.m3u8            the media playlist of a rendition
//     hls/v1-keys.m3u8       its key frames
//     dash/index.mpd         the same for DASH
//     dash/low-latency.mpd   the same for players that ask for segments while they are made
//     hls/…, dash/…          media: see MediaName
//
// Playlists change, so their addresses stay: a player that has one goes on with it when the broadcaster
// comes back with a new ring, and finds the new epoch's media in it behind a discontinuity. Media never
// change, so their addresses carry everything that they depend on. All playlists lie in one folder, and
// every URI in them is one of these names, without a query and without "..": a cache or a proxy may put
// anything in front.
//
// The names say nothing of the viewer. Segments have equal bytes under hls/ and dash/; they differ in when
// they are there: under dash/ while they are made, under hls/ when they are whole.

package enum ResourceName: Sendable, Hashable {
    /// The protocol that a path belongs to.
    package enum Root: Sendable, CaseIterable {
        case hls, dash
    }

    case multivariant
    case soundMultivariant
    case playlist(RenditionName)
    case keyFrames(RenditionName)
    case presentation
    case lowLatencyPresentation
    case media(MediaName)

    /// Relative to the root.
    package var text: String {
        switch self {
        case .multivariant: "index.m3u8"
        case .soundMultivariant: "sound.m3u8"
        case .playlist(let rendition): "\(rendition.text).m3u8"
        case .keyFrames(let rendition): "\(rendition.text)-keys.m3u8"
        case .presentation: "index.mpd"
        case .lowLatencyPresentation: "low-latency.mpd"
        case .media(let name): name.text
        }
    }

    /// Reads what comes behind `/NAME/hls/` or `/NAME/dash/`: only names exactly as `text` writes them, so
    /// that a resource has one address.
    package init?(_ path: Span<UInt8>, in root: Root) {
        guard path.count <= Self.mostBytes else { return nil }
        let whole = 0..<path.count
        var scanner = NameScanner(at: whole)
        if path.count > Self.epochBytes, path[Self.epochBytes] == UInt8(ascii: "/") {
            guard let name = MediaName(&scanner, in: path) else { return nil }
            self = .media(name)
            return
        }
        switch root {
        case .dash:
            guard let name = Self.presentation(in: path) else { return nil }
            self = name
        case .hls:
            guard let name = Self.playlist(in: path) else { return nil }
            self = name
        }
    }

    private static let epochBytes = 16
    /// The longest name has an epoch, a rendition and two numbers of nineteen digits.
    private static let mostBytes = 64

    private static func presentation(in path: Span<UInt8>) -> ResourceName? {
        let whole = 0..<path.count
        if NameScanner.equals("index.mpd", at: whole, in: path) { return .presentation }
        let isLow = NameScanner.equals("low-latency.mpd", at: whole, in: path)
        return isLow ? .lowLatencyPresentation : nil
    }

    private static func playlist(in path: Span<UInt8>) -> ResourceName? {
        let whole = 0..<path.count
        if NameScanner.equals("index.m3u8", at: whole, in: path) { return .multivariant }
        if NameScanner.equals("sound.m3u8", at: whole, in: path) { return .soundMultivariant }
        var scanner = NameScanner(at: whole)
        guard let rendition = RenditionName(&scanner, in: path) else { return nil }
        let hasKeyFrames = scanner.take("-keys", in: path)
        guard scanner.take(".m3u8", in: path), scanner.isAtEnd else { return nil }
        return hasKeyFrames ? .keyFrames(rendition) : .playlist(rendition)
    }
}
