// One worker from start to exit: adopts what it inherited, wires the parts together, runs the loop.
//
//   control channel ─► HTTPServer ─► Router ─┬► Publishing ─► RingWriter ─► doorbells of all workers
//                                            ├► AccountRoutes ─► AccountDesk ─► threads ─► store
//                                            ├► Viewer ◄─ LiveStreams ◄─ own doorbell
//                                            └► EventSubscriber ◄─ EventHub ◄─ own doorbell
//
// Owner: the worker's only thread, which runs the loop.

import Accounts
import ControlChannel
import Glibc
import HTTP
import LinuxIO
import Logging
import SegmentRing
import Settings
import Telemetry
import Web

final class WorkerProcess {
    private let environment: WorkerEnvironment
    private let streams: LiveStreams
    private let catalog: StreamCatalog
    private let recorder: BroadcastRecorder
    private let publishing: Publishing
    private let events: EventHub
    private let storeWatch: StoreWatch
    private let router: Router
    private let redirection: Redirection
    private let administration: Administration
    private let server: HTTPServer
    private let tls: TLSContext
    private let logger: Logger
    private var link: SupervisorLink?
    private var doorbellHandler: DoorbellHandler?
    private var isEnding = false

    /// How often a worker that is ending looks whether everybody has gone.
    private static let endCheckMs: UInt64 = 20
    private static let countersIntervalMs: UInt64 = 1_000

    init(environment: WorkerEnvironment) throws {
        self.environment = environment
        logger = environment.logger
        let settings = environment.settings
        tls = try TLSContext(
            certificateFile: settings.certificateFile, keyFile: settings.keyFile)
        streams = try LiveStreams(environment: environment)
        let crossOrigin = CrossOrigin(origins: settings.corsOrigins)
        let service = AccountService(
            store: try AccountStores.open(settings.accounts),
            allowsSignUp: settings.signUp == .open)
        let desk = try AccountDesk(service: service, loop: environment.loop)
        let credentials = Credentials(desk: desk, environment: environment)
        recorder = try BroadcastRecorder(desk: desk, environment: environment)
        streams.recorder = recorder
        catalog = StreamCatalog(source: streams, environment: environment)
        publishing = Publishing(
            streams: streams, crossOrigin: crossOrigin,
            credentials: settings.publish == .account ? credentials : nil,
            environment: environment)
        events = EventHub(
            streams: streams, catalog: catalog, crossOrigin: crossOrigin, environment: environment)
        storeWatch = StoreWatch(desk: desk, environment: environment)
        let names = ChannelNames(
            streams: streams, credentials: settings.publish == .account ? credentials : nil,
            storeWatch: storeWatch)
        let site = WebSite(offersSignUp: settings.signUp == .open)
        router = Router(
            streams: streams, catalog: catalog, publishing: publishing, events: events,
            pages: PageRoutes(
                site: site, catalog: catalog, credentials: credentials, names: names,
                settings: settings),
            names: names,
            accounts: AccountRoutes(
                desk: desk, credentials: credentials, site: site, environment: environment),
            crossOrigin: crossOrigin, environment: environment)
        redirection = Redirection(port: settings.listen[0].port)
        administration = Administration(
            catalog: catalog, storeWatch: storeWatch, environment: environment)
        server = HTTPServer(
            loop: environment.loop, tls: tls, application: router,
            counters: environment.httpCounters, exemptNetworks: settings.exemptNetworks)
    }

    /// Serves until the supervisor says stop, or is gone.
    func run(control: consuming Descriptor) throws {
        streams.recover()
        streams.startHouseKeeping()
        recorder.start()
        storeWatch.start()
        let handler = DoorbellHandler { [weak self] in self?.doorbellRang() }
        _ = try environment.loop.add(
            environment.doorbells.ownDescriptor, interest: .readable, isUrgent: true,
            handler: handler)
        doorbellHandler = handler
        let link = SupervisorLink(
            socket: ControlSocket(adopting: control), loop: environment.loop, logger: logger,
            delegate: self)
        self.link = link
        server.onConnectionCountChange = { [weak self] in self?.environment.publishCounters() }
        server.onConnectionEnd = { [weak link] number in link?.connectionHasEnded(number) }
        try link.start()
        environment.loop.onTurnEnd = {
            [counters = environment.counters, slot = environment.slot] us in
            counters.add(.loopTurns, slot: slot)
            counters.observe(.loopTurn, us: us, slot: slot)
        }
        // First counted, then said: whoever hears that all are ready must also see it.
        environment.counters.set(.workersReady, 1, slot: environment.slot)
        link.sayReady()
        keepCountersFresh()
        logger.debug("worker ready")
        environment.loop.run()
        environment.publishCounters()
    }

    private func doorbellRang() {
        environment.doorbells.clearOwn()
        streams.deliver()
        publishing.doorbellRang()
        events.doorbellRang()
    }

    /// Any worker tells the figures of all, so none may be behind with its own.
    private func keepCountersFresh() {
        environment.publishCounters()
        environment.loop.schedule(afterMs: Self.countersIntervalMs) { [weak self] in
            self?.keepCountersFresh()
        }
    }

    // MARK: The end

    /// Ends everything that is still open, then stops the loop when it is gone, or after `timeoutMs`.
    private func endConnections(timeoutMs: UInt64) {
        publishing.shutDown()
        streams.endViewersOfThisWorker()
        environment.loop.schedule(afterMs: timeoutMs) { [weak self] in
            self?.server.closeAll()
            self?.environment.loop.stop()
        }
    }

    private func stopWhenEmpty() {
        if server.connectionCount == 0 {
            link?.sayDrained()
            return environment.loop.stop()
        }
        environment.loop.schedule(afterMs: Self.endCheckMs) { [weak self] in self?.stopWhenEmpty() }
    }
}

extension WorkerProcess: SupervisorLinkDelegate {
    func supervisorPassed(
        _ connection: consuming Descriptor, number: UInt64, from listener: ListenerKind
    ) {
        switch listener {
        case .https: server.adopt(connection, number: number)
        case .redirect:
            server.adopt(connection, number: number, over: .plain, for: redirection)
        case .admin:
            server.adopt(
                connection, number: number, over: .plain, for: administration,
                reserve: Limits.adminConnectionsPerWorker)
        }
    }

    func supervisorSentTicketKeys(current: [UInt8], previous: [UInt8]?) {
        tls.setTicketKeys(current: current, previous: previous)
    }

    func supervisorAskedToDrain(timeoutMs: UInt64) {
        guard !isEnding else { return }
        isEnding = true
        administration.isDraining = true
        environment.counters.set(.workersReady, 0, slot: environment.slot)
        logger.info("draining", metadata: ["connections": "\(server.connectionCount)"])
        server.drain()
        events.end()
        environment.loop.schedule(afterMs: timeoutMs) { [weak self] in
            self?.endConnections(timeoutMs: Limits.lingerMs)
        }
        stopWhenEmpty()
    }

    /// Nobody will pass connections any more, and nobody will restart this worker.
    func supervisorIsGone() {
        if !isEnding { logger.warning("the supervisor is gone: ending") }
        isEnding = true
        server.drain()
        events.end()
        endConnections(timeoutMs: Limits.orphanExitMs)
        stopWhenEmpty()
    }
}

/// Joins the doorbell to a closure.
private final class DoorbellHandler: EventHandler {
    private let action: () -> Void
    init(_ action: @escaping () -> Void) { self.action = action }
    func handleReadiness(_ readiness: Readiness) { action() }
}
