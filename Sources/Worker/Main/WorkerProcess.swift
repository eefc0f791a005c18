// One worker from start to exit: adopts what it inherited, wires the parts together, runs the loop.
//
//   control channel ─► HTTPServer ─► RouteTable ─┬► Publishing ─► RingWriter ─► doorbells of all workers
//                                                ├► AccountRoutes ─► AccountDesk ─► threads ─► store
//                                                ├► Viewer ◄─ LiveStreams ◄─ own doorbell
//                                                └► EventSubscriber ◄─ EventHub ◄─ own doorbell
//
// Owner: the thread that runs the loop.

import AccountRoutes
import ControlChannel
import Credentials
import Delivery
import Events
import Glibc
import HTTP
import History
import Ingest
import LinuxIO
import Logging
import Operations
import PageRoutes
import Settings
import Streams
import Telemetry
import Web

final class WorkerProcess {
    private let loop: EventLoop
    private let logger: Logger
    private let counters: SlotCounters
    private let doorbells: Doorbells
    private let maxLagMs: UInt64
    private let streams: LiveStreams
    private let history: BroadcastHistory
    private let publishing: Publishing
    private let events: EventHub
    private let storeWatch: StoreWatch
    private let surface: RouteTable
    private let redirection: Redirection
    private let administration: Administration
    private let figures: HTTPFigures
    private let server: HTTPServer
    private let accessLog: AccessLog?
    private let certificate: ServedCertificate
    private var link: SupervisorLink?
    private var isEnding = false
    private var isFinished = false
    /// Ends what is left when the time to drain is over.
    private var drainTimer: TimerID?
    private var headerComplaints = LogPause(ms: Limits.logRepeatMs)

    private static let countersIntervalMs: UInt64 = 1_000

    init(
        role: WorkerRole, settings: Settings, site: Site, pair certificate: ServedCertificate,
        board: SlotBoard, loop: EventLoop, doorbells: Doorbells, counters: SlotCounters,
        logger: Logger
    ) throws {
        let broken = settings.broadcastTimes.brokenRelations
        precondition(broken.isEmpty, broken.joined(separator: "; "))
        self.loop = loop
        self.doorbells = doorbells
        self.counters = counters
        self.logger = logger
        maxLagMs = settings.maxLagMs
        self.certificate = certificate
        accessLog = AccessLog(settings.accessLog)
        figures = HTTPFigures(counters: counters)
        let crossOrigin = CrossOrigin(origins: settings.corsOrigins)

        let accounts = try AccountParts(
            settings: settings, loop: loop, counters: counters, logger: logger,
            tellWorkers: doorbells.ringAll)
        storeWatch = accounts.storeWatch
        history = accounts.history
        let live = try StreamParts(
            settings: settings, loop: loop, doorbells: doorbells, counters: counters,
            logger: logger, history: history, role: role)
        streams = live.streams
        let ingest = IngestEnvironment(
            loop: loop, logger: logger, counters: counters, doorbells: doorbells,
            changes: live.changes, settings: settings)
        publishing = Publishing(
            streams: streams, crossOrigin: crossOrigin, credentials: accounts.publishers,
            environment: ingest)
        events = EventHub(
            streams: streams, catalog: live.catalog, changes: live.changes,
            crossOrigin: crossOrigin, loop: loop, counters: counters)
        let sites = WebSites(offersSignUp: settings.signUp == .open, site: site)
        surface = PublicSurface(
            live: live, publishing: publishing, ingest: ingest, events: events,
            accounts: accounts, crossOrigin: crossOrigin, sites: sites, settings: settings
        ).table(loop: loop, counters: counters, logger: logger)
        redirection = Redirection(settings)
        administration = Administration(
            live: live, storeWatch: storeWatch, counters: counters.page, board: board,
            figures: figures, sites: sites, settings: settings)
        server = HTTPServer(
            loop: loop, tls: certificate.tls, application: surface, counters: figures.counted,
            observer: figures, exemptNetworks: settings.exemptNetworks, trust: ProxyTrust(settings))
    }

    /// Serves until the supervisor says stop, or is gone.
    func run(control: ControlSocket) throws {
        streams.recover { [maxLagMs] stream in
            _ = EndedBroadcast(stream.ring, of: stream.name)
            WebMViewer.tryOut(stream.ring, maxLagMs: maxLagMs)
            PackagedTrial.run(stream)
        }
        streams.startSweeping()
        history.start()
        storeWatch.start()
        _ = try loop.add(
            doorbells.ownDescriptor, interest: .readable, isUrgent: true,
            handler: ReadinessAction { [weak self] _ in self?.doorbellRang() })
        let link = SupervisorLink(
            socket: control, loop: loop, logger: logger, delegate: self)
        self.link = link
        server.onConnectionCountChange = { [weak self] in
            self?.figures.publish()
            self?.stopIfEmpty()
        }
        if let accessLog { server.logRequests(accessLog.note) }
        server.onConnectionEnd = { [weak link] number in link?.connectionHasEnded(number) }
        server.onClientKnown = { [weak link] number, client in
            link?.clientIsKnown(client, of: number)
        }
        server.onHeaderRefused = { [weak self] peer in self?.complainOfHeader(peer) }
        try link.start()
        loop.onTurnEnd = { [counters] us in
            counters.add(.loopTurns)
            counters.observe(.loopTurn, us: us)
        }
        // First counted, then reported: one who hears that all are ready must also see it in the
        // figures.
        counters.set(.workersReady, 1)
        link.sayReady(
            certificateExpiresUnixS: UInt64(clamping: certificate.facts.notAfterSeconds))
        keepCountersFresh()
        logger.debug("worker ready")
        loop.run()
        figures.publish()
    }

    private func complainOfHeader(_ peer: PeerAddress) {
        guard let leftOut = headerComplaints.leftOut(nowMs: loop.nowMs) else { return }
        logger.report(
            .proxyHeaderMissing,
            "connections of a proxy are closed: they do not begin with a header of the PROXY protocol",
            metadata: ["peer": "\(peer)", "leftOut": "\(leftOut)"])
    }

    private func doorbellRang() {
        let isForMedia = doorbells.clearOwn()
        streams.deliver()
        if isForMedia { return }
        publishing.doorbellRang()
        events.doorbellRang()
    }

    /// Any worker reports the figures of all, so each keeps its own up to date.
    private func keepCountersFresh() {
        figures.publishAll()
        loop.schedule(afterMs: Self.countersIntervalMs) { [weak self] in
            self?.keepCountersFresh()
        }
    }

    // MARK: The end

    /// Ends everything that is still open. Stops the loop when all is gone, or after `timeoutMs`.
    private func endConnections(timeoutMs: UInt64) {
        publishing.shutDown()
        streams.endViewersOfThisWorker()
        loop.schedule(afterMs: timeoutMs) { [weak self] in
            self?.server.closeAll()
            self?.loop.stop()
        }
    }

    /// The last connection is still in the middle of its end, so the loop stops a moment later.
    private func stopIfEmpty() {
        guard isEnding, server.connectionCount == 0, !isFinished else { return }
        isFinished = true
        loop.schedule(afterMs: 0) { [weak self] in
            self?.link?.sayDrained()
            self?.loop.stop()
        }
    }
}

extension WorkerProcess: SupervisorLinkDelegate {
    func supervisorPassed(
        _ connection: consuming Descriptor, number: UInt64, from listener: ListenerKind
    ) {
        switch listener {
        case .https: server.adopt(connection, number: number)
        case .proxied: server.adopt(connection, number: number, over: .proxiedTLS)
        case .redirect:
            server.adopt(connection, number: number, over: .plain, for: redirection)
        case .proxiedRedirect:
            server.adopt(connection, number: number, over: .proxiedPlain, for: redirection)
        case .admin:
            server.adopt(
                connection, number: number, over: .plain, for: administration,
                reserve: Limits.adminConnectionsPerWorker)
        case .control:
            server.adopt(
                connection, number: number, over: .plain, for: administration.atControlSocket,
                reserve: Limits.adminConnectionsPerWorker)
        }
    }

    func supervisorRefused(number: UInt64) { server.refuseClient(ofConnection: number) }

    func supervisorSentTicketKeys(current: [UInt8], previous: [UInt8]?) {
        certificate.tls.setTicketKeys(current: current, previous: previous)
    }

    func supervisorAskedToDrain(timeoutMs: UInt64, closesIdle: Bool) {
        server.drain(closesIdle: closesIdle)
        drainTimer.map(loop.cancel)
        drainTimer = loop.schedule(afterMs: timeoutMs) { [weak self] in
            self?.endConnections(timeoutMs: Limits.lingerMs)
        }
        guard !isEnding else { return }
        isEnding = true
        counters.set(.workersReady, 0)
        storeWatch.lead(false)
        logger.info("draining", metadata: ["connections": "\(server.connectionCount)"])
        events.end()
        stopIfEmpty()
    }

    func supervisorMadeUsLead() {
        storeWatch.lead(true)
    }

    func supervisorAskedToRelease(slot: Int) {
        streams.release(slot: slot)
    }

    /// No more connections will come, and this worker will not be restarted.
    func supervisorIsGone() {
        if !isEnding { logger.report(.supervisorGone, "the supervisor is gone: ending") }
        isEnding = true
        server.drain(closesIdle: true)
        events.end()
        endConnections(timeoutMs: Limits.orphanExitMs)
        stopIfEmpty()
    }
}
