// `GET /feed.xml`: what is live now. `GET /NAME/feed.xml`: what a channel broadcasts and has broadcast
// (docs/http-api.md). Nothing that is unlisted is in either.
//
// Owner: the worker's loop thread.

import Accounts
import Credentials
import Directory
import HTTP
import Settings
import StreamState
import Streams
import Text
import Web

package final class FeedRoutes {
    private let directory: ChannelDirectory
    private let streams: LiveStreams
    private let catalog: StreamCatalog
    private let sites: WebSites
    private let crossOrigin: CrossOrigin
    private let clockUs: () -> UInt64
    /// What the feed of the server depends on, besides the streams.
    private struct Variant: Hashable {
        let origin: String
        let language: String
    }
    private var kept: [Variant: Kept<Resource>] = [:]
    private static let forgottenUs: UInt64 = 60_000_000

    /// - Parameter clockUs: the monotonic clock.
    package init(
        directory: ChannelDirectory, streams: LiveStreams, catalog: StreamCatalog,
        sites: WebSites, crossOrigin: CrossOrigin, clockUs: @escaping () -> UInt64
    ) {
        self.directory = directory
        self.streams = streams
        self.catalog = catalog
        self.sites = sites
        self.crossOrigin = crossOrigin
        self.clockUs = clockUs
    }

    package var routes: [Route] {
        [
            Route("feed", "/feed.xml", readers: .everyPage, [.get: answerAll]),
            Route("feed", "/{name}/feed.xml", readers: .everyPage, [.get: answerOne]),
        ]
    }

    private func variant(_ exchange: Exchange) -> Variant {
        Variant(
            origin: exchange.request.origin ?? "https://localhost",
            language: exchange.request.language(among: sites.languages))
    }

    // MARK: The server

    /// It is made once for all who ask, as often as the streams are looked at.
    private func answerAll(_ exchange: Exchange) {
        let variant = variant(exchange)
        let all = catalog.all()
        let headers = crossOrigin.publicHeaders(for: exchange.request)
        guard mayBeKept(variant) else {
            return exchange.respond(Content(feed(of: all, variant), headers: headers))
        }
        let isOutdated = kept[variant]?.madeUs.map { catalog.lookedAtUs > $0 } ?? true
        let resource = kept[variant, default: Kept()].value(
            isOutdated: isOutdated, clockUs: clockUs
        ) {
            Resource(Content(feed(of: all, variant)))
        }
        resource.answer(exchange, headers: headers)
    }

    /// Clients may call this server by any name. So only the first few names are kept, until they have not
    /// been used for a while.
    private func mayBeKept(_ variant: Variant) -> Bool {
        if kept[variant] != nil { return true }
        if kept.count >= Limits.homePagesKept {
            let nowUs = clockUs()
            kept = kept.filter { nowUs < ($0.value.madeUs ?? 0) + Self.forgottenUs }
        }
        return kept.count < Limits.homePagesKept
    }

    private func feed(of all: [LiveStream], _ variant: Variant) -> AtomFeed {
        let site = sites.site(in: variant.language)
        let live = all.filter { $0.state != .ended && $0.isListed }
            .sorted { $0.ring.createdWallClockMs > $1.ring.createdWallClockMs }
        return AtomFeed(
            origin: variant.origin, path: "/feed.xml", page: "/", id: "feed",
            title: sites.site.name, subtitle: site.siteDescription, language: variant.language,
            icon: site.iconAddress,
            entries: live.prefix(Limits.feedEntries).map { AtomFeed.Entry($0, site.words) })
    }

    // MARK: A channel

    private func answerOne(_ exchange: Exchange) {
        let headers = crossOrigin.publicHeaders(for: exchange.request)
        guard let name = try? StreamName(exchange.parameter(0)) else {
            return exchange.respond(.unknownChannel, headers: headers)
        }
        directory.find(name, for: exchange) { [self] found in
            let stream = streams.find(name).flatMap { $0.state == .ended ? nil : $0 }
            switch found {
            case .failure(let error): exchange.respond(Problem(error), headers: headers)
            case .success(nil) where stream == nil:
                exchange.respond(.unknownChannel, headers: headers)
            case .success(let channel):
                let feed = feed(of: name, channel, stream, variant(exchange))
                exchange.respond(Content(feed, headers: headers))
            }
        }
    }

    /// - Parameter channel: nil where names belong to nobody.
    private func feed(
        of name: StreamName, _ channel: PublicChannel?, _ stream: LiveStream?, _ variant: Variant
    ) -> AtomFeed {
        let site = sites.site(in: variant.language)
        let title = channel?.title ?? name.text
        let live = stream.flatMap { $0.isListed ? AtomFeed.Entry($0, site.words) : nil }
        let past = (channel?.broadcasts ?? []).filter { $0.id != live?.broadcast }
        return AtomFeed(
            origin: variant.origin, path: "/\(name)/feed.xml", page: "/\(name)/watchLive",
            id: "channel/\(name)", title: title, subtitle: channel?.profile.line ?? "",
            language: variant.language, icon: site.iconAddress,
            entries: (live.map { [$0] } ?? [])
                + past.map { AtomFeed.Entry($0, name, displayName: title, site.words) })
    }
}

extension AtomFeed.Entry {
    /// Of a broadcast that is on.
    fileprivate init(_ stream: LiveStream, _ words: Words) {
        let about = stream.about
        let displayName = about.displayName.isEmpty ? stream.name.text : about.displayName
        let title = about.words.title.isEmpty ? displayName : about.words.title
        let now = words("feed.live-now")
        let description = about.words.description
        self.init(
            name: stream.name.text, displayName: displayName,
            broadcast: stream.ring.broadcastID, title: title,
            summary: description.isEmpty ? now : "\(now)\n\(description)", tags: about.words.tags,
            language: about.words.language, startedAtMs: stream.ring.createdWallClockMs,
            endedAtMs: nil)
    }

    /// Of one that is over.
    fileprivate init(
        _ broadcast: BroadcastRecord, _ name: StreamName, displayName: String, _ words: Words
    ) {
        self.init(
            name: name.text, displayName: displayName, broadcast: broadcast.id,
            title: broadcast.title.isEmpty ? displayName : broadcast.title,
            summary: words(
                "feed.was-live", ["viewers": words("count.viewers", count: broadcast.peakViewers)]),
            tags: [], language: nil, startedAtMs: broadcast.startedAtMs,
            endedAtMs: max(broadcast.endedAtMs, broadcast.startedAtMs))
    }
}

extension Content {
    /// - Parameter headers: of every answer.
    fileprivate init(_ feed: AtomFeed, headers: [HeaderField] = []) {
        let bytes = feed.xml
        self.init(
            fields: [
                HeaderField("cache-control", "public, max-age=30"),
                HeaderField("vary", "accept-language"),
                HeaderField("x-content-type-options", "nosniff"),
            ] + headers,
            contentFields: [
                HeaderField("content-type", "application/atom+xml; charset=utf-8"),
                HeaderField("content-language", feed.language),
            ], bytes: bytes, tag: EntityTag("\"\(Fingerprint(of: bytes).text)\""))
    }
}
