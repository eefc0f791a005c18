// The routes of HLS and DASH over the streams of a bench, for tests without a connection. Nobody has an account.

import Accounts
import Credentials
import HTTP
import StreamBench
import Streams

@testable import Delivery

func packagedRouteTable(
    of bench: StreamBench, later: @escaping (UInt64, @escaping () -> Void) -> Void
) throws -> RouteTable {
    let service = AccountService(
        store: try AccountStores.open(.sqlite(path: "/nonexistent/accounts.sqlite")),
        allowsSignUp: false)
    let watch = StoreWatch(
        desk: try AccountDesk(service: service, loop: bench.loop), loop: bench.loop,
        counters: bench.counters, logger: bench.logger)
    let routes = PackagedRoutes(
        streams: bench.streams,
        names: ChannelNames(
            credentials: nil, storeWatch: watch,
            hasStream: { bench.streams.find($0) != nil }),
        later: later, clockUs: { 0 })
    return RouteTable(routes.routes, crossOrigin: CrossOrigin(origins: [])) { _ in }
}
