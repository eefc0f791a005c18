// All HTTP connections of a worker. It takes accepted sockets, and gives requests to an Application.
//
// Connections have their turns in an order that is fair to all (ConnectionTurns), a small piece each
// time. So a fast download or a flood of requests delays others by no more than its share.
//
// Owner: the loop's thread.

import Glibc
import LinuxIO
import Settings

package final class HTTPServer {
    let loop: EventLoop
    let tls: TLSContext
    unowned let application: any Application
    let counters: HTTPCounters
    private let observer: (any ServerObserver)?
    let limits: HTTPLimits
    let buffers: SharedBuffers
    let recordCipher: RecordCipher
    private let configuration: HTTP2Configuration
    private let proxyConfiguration: HTTP2Configuration
    let clients: ClientTable
    let trust: ProxyTrust
    let turns = ConnectionTurns()
    let spent = SpentExchanges()
    let date = HTTPDate()
    private(set) var isDraining = false
    /// While it drains: whether idle HTTP/1.1 connections close.
    private(set) var closesIdle = false

    private var connections: [UInt64: Connection] = [:]
    /// Those that came to a listener for proxies, by the number that the caller gave them.
    private var proxied: [UInt64: Connection] = [:]
    private var lastConnectionID: UInt64 = 0
    private var changesSinceTrim = 0
    private var isTrimScheduled = false

    /// Called after each change of `connectionCount`.
    package var onConnectionCountChange: (() -> Void)?
    /// Called once for each connection that was given to `adopt`, with its number, when it has ended or
    /// could not be taken.
    package var onConnectionEnd: ((_ number: UInt64) -> Void)?
    /// Called when a proxy has said who has made a connection, once at most, before the connection ends.
    package var onClientKnown: ((_ number: UInt64, _ client: PeerAddress) -> Void)?
    /// Called when the header of a proxy did not come, or was none.
    package var onHeaderRefused: ((_ peer: PeerAddress) -> Void)?

    /// Not for other modules to set: see Exchange.
    private(set) var onRequestEnd: ((EndedRequest) -> Void)?

    /// Serves with `tls`; requests go to `application`, which must outlive the server.
    /// - Parameters:
    ///   - exemptNetworks: networks whose addresses have no limits of their own.
    ///   - trust: which proxies are believed, and in what.
    package init(
        loop: EventLoop, tls: TLSContext, application: any Application, counters: HTTPCounters,
        observer: (any ServerObserver)? = nil,
        exemptNetworks: [NetworkRange] = [], trust: ProxyTrust = .nobody,
        limits: HTTPLimits = HTTPLimits()
    ) {
        let buffers = SharedBuffers(stageBytes: limits.stageBytes)
        guard let configuration = HTTP2Configuration(limits: limits, buffers: buffers),
            let proxyConfiguration = HTTP2Configuration(
                limits: limits.ofProxy, buffers: buffers, isOfProxy: true),
            let recordCipher = RecordCipher()
        else { preconditionFailure("there is memory when a worker starts") }
        self.loop = loop
        self.tls = tls
        self.application = application
        self.counters = counters
        self.observer = observer
        self.trust = trust
        self.limits = limits
        self.configuration = configuration
        self.proxyConfiguration = proxyConfiguration
        clients = ClientTable(exemptNetworks: exemptNetworks)
        self.buffers = buffers
        self.recordCipher = recordCipher
        loop.add(turns)
    }

    package var connectionCount: Int { connections.count }

    /// For HTTP/2, of a connection that carries requests of many clients or of one.
    func configuration(ofProxy isOfProxy: Bool) -> HTTP2Configuration {
        isOfProxy ? proxyConfiguration : configuration
    }

    /// From now on, `note` is called once for each request when it is over, and answers say the names
    /// of their requests.
    package func logRequests(_ note: @escaping (EndedRequest) -> Void) { onRequestEnd = note }

    /// What the bytes of a connection are.
    package enum Transport: Sendable {
        case tls
        /// HTTP/1.1 in plain text, accepted even while the server drains: operators use it.
        case plain
        /// The same two behind a header in which a proxy says who has made the connection.
        case proxiedTLS, proxiedPlain

        var hasTLS: Bool { self == .tls || self == .proxiedTLS }
        var isProxied: Bool { self == .proxiedTLS || self == .proxiedPlain }
    }

    /// Takes over an accepted TCP socket and serves it until one side ends it. Requests go to
    /// `application`, which must outlive the server; if it is nil, to the server's own.
    /// - Parameters:
    ///   - number: the name of the connection in `onConnectionEnd`.
    ///   - reserve: by how many connections this one may exceed the limit.
    package func adopt(
        _ descriptor: consuming Descriptor, number: UInt64 = 0, over transport: Transport = .tls,
        for application: (any Application)? = nil, reserve: Int = 0
    ) {
        loop.assertOwner()
        let limit = limits.connections + reserve
        guard connections.count < limit, !isDraining || !transport.hasTLS else {
            return refuse(number)
        }
        configure(descriptor.raw)
        lastConnectionID += 1
        let made = Connection(
            descriptor: descriptor, id: lastConnectionID, number: number, transport: transport,
            application: application ?? self.application, server: self)
        guard let connection = made, (try? connection.start()) != nil else {
            return refuse(number)
        }
        connections[connection.id] = connection
        if transport.isProxied { proxied[number] = connection }
        connection.client.force(.connections)
        counters.counts.connectionsOpened += 1
        onConnectionCountChange?()
    }

    /// Ends a connection of a proxy whose client has as many as it may have. It may have ended already.
    package func refuseClient(ofConnection number: UInt64) {
        loop.assertOwner()
        proxied[number]?.close(.reset)
    }

    private func refuse(_ number: UInt64) {
        counters.counts.connectionsRefused += 1
        onConnectionEnd?(number)
    }

    private func configure(_ raw: Int32) {
        // A socket that is not TCP (a socket pair in a test) is not an error.
        SocketOption.set(raw, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
        SocketOption.set(
            raw, Int32(IPPROTO_TCP), TCP_NOTSENT_LOWAT, Int32(clamping: limits.notSentLowWaterBytes)
        )
        limits.deadPeerWatch.start(on: raw)
    }

    /// Tells every client that no new request is taken; open requests may finish.
    /// - Parameter closesIdle: whether idle HTTP/1.1 connections close. If they do not, each gets one
    ///   more answer, or closes when it has been idle for long: HTTP/1.1 cannot announce an end, and a
    ///   request may be on its way at any moment. It may be asked for later.
    package func drain(closesIdle: Bool) {
        loop.assertOwner()
        if !isDraining {
            isDraining = true
            // By now, a client that does not answer the announcement has had time to see it.
            loop.schedule(afterMs: limits.lingerMs) { [weak self] in
                self?.forEachSession { $0.finishDrain() }
            }
        }
        self.closesIdle = closesIdle
        forEachSession { $0.beginDrain(closesIdle: closesIdle) }
    }

    private func forEachSession(_ body: (any ProtocolSession) -> Void) {
        for connection in connections.values {
            connection.session.map(body)
            connection.markReady()
        }
    }

    /// Ends all connections now.
    package func closeAll() {
        loop.assertOwner()
        for connection in connections.values { connection.close(.connectionLost) }
    }

    /// A handshake has finished that began so many microseconds ago.
    func didOpen(afterUs durationUs: UInt64) {
        counters.counts.handshakes += 1
        observer?.didFinishHandshake(durationUs: durationUs)
        trimLater()
    }

    /// A request has its answer; status 0: it never will.
    func didAnswer(_ exchange: Exchange, status: Int) {
        guard let observer else { return }
        observer.didAnswer(
            route: exchange.routeNumber, status: status,
            durationUs: MonotonicClock.nowUs() - exchange.beganUs)
    }

    func didClose(_ connection: Connection) {
        connections[connection.id] = nil
        if !proxied.isEmpty { proxied[connection.number] = nil }
        connection.client.giveBack(.connections)
        counters.counts.connectionsClosed += 1
        onConnectionCountChange?()
        onConnectionEnd?(connection.number)
        trimLater()
    }

    /// Blocks of memory from ended connections and finished handshakes lie between those of other
    /// connections. Unless it is asked to, the allocator keeps the memory of a crowd for ever.
    private func trimLater() {
        changesSinceTrim += 1
        let isCrowd = changesSinceTrim >= max(Limits.connectionsPerTrim, connections.count / 4)
        guard isCrowd, !isTrimScheduled else { return }
        isTrimScheduled = true
        loop.schedule(afterMs: Limits.trimDelayMs) { [weak self] in
            self?.isTrimScheduled = false
            self?.changesSinceTrim = 0
            LibraryMemory.returnFree()
        }
    }
}
