// What is served of one stream by HLS and DASH. Lists and inits are made once for each version of the
// index, and all who ask get copies of their bytes.
//
// Owner: the worker's loop thread. It belongs to the indexed stream, and lives as long.

import Compression
import HTTP
import Media
import Streams
import Text

final class PackagedStream {
    let tracks: PackagedTracks
    private unowned let indexed: IndexedStream
    private let clockUs: () -> UInt64
    /// Answers that were given lately.
    var ready = ReadyAnswers()
    private var playlists: [KeptKey: (list: ListAnswers, version: Version)] = [:]
    /// Lists of all tracks: they change with segments, and players do not wait for them. So they cost no
    /// more than a part of the time, however short segments are.
    private var overviews: [ResourceName: Overview<Resource>] = [:]
    private var multivariants: [ResourceName: Overview<Multivariant>] = [:]
    private var initializations: [InitKey: Resource] = [:]

    /// The list of all tracks, and its text: one is never older than the other.
    typealias Multivariant = (playlist: MultivariantPlaylist, resource: Resource)

    /// Says that two lists are equal, in this index.
    private struct Version: Equatable {
        let firstListed: UInt64
        let last: UInt64
        let changes: UInt64
        let revisions: UInt64
        let isFinished: Bool
        /// Of how many former rings segments are listed.
        let former: Int
    }

    /// A list of all tracks, or what goes with it, and what the index was like when it was made.
    private struct Overview<Value> {
        private var kept = Kept<Value>()
        private(set) var version: Version?

        mutating func value(
            at version: Version, clockUs: () -> UInt64, make: () -> Value
        ) -> Value {
            var isMade = false
            let value = kept.value(isOutdated: self.version != version, clockUs: clockUs) {
                isMade = true
                return make()
            }
            if isMade { self.version = version }
            return value
        }
    }

    private struct InitKey: Hashable {
        let epoch: UInt64
        let rendition: RenditionName
        let version: UInt64
    }

    private struct KeptKey: Hashable {
        let name: ResourceName
        let form: MediaPlaylist.Form?
    }

    /// - Parameter clockUs: the monotonic clock.
    init(of indexed: IndexedStream, clockUs: @escaping () -> UInt64) {
        self.indexed = indexed
        self.clockUs = clockUs
        tracks = PackagedTracks(indexed.stream.tracks)
    }

    /// What the index says now; nil as long as there is no segment.
    var view: IndexView? {
        let ring = indexed.stream.ring
        return IndexView(
            indexed.index, epoch: ring.epoch, tracks: tracks, pasts: indexed.pastViews,
            comingOrdinal: ring.baseOrdinals.segment)
    }

    private func version(changes: UInt64) -> Version {
        let index = indexed.index
        return Version(
            firstListed: index.firstListed, last: index.segments.last?.ordinal ?? 0,
            changes: changes, revisions: index.revisions, isFinished: index.isFinished,
            former: indexed.pastViews.count)
    }

    // MARK: Lists

    /// A list or a manifest, made by `text` if there is none of this version yet.
    ///
    /// - Parameter form: of a media playlist.
    func list(
        _ name: ResourceName, _ form: MediaPlaylist.Form?, _ lifetime: Lifetime,
        text: () -> [UInt8]
    ) -> Resource {
        switch name {
        case .playlist(let rendition), .keyFrames(let rendition):
            // Without parts there are no reports on the other tracks.
            let isAlone = form == nil || form == .plain
            let places = isAlone ? tracks.track(rendition).map { [$0.place] } ?? [] : allPlaces
            return playlist(KeptKey(name: name, form: form), of: places, text).with(lifetime)
        case .multivariant, .soundMultivariant, .presentation, .lowLatencyPresentation, .media:
            return overview(name, lifetime, text)
        }
    }

    /// Whether the list that was made last says what the index says. Those of all tracks may be behind.
    func isUpToDate(_ name: ResourceName) -> Bool {
        switch name {
        case .playlist, .keyFrames, .media: true
        case .multivariant, .soundMultivariant: multivariants[name]?.version == overviewVersion
        case .presentation, .lowLatencyPresentation: overviews[name]?.version == overviewVersion
        }
    }

    private var allPlaces: [Int] { tracks.all.map(\.place) }

    private func playlist(
        _ key: KeptKey, of places: [Int], _ text: () -> [UInt8]
    ) -> ListAnswers {
        let version = version(
            changes: places.reduce(0) { $0 &+ indexed.index.version(of: $1) })
        if let kept = playlists[key], kept.version == version { return kept.list }
        let list = ListAnswers(text(), of: key.name)
        playlists[key] = (list, version)
        return list
    }

    private var overviewVersion: Version {
        version(changes: allPlaces.reduce(0) { $0 &+ (indexed.index.newestComplete(of: $1) ?? 0) })
    }

    private func overview(
        _ name: ResourceName, _ lifetime: Lifetime, _ text: () -> [UInt8]
    ) -> Resource {
        var overview = overviews[name] ?? Overview()
        let resource = overview.value(at: overviewVersion, clockUs: clockUs) {
            ListAnswers(text(), of: name).with(lifetime)
        }
        overviews[name] = overview
        return resource
    }

    /// The list of all tracks, made by `value` no oftener than `overview` does.
    func multivariant(
        _ name: ResourceName, _ lifetime: Lifetime, value: () -> MultivariantPlaylist
    ) -> Multivariant {
        var overview = multivariants[name] ?? Overview()
        let made = overview.value(at: overviewVersion, clockUs: clockUs) {
            let playlist = value()
            return (playlist, ListAnswers(playlist.text, of: name).with(lifetime))
        }
        multivariants[name] = overview
        return made
    }

    /// A list that nobody else will ask for.
    static func unkept(_ name: ResourceName, _ lifetime: Lifetime, text: [UInt8]) -> Resource {
        ListAnswers(text, of: name).with(lifetime)
    }

    // MARK: Inits

    /// - Parameters:
    ///   - version: 0 is that of the header; others are there as long as a segment that needs them.
    ///   - index: of the ring that has this epoch.
    func initialization(
        of track: PackagedTrack, version: UInt64, in index: SegmentIndex, epoch: UInt64
    ) -> Resource? {
        let setUp = version == 0 ? nil : index.setUp(since: version)
        guard version == 0 || setUp != nil && !track.isSound else { return nil }
        let key = InitKey(epoch: epoch, rendition: track.name, version: version)
        if let resource = initializations[key] { return resource }
        guard let made = track.with(setUp) else { return nil }
        let bytes = MP4Initialization(made).bytes
        let resource = Resource(
            Content(
                fields: [Lifetime.unchanging.field] + PackagedRoutes.fields,
                contentFields: [HeaderField("content-type", track.contentType)], bytes: bytes,
                tag: EntityTag("\"\(Fingerprint(of: bytes).text)\""), hasParts: true))
        initializations = initializations.filter {
            $0.key.epoch != epoch || $0.key.version == 0
                || index.setUp(since: $0.key.version) != nil
        }
        initializations[key] = resource
        return resource
    }
}

/// The answers with a playlist or a manifest: how long it may be kept depends on how it was asked for.
private final class ListAnswers {
    private let content: Content
    private var answers: [Lifetime: Resource] = [:]

    init(_ bytes: [UInt8], of name: ResourceName) {
        let text = Fingerprint(of: bytes).text
        content = Content(
            fields: [HeaderField("vary", "accept-encoding")] + PackagedRoutes.fields,
            contentFields: [
                HeaderField("content-type", name.contentType),
                // Before media (RFC 9218, section 4.1): a player without its list is lost.
                HeaderField("priority", "u=1"),
            ], bytes: bytes, tag: EntityTag("\"\(text)\""),
            gzip: Gzip.compress(bytes, effort: .quick).map { ($0, EntityTag("\"\(text)-gzip\"")) })
    }

    func with(_ lifetime: Lifetime) -> Resource {
        if let answer = answers[lifetime] { return answer }
        // The next version comes soon, and whoever has not taken this one is the only one that has it.
        let answer = Resource(content.with(lifetime.field), isShared: false)
        answers[lifetime] = answer
        return answer
    }
}

extension ResourceName {
    fileprivate var contentType: String {
        switch self {
        case .presentation, .lowLatencyPresentation: "application/dash+xml"
        default: "application/vnd.apple.mpegurl"
        }
    }
}
