// The HTTP surface of the TLS port: the routes of the rooms, and the treatment of addresses that do not
// quite fit one.
//
// Owner: the worker's loop thread.

import AccountRoutes
import Accounts
import ChannelRoutes
import Credentials
import Delivery
import Events
import HTTP
import Ingest
import LinuxIO
import Logging
import PageRoutes
import Settings
import StreamState
import Streams
import Telemetry
import Web

/// The rooms that the routes come from.
struct PublicSurface {
    let live: StreamParts
    let publishing: Publishing
    let ingest: IngestEnvironment
    let events: EventHub
    let accounts: AccountParts
    let crossOrigin: CrossOrigin
    let sites: WebSites
    let settings: Settings

    /// What anybody may know of channels.
    private func channelRoutes(_ names: ChannelNames) -> [Route] {
        let channels = ChannelRoutes(
            directory: accounts.directory, streams: live.streams, crossOrigin: crossOrigin)
        let feeds = FeedRoutes(
            directory: accounts.directory, streams: live.streams, catalog: live.catalog,
            sites: sites, crossOrigin: crossOrigin, clockUs: MonotonicClock.nowUs)
        let players = OEmbedRoute(
            streams: live.streams, names: names, siteName: sites.site.name,
            crossOrigin: crossOrigin)
        let codes = QRCodeRoute(crossOrigin: crossOrigin)
        return channels.routes + feeds.routes + players.routes + codes.routes
    }

    /// What owners do with their accounts, and the pictures of their channels.
    private func accountRoutes(
        loop: EventLoop, counters: SlotCounters, logger: Logger
    ) -> [Route] {
        let people = AccountRoutes(
            desk: accounts.desk, credentials: accounts.credentials, sites: sites,
            settings: settings, loop: loop, counters: counters, logger: logger)
        people.onChannelChange = { [streams = live.streams] account in
            streams.show(
                account.about, of: account.name,
                publishedBy: PublisherIdentity.account(account.id.bytes))
        }
        let pictures = PictureRoute(
            desk: accounts.desk, credentials: accounts.credentials, crossOrigin: crossOrigin)
        return people.routes + pictures.routes
    }

    func table(loop: EventLoop, counters: SlotCounters, logger: Logger) -> RouteTable {
        let streams = live.streams
        let names = ChannelNames(
            credentials: accounts.publishers, storeWatch: accounts.storeWatch,
            hasStream: { streams.find($0) != nil })
        let pages = PageRoutes(
            sites: sites, streams: streams, catalog: live.catalog, lastStills: live.lastStills,
            credentials: accounts.credentials, names: names, directory: accounts.directory,
            settings: settings)
        let watching = WatchRoute(
            streams: streams, names: names, crossOrigin: crossOrigin, settings: settings,
            showPlayer: pages.watch)
        let packaged = PackagedRoutes(
            streams: streams, names: names, later: { loop.schedule(afterMs: $0, $1) },
            clockUs: MonotonicClock.nowUs)
        let stills = StillRoute(
            streams: streams, lastStills: live.lastStills, names: names,
            crossOrigin: crossOrigin, clockUs: MonotonicClock.nowUs)
        LastStillCare(
            lastStills: live.lastStills, names: names, later: { loop.schedule(afterMs: $0, $1) }
        ).start()
        let uploads = StillUploads(
            streams: streams, publishing: publishing, crossOrigin: crossOrigin,
            environment: ingest)
        let publishing = PublishRoutes(
            publishing: publishing, crossOrigin: crossOrigin, environment: ingest)
        let told = StreamRoutes(streams: streams, catalog: live.catalog, crossOrigin: crossOrigin)
        return RouteTable(
            watching.routes + stills.routes + uploads.routes + packaged.routes
                + ClockRoute(wallMs: WallClock.nowMs).routes
                + publishing.routes + told.routes + events.routes
                + accountRoutes(loop: loop, counters: counters, logger: logger)
                + channelRoutes(names) + pages.routes,
            crossOrigin: crossOrigin, number: MetricLabels.number, meaning: StreamAddress.meaning
        ) { exchange in
            // A person gets a page, a program a problem; an encoder's refusal is logged as well.
            exchange.request.isNavigation && !exchange.request.isEndless
                ? pages.notFound(exchange) : publishing.refuseElsewhere(exchange, .notFound)
        }
    }
}

extension StreamAddress {
    /// What an unusual address means.
    static func meaning(of request: Request) -> RouteTable.Meaning {
        let sent = request.path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        guard let address = StreamAddress(Array(sent)) else { return .asSent }
        let query = request.query
        let target = "/" + address.path.joined(separator: "/") + (query.isEmpty ? "" : "?\(query)")
        if request.isNavigation, request.isReading { return .elsewhere(target) }
        // Encoders and players do not all follow redirects.
        return address.isOfMedia ? .target(target) : .asSent
    }
}
