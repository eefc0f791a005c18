// The supervisor: takes the addresses and the data directory, keeps the workers alive, hands them
// connections, and ends them in good order. It never reads a byte from a client. Everything happens
// on one thread, in one event loop.

import ControlChannel
import Glibc
import LinuxIO
import Logging
import Settings
import Telemetry

final class Supervisor {
    /// The settings in force, without the addresses of a service manager's sockets.
    var settings: Settings
    /// Reads everything again that `serve` reads at its start: file, flags and environment.
    let readSettings: () throws -> Settings
    let logger: Logger
    let loop: EventLoop
    let serviceManager: ServiceManager
    let pool: WorkerPool
    let acceptor: Acceptor
    private let signals: SignalDescriptor
    /// The lock lasts as long as this value.
    let dataDirectoryLock: Descriptor
    /// Where this program is.
    let program: String
    /// This server is taken over from another supervisor; nil if it is not, or when that is done.
    var takingOver: TakingOver?
    /// Older supervisors, which still have workers.
    var predecessors: [Predecessor] = []
    /// Another program is about to take over, or has.
    var handingOver: HandingOver?
    /// Whether it has.
    var isRetired = false
    /// The slots that were in use when it was told of them.
    var handedSlots: [Int] = []
    /// The control socket of the supervisor before this one, until this one serves.
    var passedControl: (path: String, descriptor: PassedDescriptor)?
    let addresses: [ListenerKind: [String]]
    /// Whether a service manager has passed addresses to serve on.
    let hasPassedSockets: Bool
    private let startedMs: UInt64
    private(set) var isStopping = false
    var operators: OperatorServer?
    /// Why the last reload was refused; nil if it was not.
    var refusal: String?
    /// Those who asked for a reload before the server was ready.
    var earlyReloads: [(Result<[String], StartError>) -> Void] = []
    private var exitCode: Int32 = 0
    /// Whether somebody wants the end at once.
    private var isForced = false

    /// Acquires everything that can be missing or in use: signals, data directory, addresses,
    /// workers. Call it before the process has a second thread. Errors: one line for the person who
    /// starts it.
    /// - Parameter takingOver: what another supervisor hands over, which serves until now.
    init(
        configuration: Configuration, readSettings: @escaping () throws -> Settings,
        takingOver: TakingOver?, logger: Logger
    ) throws(StartError) {
        let settings = configuration.settings
        self.settings = settings
        self.readSettings = readSettings
        self.takingOver = takingOver
        self.logger = logger
        startedMs = MonotonicClock.nowMs()
        SignalDescriptor.ignore(SIGPIPE)
        let estate = try Estate.of(settings, takingOver)
        serviceManager = estate.serviceManager
        hasPassedSockets = estate.hasPassedSockets
        dataDirectoryLock = estate.dataDirectoryLock.take()
        passedControl = estate.controlSocket
        addresses = Dictionary(grouping: estate.listeners, by: \.kind).mapValues {
            $0.map(\.address)
        }
        let serving = try Self.serving(
            configuration, on: estate.hasPassedSockets ? addresses : nil)
        program = try WorkerSpawner.ownProgram()
        let workerProgram = try WorkerSpawner.findProgram()
        let spawner = try Self.spawner(workerProgram, estate.shared)
        do throws(SystemError) {
            let connectionsPerWorker = Self.connectionsPerWorker(
                openFiles: try ThisProcess.raiseOpenFiles(), logger)
            signals = try SignalDescriptor(signals: WorkerSpawner.blockedSignals)
            loop = try EventLoop()
            let clients = ClientLedger(capacity: settings.workers * connectionsPerWorker)
            pool = try WorkerPool(
                configuration: serving, estate: estate, spawner: spawner, clients: clients,
                loop: loop, logger: logger)
            acceptor = Acceptor(
                listeners: estate.listeners, pool: pool,
                admission: Admission(
                    clients: clients, connectionsPerWorker: connectionsPerWorker,
                    exemptNetworks: settings.exemptNetworks,
                    trustedProxies: settings.trustedProxies),
                counters: estate.shared.counters, isAwaiting: takingOver != nil, loop: loop,
                logger: logger)
        } catch {
            throw .refused(error)
        }
        pool.observer = self
        if let takingOver { try meet(takingOver.predecessors) } else { try openControl() }
        try begin(workerProgram)
    }

    private static func spawner(
        _ program: String, _ shared: SharedFiles
    ) throws(StartError) -> WorkerSpawner {
        do throws(SystemError) {
            return try WorkerSpawner(shared: shared, program: program)
        } catch {
            throw .cannotStart(program, error)
        }
    }

    /// What workers serve with. It has the addresses of the listeners, if a service manager has passed
    /// some, because redirects have to name the port.
    private static func serving(
        _ configuration: Configuration, on addresses: [ListenerKind: [String]]?
    ) throws(StartError) -> Configuration {
        guard let addresses else { return configuration }
        do throws(SettingsError) {
            return configuration.with(
                try configuration.settings.listening(
                    on: publicAddresses(addresses),
                    redirectingFrom: plainAddresses(addresses)))
        } catch {
            throw StartError(message: error.description)
        }
    }

    /// The same for a configuration that is read later.
    func serving(_ configuration: Configuration) throws(StartError) -> Configuration {
        try Self.serving(configuration, on: hasPassedSockets ? addresses : nil)
    }

    /// How many connections a worker may have. A quarter of its descriptors is kept for rings and
    /// everything else.
    private static func connectionsPerWorker(openFiles: Int, _ logger: Logger) -> Int {
        let affordable = max(1, openFiles - max(openFiles / 4, Limits.ownDescriptors))
        if affordable < Limits.connectionsPerWorker {
            logger.report(
                .openFilesFew,
                "few open files are allowed; raise the limit (ulimit -Hn, or LimitNOFILE=)",
                metadata: ["openFiles": "\(openFiles)", "connectionsPerWorker": "\(affordable)"])
        }
        return min(affordable, Limits.connectionsPerWorker)
    }

    private func begin(_ program: String) throws(StartError) {
        if takingOver == nil { showProcess() }
        do {
            _ = try loop.add(
                signals.raw, interest: .readable,
                handler: ReadinessAction { [weak self] _ in self?.handleSignals() })
        } catch {
            throw StartError(message: "the system refuses what weir needs: \(error)")
        }
        do {
            try pool.start()
        } catch {
            throw .cannotStart(program, error)
        }
    }

    /// Says which process this is.
    func showProcess() {
        pool.shared.board.set(.supervisorProcessID, UInt64(getpid()))
    }

    private func openControl() throws(StartError) {
        let folder = Environment.value(ControlPlace.runtimeVariable)
        guard let path = ControlPlace.path(settings, runtimeDirectory: folder) else { return }
        operators = try OperatorServer(path: path, actions: self, loop: loop, logger: logger)
    }

    /// Serves until told to stop.
    /// - Returns: the exit code: 0 after a drain, 128 + N if a second signal N cut it short, or the
    ///   code that a worker gave when none could start.
    func run() -> Int32 {
        loop.run()
        return exitCode
    }

    // MARK: Signals

    private func handleSignals() {
        while let signal = signals.next() {
            switch signal {
            case SIGTERM, SIGINT: handleStop(signal)
            case SIGHUP: reload { _ in }
            case SIGUSR2: upgrade { _ in }
            default: logger.debug("signal is ignored", metadata: ["signal": "\(signal)"])
            }
        }
    }

    private func handleStop(_ signal: Int32) {
        if isRetired { return pool.drain(timeoutMs: settings.stopTimeoutMs) }
        if isStopping {
            logger.report(.stopForced, "second signal: ending at once")
            exitCode = 128 + signal
            isForced = true
            for predecessor in predecessors { predecessor.stop(timeoutMs: 0) }
            pool.kill()
            return
        }
        announceStop()
    }

    /// Says that the server is about to stop, and drains it after the time that a load balancer needs
    /// to notice.
    func announceStop() {
        guard !isStopping else { return }
        if takingOver != nil { return giveUp() }
        isStopping = true
        pool.shared.board.set(.isStopping, 1)
        handingOver?.cancel("the server is stopping")
        for early in takeEarlyReloads() {
            early(.failure(StartError(message: "the server is stopping")))
        }
        guard settings.drainDelayMs > 0 else { return drain() }
        logger.report(
            .serverStopsSoon,
            "stopping soon: everything is still served, but /readyz says 503",
            metadata: ["drainDelayMs": "\(settings.drainDelayMs)"])
        serviceManager.notify("STOPPING=1", "STATUS=Serving, but about to drain")
        loop.schedule(afterMs: settings.drainDelayMs) { [weak self] in self?.drain() }
    }

    private func drain() {
        logger.report(
            .serverStops, "stopping: waiting for requests to finish",
            metadata: ["stopTimeoutMs": "\(settings.stopTimeoutMs)"])
        stop { pool in pool.drain(timeoutMs: self.settings.stopTimeoutMs) }
    }

    private func stop(_ endWorkers: (WorkerPool) -> Void) {
        isStopping = true
        pool.shared.board.set(.isStopping, 1)
        serviceManager.notify("STOPPING=1", "STATUS=Draining")
        acceptor.drain()
        for predecessor in predecessors { predecessor.stop(timeoutMs: settings.stopTimeoutMs) }
        endWorkers(pool)
    }

    /// Ends a supervisor that does not serve yet. What it shares with the one that does stays as it is.
    func giveUp() {
        isStopping = true
        pool.kill()
    }

    // MARK: Watchdog

    /// Tells the service manager that this supervisor is alive, now and from now on; it restarts one that it
    /// does not hear from. This code runs only if the loop turns. The pool finds and kills workers that hang.
    func feedWatchdog() {
        guard !isRetired, let intervalMs = serviceManager.watchdogIntervalMs else { return }
        // At once, too: the time that is allowed began with what a predecessor said, and upgrades may follow
        // each other in less than the interval.
        serviceManager.notify("WATCHDOG=1")
        loop.schedule(afterMs: intervalMs) { [weak self] in self?.feedWatchdog() }
    }
}

extension Supervisor: WorkerPoolObserver {
    func poolIsComplete() {
        guard !isStopping else { return }
        if let takingOver { return offerToServe(takingOver) }
        serviceManager.notify("READY=1", "STATUS=\(statusLine)")
        feedWatchdog()
        logger.report(
            .serverReady, "ready",
            metadata: [
                "listen": "\(publicPlaces)",
                "redirect": "\(Self.text(Self.plainAddresses(addresses)))",
                "admin": "\(Self.text(addresses[.admin, default: []]))",
                "workers": "\(settings.workers)", "afterMs": "\(loop.nowMs - startedMs)",
            ])
        reloadForEarlyOnes()
    }

    /// Where users come in: first those that come straight.
    private static func publicAddresses(_ addresses: [ListenerKind: [String]]) -> [String] {
        addresses[.https, default: []] + addresses[.proxied, default: []]
    }

    /// Where plain HTTP is redirected.
    private static func plainAddresses(_ addresses: [ListenerKind: [String]]) -> [String] {
        addresses[.redirect, default: []] + addresses[.proxiedRedirect, default: []]
    }

    private static func text(_ addresses: [String]) -> String {
        addresses.joined(separator: ", ")
    }

    private var publicPlaces: String { Self.text(Self.publicAddresses(addresses)) }

    /// What `systemctl status` shows.
    var statusLine: String {
        let serving = "Serving on \(publicPlaces) with \(settings.workers) workers"
        return refusal.map { "\(serving); the last reload was refused: \($0)" } ?? serving
    }

    func poolHasRoom() {
        acceptor.resume()
    }

    func poolKnows(_ client: PeerAddress, of number: UInt64, at worker: WorkerHandle) {
        acceptor.clientIsKnown(client, of: number, at: worker)
    }

    func workerGaveUp(exitCode: Int32, reason: String?) {
        guard !isStopping else { return }
        if let reason {
            takingOver?.fail(reason)
            logger.report(.workerCannotServe, "\(reason)")
        }
        self.exitCode = exitCode == 2 ? 2 : 1
        if takingOver != nil { return giveUp() }
        stop { pool in pool.kill() }
    }

    func poolIsEmpty() {
        if !isRetired, !isForced, !predecessors.isEmpty, takingOver == nil { return }
        operators?.close()
        loop.stop()
    }
}
