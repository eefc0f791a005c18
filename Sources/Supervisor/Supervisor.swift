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
    private let settings: Settings
    private let logger: Logger
    private let loop: EventLoop
    private let serviceManager: ServiceManager
    private let signals: SignalDescriptor
    /// Held, not used: the lock lasts as long as this value.
    private let dataDirectoryLock: Descriptor
    private let pool: WorkerPool
    private let acceptor: Acceptor
    private let addresses: [ListenerKind: [String]]
    private let startedMs: UInt64
    private var isStopping = false
    private var exitCode: Int32 = 0

    /// Acquires everything that can be missing or in use: signals, data directory, addresses,
    /// workers. Call it before the process has a second thread. Errors: one line for the person who
    /// starts it.
    init(settings: Settings, logger: Logger) throws(StartError) {
        self.settings = settings
        self.logger = logger
        startedMs = MonotonicClock.nowMs()
        serviceManager = ServiceManager()
        let passed = try ServiceManager.takePassedSockets(limit: Limits.listeners)
        SignalDescriptor.ignore(SIGPIPE)
        dataDirectoryLock = try DataDirectory.lock(settings.dataDirectory)
        let listeners = try ListenerSet.open(settings, passed: passed)
        addresses = Dictionary(grouping: listeners, by: \.kind).mapValues { $0.map(\.address) }
        let workerSettings = try Self.settings(
            settings, passed.isEmpty ? nil : addresses[.https, default: []])
        let program = try WorkerSpawner.findProgram()
        do throws(SystemError) {
            let connectionsPerWorker = Self.connectionsPerWorker(
                openFiles: try ThisProcess.raiseOpenFiles(), logger)
            signals = try SignalDescriptor(signals: WorkerSpawner.blockedSignals)
            loop = try EventLoop()
            let spawner = try WorkerSpawner(settings: workerSettings, program: program)
            let clients = ClientLedger(capacity: settings.workers * connectionsPerWorker)
            pool = WorkerPool(spawner: spawner, clients: clients, loop: loop, logger: logger)
            acceptor = Acceptor(
                listeners: listeners, pool: pool,
                admission: Admission(
                    clients: clients, connectionsPerWorker: connectionsPerWorker,
                    exemptNetworks: settings.exemptNetworks),
                counters: spawner.counters, loop: loop, logger: logger)
        } catch {
            throw StartError(message: "the system refuses what weir needs: \(error)")
        }
        pool.observer = self
        try begin(program)
    }

    /// The settings for workers. They include the addresses of a service manager's sockets, if
    /// there are any, because redirects have to name the port.
    private static func settings(
        _ settings: Settings, _ passedAddresses: [String]?
    ) throws(StartError) -> Settings {
        guard let passedAddresses else { return settings }
        do throws(SettingsError) {
            return try settings.listening(on: passedAddresses)
        } catch {
            throw StartError(message: error.description)
        }
    }

    /// How many connections a worker may have. A quarter of its descriptors is kept for rings and
    /// everything else.
    private static func connectionsPerWorker(openFiles: Int, _ logger: Logger) -> Int {
        let affordable = openFiles - openFiles / 4
        if affordable < Limits.connectionsPerWorker {
            logger.warning(
                "few open files are allowed; raise the limit (ulimit -Hn, or LimitNOFILE=)",
                metadata: ["openFiles": "\(openFiles)", "connectionsPerWorker": "\(affordable)"])
        }
        return min(affordable, Limits.connectionsPerWorker)
    }

    private func begin(_ program: String) throws(StartError) {
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
            throw StartError(
                message:
                    "cannot start \(program): \(error.message); install weir-worker beside weir")
        }
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
            case SIGHUP: logger.notice("reload is not available yet; SIGHUP is ignored")
            default: logger.debug("signal is ignored", metadata: ["signal": "\(signal)"])
            }
        }
    }

    private func handleStop(_ signal: Int32) {
        if isStopping {
            logger.warning("second signal: ending at once")
            exitCode = 128 + signal
            pool.kill()
            return
        }
        logger.notice(
            "stopping: waiting for requests to finish",
            metadata: ["drainTimeoutMs": "\(settings.drainTimeoutMs)"])
        stop { pool in pool.drain(timeoutMs: self.settings.drainTimeoutMs) }
    }

    private func stop(_ endWorkers: (WorkerPool) -> Void) {
        isStopping = true
        serviceManager.notify("STOPPING=1", "STATUS=Draining")
        acceptor.drain()
        endWorkers(pool)
    }

    // MARK: Watchdog

    /// The service manager restarts us if it does not hear from us. This code runs only if the loop
    /// turns. The pool finds and kills workers that hang.
    private func scheduleWatchdog() {
        guard let intervalMs = serviceManager.watchdogIntervalMs else { return }
        loop.schedule(afterMs: intervalMs) { [weak self] in
            self?.serviceManager.notify("WATCHDOG=1")
            self?.scheduleWatchdog()
        }
    }
}

extension Supervisor: WorkerPoolObserver {
    func poolIsComplete() {
        guard !isStopping else { return }
        let places = places(.https)
        serviceManager.notify(
            "READY=1", "STATUS=Serving on \(places) with \(settings.workers) workers")
        scheduleWatchdog()
        logger.notice(
            "ready",
            metadata: [
                "listen": "\(places)", "admin": "\(self.places(.admin))",
                "workers": "\(settings.workers)",
                "afterMs": "\(loop.nowMs - startedMs)",
            ])
    }

    private func places(_ kind: ListenerKind) -> String {
        addresses[kind, default: []].joined(separator: ", ")
    }

    func poolHasRoom() {
        acceptor.resume()
    }

    func workerGaveUp(exitCode: Int32) {
        guard !isStopping else { return }
        self.exitCode = exitCode == 2 ? 2 : 1
        stop { pool in pool.kill() }
    }

    func poolIsEmpty() {
        loop.stop()
    }
}
