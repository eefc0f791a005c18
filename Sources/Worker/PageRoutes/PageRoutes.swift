// Pages and assets: which document a path is, and how it is answered (RFC 9110: conditional requests
// in section 13, content negotiation in section 12.5.3).
//
// Owner: the worker's loop thread.

import Credentials
import HTTP
import LinuxIO
import Settings
import StreamState
import Streams
import Web

package final class PageRoutes {
    private let site: WebSite
    private let catalog: StreamCatalog
    /// The streams that are on, as the first page shows them.
    private var homeStreams = Kept<[HomePage.Stream]>()
    /// The first page for people who are not signed in, by what they call this server.
    private var homePages: [String: Kept<Document>] = [:]
    private static let homeFreshUs: UInt64 = 1_000_000
    private static let homeForgottenUs: UInt64 = 60_000_000
    private let credentials: Credentials
    private let names: ChannelNames
    private let requiresAccount: Bool
    private let transportSecurity: TransportSecurity
    private let embedFields: [HeaderField]

    package init(
        site: WebSite, catalog: StreamCatalog, credentials: Credentials, names: ChannelNames,
        settings: Settings
    ) {
        self.site = site
        self.catalog = catalog
        self.credentials = credentials
        self.names = names
        requiresAccount = settings.publish == .account
        transportSecurity = TransportSecurity(mode: settings.hsts)
        embedFields = PageSecurity.fields(framedBy: settings.embedOrigins).map {
            HeaderField($0.name, $0.value)
        }
    }

    // MARK: Pages

    package func home(_ exchange: Exchange) {
        let origin = "https://\(exchange.request.authority)"
        withVisitor(exchange) { [self] visitor, headers in
            if visitor == .anonymous, mayBeKept(origin) {
                let page = anonymousHome(origin: origin)
                return answer(exchange, status: 200, page: page, headers: headers, isShared: true)
            }
            let page = makeHome(origin: origin, visitor: visitor)
            answer(exchange, status: 200, page: page, headers: headers)
        }
    }

    /// Anybody may call this server by any name, so the first few names are kept, until nobody has asked
    /// for one for a while.
    private func mayBeKept(_ origin: String) -> Bool {
        if homePages[origin] != nil { return true }
        if homePages.count >= Limits.homePagesKept {
            let nowUs = MonotonicClock.nowUs()
            homePages = homePages.filter { nowUs < ($0.value.madeUs ?? 0) + Self.homeForgottenUs }
        }
        return homePages.count < Limits.homePagesKept
    }

    /// The same for everybody who is not signed in, so it is made once for them.
    private func anonymousHome(origin: String) -> Document {
        let madeUs = homePages[origin]?.madeUs ?? 0
        let streams = streamsOnHome()
        let isOutdated =
            MonotonicClock.nowUs() >= madeUs + Self.homeFreshUs || catalog.lookedAtUs > madeUs
        return homePages[origin, default: Kept()].value(
            isOutdated: isOutdated, clockUs: MonotonicClock.nowUs
        ) {
            site.home(
                streams: streams, origin: origin, nowMs: WallClock.nowMs(), visitor: .anonymous,
                requiresAccount: requiresAccount)
        }
    }

    private func makeHome(origin: String, visitor: Visitor) -> Document {
        site.home(
            streams: streamsOnHome(), origin: origin, nowMs: WallClock.nowMs(), visitor: visitor,
            requiresAccount: requiresAccount)
    }

    private func streamsOnHome() -> [HomePage.Stream] {
        let all = catalog.all()
        let isOutdated = homeStreams.madeUs.map { catalog.lookedAtUs > $0 } ?? true
        return homeStreams.value(isOutdated: isOutdated, clockUs: MonotonicClock.nowUs) {
            HomePage.inOrder(all.compactMap { HomePage.Stream($0) })
        }
    }

    package func broadcast(_ exchange: Exchange) {
        withVisitor(exchange) { [self] visitor, headers in
            if requiresAccount, visitor == .anonymous {
                let fields =
                    [
                        HeaderField("location", "/login?next=/live"),
                        HeaderField("cache-control", "no-store"), HeaderField("vary", "cookie"),
                    ] + transportSecurity.fields(for: exchange.request)
                return exchange.respond(status: 303, headers: fields, body: .bytes([]))
            }
            let page = site.broadcast(visitor: visitor, requiresAccount: requiresAccount)
            answer(exchange, status: 200, page: page, headers: headers)
        }
    }

    /// The player, which waits for a broadcast; or that nobody has the name, and nobody need wait.
    package func watch(_ exchange: Exchange, name: StreamName) {
        names.look(up: name, for: exchange) { [self] isAnybodys in
            guard isAnybodys else { return noSuchChannel(exchange, name: name) }
            answer(exchange) { [site] visitor in site.watch(name: name.text, visitor: visitor) }
        }
    }

    private func noSuchChannel(_ exchange: Exchange, name: StreamName) {
        guard exchange.request.isNavigation else { return exchange.respond(.unknownChannel) }
        answer(exchange, status: 404) { [site] visitor in
            site.noSuchChannel(name: name.text, visitor: visitor)
        }
    }

    /// The player alone, for a frame in somebody else's page: the same for everybody, whoever is signed
    /// in. `name` is nil when no stream can have that name.
    package func embed(_ exchange: Exchange, name: StreamName?) {
        guard let name else { return answerEmbed(exchange, status: 404, site.embedNoSuchChannel()) }
        names.look(up: name, for: exchange) { [self] isAnybodys in
            isAnybodys
                ? answerEmbed(exchange, status: 200, site.embed(name: name.text))
                : answerEmbed(exchange, status: 404, site.embedNoSuchChannel())
        }
    }

    private func answerEmbed(_ exchange: Exchange, status: Int, _ page: Document) {
        let fields =
            transportSecurity.fields(for: exchange.request) + embedFields
            + [HeaderField("cache-control", "no-cache")]
        answer(exchange, status: status, document: page, headers: fields)
    }

    /// The page for a person who asks for what is not there.
    package func notFound(_ exchange: Exchange) {
        answer(exchange, status: 404) { [site] visitor in site.notFound(visitor: visitor) }
    }

    private func answer(
        _ exchange: Exchange, status: Int = 200, _ page: @escaping (Visitor) -> Document
    ) {
        withVisitor(exchange) { [self] visitor, headers in
            answer(exchange, status: status, page: page(visitor), headers: headers)
        }
    }

    /// Goes on with whoever looks at the page, and what has to be said about the cookie.
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
        _ exchange: Exchange, status: Int, page: Document, headers: [HeaderField],
        isShared: Bool = false
    ) {
        let fields =
            transportSecurity.fields(for: exchange.request)
            + PageSecurity.fields.map { HeaderField($0.name, $0.value) }
        // Kept, but asked about before each use, and not by caches that several people share.
        let kept = [HeaderField("cache-control", "private, no-cache")]
        answer(
            exchange, status: status, document: page, headers: fields + kept + headers,
            vary: "accept-encoding, cookie", isShared: isShared)
    }

    // MARK: Assets

    package struct Asset {
        fileprivate let document: Document
        fileprivate let isCurrent: Bool
    }

    /// `path` is what follows /assets/: the version, then the asset's own path.
    package func asset(_ path: ArraySlice<Substring>) -> Asset? {
        let name = path.dropFirst().joined(separator: "/")
        guard let version = path.first, let document = site.assets.document(at: name) else {
            return nil
        }
        return Asset(document: document, isCurrent: version == site.assets.version)
    }

    package func answer(_ exchange: Exchange, asset: Asset) {
        // A page that another version of Weir has served still gets its scripts, though today's; a
        // cache must not take them for those of that version.
        let cache = asset.isCurrent ? "public, max-age=31536000, immutable" : "no-store"
        answer(
            exchange, status: 200, document: asset.document,
            headers: [
                HeaderField("cache-control", cache),
                HeaderField("x-content-type-options", "nosniff"),
                // Also for the player in a frame that has no origin of its own (sandbox).
                HeaderField("cross-origin-resource-policy", "cross-origin"),
                HeaderField("access-control-allow-origin", "*"),
            ], isShared: true)
    }

    /// What browsers ask for without having been told to.
    package func icon(_ exchange: Exchange) {
        let path = [Substring(site.assets.version), "icon.svg"]
        guard let icon = asset(path[...]) else { preconditionFailure("there is an icon") }
        answer(exchange, asset: icon)
    }

    // MARK: Answering

    private func answer(
        _ exchange: Exchange, status: Int, document: Document, headers: [HeaderField],
        vary: String = "accept-encoding", isShared: Bool = false
    ) {
        let request = exchange.request
        let gzip =
            ContentCoding.acceptsGzip(request.header("accept-encoding"))
            ? document.gzipBytes : nil
        let tag = gzip == nil ? document.entityTag : document.gzipEntityTag
        var fields =
            headers + [HeaderField("etag", tag), HeaderField("vary", vary)]
        if status == 200, EntityTags(request.header("if-none-match")).contain(tag) {
            return exchange.respond(status: 304, headers: fields, body: .none)
        }
        fields.append(HeaderField("content-type", document.contentType))
        if gzip != nil { fields.append(HeaderField("content-encoding", "gzip")) }
        let bytes = gzip ?? document.bytes
        exchange.respond(
            status: status, headers: fields, body: isShared ? .shared(bytes) : .bytes(bytes))
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
        let video = stream.tracks.first { $0.kind == .video }
        var pictureSize: PictureSize?
        if let width = video?.width, let height = video?.height {
            pictureSize = PictureSize(width: width, height: height)
        }
        self.init(
            name: stream.name.text, state: state, viewers: stream.ring.status.viewerCount,
            startedAtMs: stream.startedAtMs, hasPicture: video != nil,
            pictureSize: pictureSize, codec: (video ?? stream.tracks.first)?.codec)
    }
}
