// The workers, one per slot: starts them, replaces those that die, and knows which can take a
// connection. A replacement has the slot of its predecessor, and with it doorbell and counters. One
// thread owns the pool: that of the supervisor's loop.

import ControlChannel
import LinuxIO
import Logging
import Settings
import Telemetry

/// What the pool's owner wants to know.
protocol WorkerPoolObserver: AnyObject {
    /// Every slot has a worker that is ready, for the first time.
    func poolIsComplete()
    /// A worker can take connections that could not before.
    func poolHasRoom()
    /// A worker gave up by itself before the pool was complete.
    func workerGaveUp(exitCode: Int32)
    /// No worker process is left, and none will be started.
    func poolIsEmpty()
}

final class WorkerPool {
    weak var observer: (any WorkerPoolObserver)?

    private let loop: EventLoop
    private let logger: Logger
    private let spawner: WorkerSpawner
    private let clients: ClientLedger
    /// By slot; nil while there is none.
    private var workers: [WorkerHandle?]
    private var plan: RestartPlan
    private var restartTimer: TimerID?
    private var ticketKeys = TicketKeys()
    private var lastChosen: Int
    private var othersAreStarted = false
    private var hasBeenComplete = false
    private var isEnding = false
    private var lastPulseMs = MonotonicClock.nowMs()

    /// - Parameter clients: told of every connection that is passed and that ends.
    init(spawner: WorkerSpawner, clients: ClientLedger, loop: EventLoop, logger: Logger) {
        self.spawner = spawner
        self.clients = clients
        self.loop = loop
        self.logger = logger
        workers = [WorkerHandle?](repeating: nil, count: spawner.slots)
        plan = RestartPlan(slots: spawner.slots)
        lastChosen = spawner.slots - 1
    }

    /// Starts the first worker, and the others as soon as that one is ready. If workers cannot live
    /// here (wrong key, full disk), only one of them says so, not all at once.
    /// Errors: a worker cannot be spawned (ENOENT, EACCES: the program).
    func start() throws(SystemError) {
        try startWorker(0)
        schedulePulse()
        scheduleKeyRotation()
    }

    // MARK: Connections

    /// The worker to pass the next connection to; nil if none can take one now. Workers that drain
    /// take only connections of the admin listener.
    func leastLoaded(includingDraining: Bool) -> WorkerHandle? {
        let loads = workers.map { worker -> Int? in
            guard let worker, worker.takesConnections(includingDraining: includingDraining)
            else { return nil }
            return worker.load.connections
        }
        guard let slot = WorkerLoad.leastLoaded(loads, after: lastChosen) else { return nil }
        lastChosen = slot
        return workers[slot]
    }

    /// Whether a worker that takes no connections at the moment has fewer than `limit`, so that it
    /// will take some once it has caught up.
    func hasRoomLater(limit: Int) -> Bool {
        workers.contains { worker in
            guard let worker, worker.isReady else { return false }
            return !worker.takesConnections(includingDraining: false)
                && worker.load.connections < limit
        }
    }

    /// How many workers are ready.
    var readyCount: Int { workers.count { $0?.isReady ?? false } }

    // MARK: Starting and replacing

    private func startWorker(_ slot: Int) throws(SystemError) {
        let (ours, theirs) = try ControlSocket.pair()
        let process = try spawner.spawn(slot: slot, control: theirs)
        let worker = try WorkerHandle(
            slot: slot, process: process, control: ours, clients: clients, loop: loop,
            logger: logger, observer: self)
        workers[slot] = worker
        worker.post(ticketKeys.message)
    }

    /// Starts a worker, or plans another try.
    private func startOrPlan(_ slot: Int) {
        do {
            try startWorker(slot)
        } catch {
            logger.error(
                "cannot start a worker", metadata: ["worker": "\(slot)", "cause": "\(error)"])
            planRestart(slot, livedMs: 0)
        }
    }

    private func planRestart(_ slot: Int, livedMs: UInt64) {
        let delayMs = plan.workerHasDied(slot: slot, livedMs: livedMs, nowMs: loop.nowMs)
        guard delayMs > 0 else { return }
        logger.warning(
            "worker keeps dying; the next start waits",
            metadata: ["worker": "\(slot)", "waitMs": "\(delayMs)"])
    }

    /// Starts the workers that are due, and schedules the next look.
    private func startDueWorkers() {
        guard !isEnding else { return }
        while let start = plan.nextStart(nowMs: loop.nowMs, isServed: isServed) {
            if start.isEarly {
                logger.warning(
                    "no other worker serves: the next start does not wait",
                    metadata: ["worker": "\(start.slot)"])
            }
            startOrPlan(start.slot)
        }
        restartTimer.map(loop.cancel)
        restartTimer = plan.nextLookMs(isServed: isServed).map { lookMs in
            loop.schedule(afterMs: lookMs - min(lookMs, loop.nowMs)) { [weak self] in
                self?.startDueWorkers()
            }
        }
    }

    /// Whether a worker serves, or is about to.
    private var isServed: Bool { workers.contains { $0?.isServing ?? false } }

    // MARK: Regular duties

    private func schedulePulse() {
        loop.schedule(afterMs: Limits.workerPingMs) { [weak self] in self?.checkPulses() }
    }

    private func checkPulses() {
        let wasStopped = loop.nowMs > lastPulseMs + 2 * Limits.workerPingMs
        lastPulseMs = loop.nowMs
        for worker in workers.compactMap(\.self) {
            if wasStopped { worker.forgiveSilence() }
            // The only thing we believe of what a worker writes there: whether it moves.
            worker.checkPulse(turns: spawner.counters.get(.loopTurns, slot: worker.slot))
        }
        // A worker that owes an answer serves nobody, and another one may be waiting.
        startDueWorkers()
        schedulePulse()
    }

    private func scheduleKeyRotation() {
        loop.schedule(afterMs: Limits.ticketKeyRotationMs) { [weak self] in self?.rotateKeys() }
    }

    private func rotateKeys() {
        ticketKeys.rotate()
        for worker in workers.compactMap(\.self) { worker.post(ticketKeys.message) }
        scheduleKeyRotation()
    }

    // MARK: The end

    /// Lets every worker finish within `timeoutMs`; `poolIsEmpty` follows.
    func drain(timeoutMs: UInt64) {
        isEnding = true
        for worker in workers.compactMap(\.self) { worker.drain(timeoutMs: timeoutMs) }
        tellIfEmpty()
    }

    /// Ends every worker at once; `poolIsEmpty` follows.
    func kill() {
        isEnding = true
        for worker in workers.compactMap(\.self) { worker.kill() }
        tellIfEmpty()
    }

    private func tellIfEmpty() {
        guard isEnding, workers.allSatisfy({ $0 == nil }) else { return }
        observer?.poolIsEmpty()
    }
}

extension WorkerPool: WorkerObserver {
    func workerIsReady(_ worker: WorkerHandle) {
        if !othersAreStarted {
            othersAreStarted = true
            for slot in workers.indices.dropFirst() { startOrPlan(slot) }
            startDueWorkers()
        }
        if !hasBeenComplete, readyCount == workers.count {
            hasBeenComplete = true
            observer?.poolIsComplete()
        }
        observer?.poolHasRoom()
    }

    func workerHasRoom(_ worker: WorkerHandle) {
        observer?.poolHasRoom()
    }

    func workerHasEnded(_ worker: WorkerHandle, _ end: ProcessEnd) {
        let livedMs = loop.nowMs - min(loop.nowMs, worker.startedMs)
        workers[worker.slot] = nil
        spawner.counters.resetGauges(slot: worker.slot)
        let metadata: Logger.Metadata = [
            "worker": "\(worker.slot)", "workerPid": "\(worker.processID)", "end": "\(end)",
            "livedMs": "\(livedMs)",
        ]
        if isEnding {
            let level: Logger.Level = end == .exited(code: 0) ? .info : .warning
            logger.log(level: level, "worker has ended", metadata: metadata)
            return tellIfEmpty()
        }
        if !hasBeenComplete, case .exited(let code) = end {
            // It has said why; more lines would only hide that one.
            logger.debug("worker gave up", metadata: metadata)
            observer?.workerGaveUp(exitCode: code)
            return
        }
        logger.error("worker has died and is replaced", metadata: metadata)
        spawner.counters.add(.workerRestarts, slot: spawner.counters.supervisorSlot)
        planRestart(worker.slot, livedMs: livedMs)
        startDueWorkers()
    }
}
