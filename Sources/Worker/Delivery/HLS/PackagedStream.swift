// What is served of one stream by HLS and DASH. Lists and inits are made once for each version of the
// index, and all who ask get copies of their bytes.
//
// Owner: the worker's loop thread. It belongs to the indexed stream, and lives as long.

import Compression
import HTTP
import Media
import Text

final class PackagedStream {
    let tracks: PackagedTracks
    private unowned let indexed: IndexedStream
    /// Lists of the version `keptVersion`.
    private var kept: [KeptKey: Resource] = [:]
    private var keptVersion: Version?
    private var initializations: [RenditionName: Resource] = [:]

    /// Says that two lists are equal, in this index.
    private struct Version: Equatable {
        let firstListed: UInt64
        let last: UInt64
        let changes: UInt64
        let revisions: UInt64
        let isFinished: Bool
    }

    private struct KeptKey: Hashable {
        let name: ResourceName
        let form: MediaPlaylist.Form?
        let lifetime: Lifetime
    }

    init(of indexed: IndexedStream) {
        self.indexed = indexed
        tracks = PackagedTracks(indexed.stream.tracks)
    }

    /// What the index says now; nil as long as there is no segment.
    var view: IndexView? {
        IndexView(indexed.index, epoch: indexed.stream.ring.epoch, tracks: tracks)
    }

    private var version: Version {
        let index = indexed.index
        return Version(
            firstListed: index.firstListed, last: index.segments.last?.ordinal ?? 0,
            changes: tracks.all.reduce(0) { $0 &+ index.version(of: $1.place) },
            revisions: index.revisions, isFinished: index.isFinished)
    }

    // MARK: Lists

    /// A list or a manifest, made by `text` if there is none of this version yet.
    ///
    /// - Parameter form: of a media playlist.
    func list(
        _ name: ResourceName, _ form: MediaPlaylist.Form? = nil, for lifetime: Lifetime,
        text: () -> [UInt8]
    ) -> Resource {
        let version = version
        if version != keptVersion {
            kept = [:]
            keptVersion = version
        }
        let key = KeptKey(name: name, form: form, lifetime: lifetime)
        if let resource = kept[key] { return resource }
        let resource = Self.list(name, for: lifetime, text: text())
        kept[key] = resource
        return resource
    }

    /// A list that nobody else will ask for.
    static func list(_ name: ResourceName, for lifetime: Lifetime, text: [UInt8]) -> Resource {
        Resource(Content(list: text, contentType: name.contentType, lifetime))
    }

    // MARK: Inits

    func initialization(of track: PackagedTrack) -> Resource {
        if let resource = initializations[track.name] { return resource }
        let bytes = MP4Initialization(track.track).bytes
        let resource = Resource(
            Content(
                fields: [Lifetime.unchanging.field] + PackagedRoutes.fields,
                contentFields: [HeaderField("content-type", track.contentType)], bytes: bytes,
                tag: EntityTag("\"\(Fingerprint(of: bytes).text)\""), hasParts: true))
        initializations[track.name] = resource
        return resource
    }
}

extension Content {
    /// A playlist or a manifest.
    fileprivate init(list bytes: [UInt8], contentType: String, _ lifetime: Lifetime) {
        let text = Fingerprint(of: bytes).text
        self.init(
            fields: [lifetime.field, HeaderField("vary", "accept-encoding")]
                + PackagedRoutes.fields,
            contentFields: [
                HeaderField("content-type", contentType),
                // Before media (RFC 9218, section 4.1): a player without its list is lost.
                HeaderField("priority", "u=1"),
            ], bytes: bytes, tag: EntityTag("\"\(text)\""),
            gzip: Gzip.compress(bytes, effort: .quick).map { ($0, EntityTag("\"\(text)-gzip\"")) })
    }
}

extension ResourceName {
    fileprivate var contentType: String {
        self == .presentation ? "application/dash+xml" : "application/vnd.apple.mpegurl"
    }
}
