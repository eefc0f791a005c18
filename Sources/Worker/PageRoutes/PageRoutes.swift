// Pages: which document belongs to a path, and who gets it.
//
// Owner: the worker's loop thread.

import Credentials
import Directory
import HTTP
import LinuxIO
import Settings
import StreamState
import Streams
import Web

package final class PageRoutes {
    private let sites: WebSites
    private let catalog: StreamCatalog
    /// The live streams, as the first page shows them.
    private var homeStreams = Kept<[HomePage.Stream]>()
    /// What the first page for people who are not signed in depends on, besides the streams.
    private struct HomeKey: Hashable {
        /// The one that they use.
        let origin: String
        let language: String
    }
    private var homePages: [HomeKey: Kept<Resource>] = [:]
    private static let homeFreshUs: UInt64 = 1_000_000
    private static let homeForgottenUs: UInt64 = 60_000_000
    private let credentials: Credentials
    private let names: ChannelNames
    private let streams: LiveStreams
    private let lastStills: LastStills
    private let directory: ChannelDirectory
    private var manifests: [String: Resource] = [:]
    private let requiresAccount: Bool
    private let transportSecurity: TransportSecurity
    private let pageFields = PageSecurity.fields.map { HeaderField($0.name, $0.value) }
    private let embedFields: [HeaderField]

    package init(
        sites: WebSites, streams: LiveStreams, catalog: StreamCatalog, lastStills: LastStills,
        credentials: Credentials, names: ChannelNames, directory: ChannelDirectory,
        settings: Settings
    ) {
        self.sites = sites
        self.catalog = catalog
        self.credentials = credentials
        self.names = names
        self.streams = streams
        self.lastStills = lastStills
        self.directory = directory
        requiresAccount = settings.publish == .account
        transportSecurity = TransportSecurity(mode: settings.hsts)
        embedFields = PageSecurity.fields(framedBy: settings.embedOrigins).map {
            HeaderField($0.name, $0.value)
        }
    }

    package var routes: [Route] {
        [
            Route("home", "/", [.get: home]), Route("go-live", "/live", [.get: broadcast]),
            Route("player", "/{name}/watchLive", [.get: watch]),
            Route("embed", "/{name}/embed", [.get: embed]),
            Route("manifest", "/manifest.webmanifest", [.get: manifest]),
        ] + AssetRoutes(assets: sites.assets).routes
    }

    // MARK: Pages

    private func home(_ exchange: Exchange) {
        let key = HomeKey(
            origin: "https://\(exchange.request.authority)",
            language: exchange.request.language(among: sites.languages))
        withVisitor(exchange) { [self] visitor, headers in
            if visitor == .anonymous, mayBeKept(key) {
                return anonymousHome(exchange, key).answer(exchange, headers: headers)
            }
            let page = makeHome(key, visitor: visitor)
            answer(exchange, status: 200, page: page, headers: headers)
        }
    }

    /// Clients may call this server by any name. So only the first few names are kept, until they have
    /// not been used for a while.
    private func mayBeKept(_ key: HomeKey) -> Bool {
        if homePages[key] != nil { return true }
        if homePages.count >= Limits.homePagesKept {
            let nowUs = MonotonicClock.nowUs()
            homePages = homePages.filter { nowUs < ($0.value.madeUs ?? 0) + Self.homeForgottenUs }
        }
        return homePages.count < Limits.homePagesKept
    }

    /// Everyone who is not signed in, uses this origin and reads this language gets the same page, so it
    /// is made once for them.
    private func anonymousHome(_ exchange: Exchange, _ key: HomeKey) -> Resource {
        let madeUs = homePages[key]?.madeUs ?? 0
        _ = streamsOnHome()
        let isOutdated =
            MonotonicClock.nowUs() >= madeUs + Self.homeFreshUs || catalog.lookedAtUs > madeUs
        return homePages[key, default: Kept()].value(
            isOutdated: isOutdated, clockUs: MonotonicClock.nowUs
        ) {
            Resource(content(makeHome(key, visitor: .anonymous), for: exchange))
        }
    }

    private func makeHome(_ key: HomeKey, visitor: Visitor) -> Document {
        sites.site(in: key.language).home(
            streams: streamsOnHome(), origin: key.origin, nowMs: WallClock.nowMs(),
            visitor: visitor,
            requiresAccount: requiresAccount)
    }

    private func streamsOnHome() -> [HomePage.Stream] {
        let all = catalog.all()
        let isOutdated = homeStreams.madeUs.map { catalog.lookedAtUs > $0 } ?? true
        return homeStreams.value(isOutdated: isOutdated, clockUs: MonotonicClock.nowUs) {
            HomePage.inOrder(all.filter(\.isListed).compactMap { HomePage.Stream($0) })
        }
    }

    private func broadcast(_ exchange: Exchange) {
        withVisitor(exchange) { [self] visitor, headers in
            if requiresAccount, visitor == .anonymous {
                let fields =
                    [
                        HeaderField("location", "/login?next=/live"),
                        HeaderField("cache-control", "no-store"), HeaderField("vary", "cookie"),
                    ] + transportSecurity.fields(for: exchange.request)
                return exchange.respond(status: 303, headers: fields, body: .bytes([]))
            }
            let page = site(for: exchange).broadcast(
                visitor: visitor, requiresAccount: requiresAccount)
            answer(exchange, status: 200, page: page, headers: headers)
        }
    }

    private func watch(_ exchange: Exchange) {
        guard let name = try? StreamName(exchange.parameter(0)) else { return nothing(exchange) }
        watch(exchange, name: name)
    }

    /// The player, which waits for a broadcast; or, if the name belongs to no one, a page that says so.
    package func watch(_ exchange: Exchange, name: StreamName) {
        names.lookUp(name, for: exchange) { [self] isAnybodys in
            guard isAnybodys else { return noSuchChannel(exchange, name: name) }
            preview(of: name, for: exchange) { [self] channel in
                let origin = exchange.request.origin
                answer(exchange) { site, visitor in
                    site.watch(channel, visitor: visitor, origin: origin)
                }
            }
        }
    }

    /// What is said of it, on its page and in previews of links: of the broadcast that is on, else of the
    /// channel, as far as the store of accounts tells.
    private func preview(
        of name: StreamName, for exchange: Exchange, then: @escaping (ChannelPreview) -> Void
    ) {
        if let stream = streams.find(name), let channel = ChannelPreview(stream) {
            return then(channel)
        }
        directory.find(name, for: exchange) { [self] found in
            lastStill(of: name, for: exchange) { still in
                guard case .success(let channel?) = found else {
                    return then(ChannelPreview(Face(name: name.text), still: still))
                }
                then(ChannelPreview(channel, lastStill: still))
            }
        }
    }

    /// That of the last broadcast, if whoever made it has the name now (as StillRoute shows it).
    private func lastStill(
        of name: StreamName, for exchange: Exchange,
        then: @escaping (ChannelPreview.Still?) -> Void
    ) {
        let isNoted = streams.find(name)?.ring.status.isNoted ?? (streams.fault(of: name) == nil)
        guard isNoted, let head = lastStills.head(of: name) else { return then(nil) }
        names.holder(of: name, for: exchange) { holder in
            guard holder.mayBe(head.publisher) else { return then(nil) }
            then(ChannelPreview.Still(contentType: head.form.contentType, size: nil))
        }
    }

    /// What a browser has to know to install the pages as an app.
    private func manifest(_ exchange: Exchange) {
        let site = site(for: exchange)
        let language = site.words.language
        let resource =
            manifests[language]
            ?? Resource(
                Content(
                    site.manifest(), fields: [HeaderField("cache-control", "no-cache")],
                    vary: "accept-encoding, accept-language"))
        manifests[language] = resource
        resource.answer(exchange)
    }

    private func noSuchChannel(_ exchange: Exchange, name: StreamName) {
        guard exchange.request.isNavigation else { return exchange.respond(.unknownChannel) }
        answer(exchange, status: 404) { site, visitor in
            site.noSuchChannel(name: name.text, visitor: visitor)
        }
    }

    /// The player alone, for a frame in another site's page: the same for everyone, signed in or not.
    private func embed(_ exchange: Exchange) {
        // No stream can have a name that is not valid.
        let site = site(for: exchange)
        guard let name = try? StreamName(exchange.parameter(0)) else {
            return answerEmbed(exchange, status: 404, site.embedNoSuchChannel())
        }
        names.lookUp(name, for: exchange) { [self] isAnybodys in
            guard isAnybodys else {
                return answerEmbed(exchange, status: 404, site.embedNoSuchChannel())
            }
            preview(of: name, for: exchange) { [self] channel in
                answerEmbed(exchange, status: 200, site.embed(channel))
            }
        }
    }

    private func answerEmbed(_ exchange: Exchange, status: Int, _ page: Document) {
        let fields =
            transportSecurity.fields(for: exchange.request) + embedFields
            + [HeaderField("cache-control", "no-cache")]
        exchange.respond(
            Content(page, fields: fields, vary: "accept-encoding, accept-language"),
            status: status)
    }

    /// Says that there is nothing here, in the form that suits the client.
    private func nothing(_ exchange: Exchange) {
        exchange.request.isNavigation ? notFound(exchange) : exchange.respond(.notFound)
    }

    /// The page for a person who asks for something that does not exist.
    package func notFound(_ exchange: Exchange) {
        answer(exchange, status: 404) { site, visitor in site.notFound(visitor: visitor) }
    }

    private func answer(
        _ exchange: Exchange, status: Int = 200, _ page: @escaping (WebSite, Visitor) -> Document
    ) {
        let site = site(for: exchange)
        withVisitor(exchange) { [self] visitor, headers in
            answer(exchange, status: status, page: page(site, visitor), headers: headers)
        }
    }

    /// The pages in the language of whoever asks.
    private func site(for exchange: Exchange) -> WebSite {
        sites.site(in: exchange.request.language(among: sites.languages))
    }

    /// Goes on with the visitor, and with the fields that renew the cookie.
    private func withVisitor(
        _ exchange: Exchange, _ goOn: @escaping (Visitor, [HeaderField]) -> Void
    ) {
        credentials.session(of: exchange) { result in
            guard !exchange.isOver else { return }
            switch result {
            case .success(let holder?):
                goOn(
                    .signedIn(name: holder.account.name.text),
                    SessionCookie.renewal(holder, exchange.request))
            case .success(nil): goOn(.anonymous, [])
            case .failure: goOn(.unknown, [])
            }
        }
    }

    private func answer(
        _ exchange: Exchange, status: Int, page: Document, headers: [HeaderField]
    ) {
        exchange.respond(content(page, for: exchange, headers: headers), status: status)
    }

    private func content(
        _ page: Document, for exchange: Exchange, headers: [HeaderField] = []
    ) -> Content {
        let fields =
            transportSecurity.fields(for: exchange.request) + pageFields
            // The browser may keep it, but has to ask before each use; shared caches may not keep it.
            + [HeaderField("cache-control", "private, no-cache")]
        return Content(
            page, fields: fields + headers, vary: "accept-encoding, accept-language, cookie")
    }
}

extension HomePage.Stream {
    /// Nil for a stream that has ended.
    fileprivate init?(_ stream: LiveStream) {
        let state: State
        switch stream.state {
        case .live: state = .live
        case .paused: state = .paused
        case .ended: return nil
        }
        self.init(
            face: Face(stream), state: state, viewers: stream.ring.status.viewerCount,
            startedAtMs: stream.startedAtMs,
            hasPicture: stream.tracks.contains { $0.kind == .video })
    }
}

extension Problem {
    package static let notFound = Problem(
        status: 404, slug: "not-found", title: "There is nothing here",
        detail: "Streams are at /NAME/live, the list of them at /api/streams.")
}
