// All workers: those of the generation that serves, those of one that is being tried (see
// WorkerPool+Reload), and those that leave. It starts them, replaces those that die, and knows which
// can take a connection. A replacement has the slot of its predecessor, and with it doorbell and
// counters. One thread owns the pool: that of the supervisor's loop.

import ControlChannel
import Glibc
import LinuxIO
import Logging
import Settings
import Telemetry

/// What the pool's owner wants to know.
protocol WorkerPoolObserver: AnyObject {
    /// Every seat has a worker that is ready, for the first time.
    func poolIsComplete()
    /// A worker can take connections that could not before.
    func poolHasRoom()
    /// A proxy has said who has made that connection of a worker.
    func poolKnows(_ client: PeerAddress, of number: UInt64, at worker: WorkerHandle)
    /// A worker gave up by itself before the pool was complete.
    /// - Parameter reason: what it said; nil if it said nothing here.
    func workerGaveUp(exitCode: Int32, reason: String?)
    /// No worker process is left, and none will be started.
    func poolIsEmpty()
}

final class WorkerPool {
    weak var observer: (any WorkerPoolObserver)?

    let loop: EventLoop
    let logger: Logger
    let shared: SharedFiles
    private let spawner: WorkerSpawner
    private let processFigures: ProcessFigures
    private let clients: ClientLedger
    let certificateWatch: CertificateWatch
    /// The generation that takes new connections.
    var current: Generation
    /// What is to take its place, or that of one of its workers.
    var trial: Trial?
    /// Workers whose seat is another's. Each finishes what it has, or is about to be gone.
    var leaving: [WorkerHandle] = []
    var slots: SlotTable
    var lastGeneration: UInt32
    var restartTimer: TimerID?
    private(set) var ticketKeys: TicketKeys
    private var lastChosen: Int
    /// The worker that does what one worker of the server has to do.
    var lead: WorkerHandle?
    /// Whether no other supervisor has served before this one.
    private let isFirst: Bool
    private var othersAreStarted = false
    private(set) var hasBeenComplete = false
    /// Whether another supervisor has let this one serve.
    var isInCharge: Bool
    var isEnding = false
    /// Set when another supervisor has taken over: told of each slot that is free for its workers.
    var onSlotGone: ((Int) -> Void)?
    private var lastPulseMs = MonotonicClock.nowMs()

    /// - Parameter clients: told of every connection that is passed and that ends.
    /// Errors: EMFILE, ENFILE, ENOMEM.
    init(
        configuration: Configuration, estate: Estate, spawner: WorkerSpawner,
        clients: ClientLedger, loop: EventLoop, logger: Logger
    ) throws(SystemError) {
        self.spawner = spawner
        shared = spawner.shared
        processFigures = ProcessFigures(
            counters: SlotCounters(shared.counters, slot: shared.counters.supervisorSlot))
        self.clients = clients
        self.loop = loop
        self.logger = logger
        certificateWatch = CertificateWatch(loop: loop, logger: logger)
        ticketKeys = estate.ticketKeys
        isFirst = estate.lastGeneration == 0
        isInCharge = isFirst
        var slots = estate.slots
        let wanted = configuration.settings.workers
        let taken = (0..<wanted).compactMap { _ in slots.take() }
        precondition(taken.count == wanted, "it was looked whether there are enough slots")
        self.slots = slots
        lastGeneration = estate.lastGeneration + 1
        current = try Generation(
            number: lastGeneration, configuration: configuration, slots: taken)
        lastChosen = taken.count - 1
    }

    /// Starts the first worker, and the others as soon as that one is ready. If workers cannot live
    /// here (wrong key, full disk), only one of them says so, not all at once.
    /// Errors: a worker cannot be spawned (ENOENT, EACCES: the program).
    func start() throws(SystemError) {
        if isFirst { showGeneration() }
        try startWorker(0, of: current)
        schedulePulse()
        scheduleKeyRotation()
    }

    // MARK: Connections

    /// The worker to pass the next connection to; nil if none can take one now. Workers that drain
    /// take only connections of the admin listener.
    func leastLoaded(includingDraining: Bool) -> WorkerHandle? {
        let loads = current.seats.map { seat -> Int? in
            guard let worker = seat.worker,
                worker.takesConnections(includingDraining: includingDraining)
            else { return nil }
            return worker.load.connections
        }
        guard let seat = WorkerLoad.leastLoaded(loads, after: lastChosen) else { return nil }
        lastChosen = seat
        return current.seats[seat].worker
    }

    /// Whether a worker that takes no connections at the moment has fewer than `limit`, so that it
    /// will take some once it has caught up.
    func hasRoomLater(limit: Int) -> Bool {
        current.workers.contains { worker in
            worker.isReady && !worker.takesConnections(includingDraining: false)
                && worker.load.connections < limit
        }
    }

    /// How many workers take connections.
    var readyCount: Int { current.readyCount }

    /// Every worker process.
    var workers: [WorkerHandle] {
        current.workers + (trial?.workers ?? []) + leaving
    }

    /// Connections that all workers have.
    var openConnections: Int { workers.reduce(0) { $0 + $1.load.connections } }

    // MARK: Starting and replacing

    func startWorker(_ seat: Int, of generation: Generation) throws(SystemError) {
        generation.seats[seat].worker = try makeWorker(
            role(of: seat, in: generation), of: generation, slot: generation.seats[seat].slot)
    }

    func makeWorker(
        _ role: WorkerRole, of generation: Generation, slot: Int
    ) throws(SystemError) -> WorkerHandle {
        let (ours, theirs) = try ControlSocket.pair()
        let process = try spawner.spawn(role, of: generation, slot: slot, control: theirs)
        let worker = try WorkerHandle(
            slot: slot, generation: generation.number, process: process, control: ours,
            clients: clients, board: shared.board, loop: loop, logger: logger, observer: self)
        worker.post(ticketKeys.message)
        return worker
    }

    /// Until a worker of the first generation has been ready, whatever is in the rings is left over.
    func role(of seat: Int, in generation: Generation) -> WorkerRole {
        guard seat == 0 else { return .other }
        return isFirst && generation.number == 1 && !othersAreStarted ? .serverStart : .first
    }

    /// Starts a worker, or plans another try.
    private func startOrPlan(_ seat: Int) {
        do {
            try startWorker(seat, of: current)
        } catch {
            logger.report(
                .workerStartFailed, "cannot start a worker",
                metadata: ["worker": "\(current.seats[seat].slot)", "cause": "\(error)"])
            planRestart(seat, livedMs: 0)
        }
    }

    private func planRestart(_ seat: Int, livedMs: UInt64) {
        let slot = current.seats[seat].slot
        shared.board.show(
            SlotReport(
                state: .starting, generation: current.number, processID: 0, startedBootMs: 0),
            slot: slot)
        let delayMs = current.plan.workerHasDied(seat: seat, livedMs: livedMs, nowMs: loop.nowMs)
        guard delayMs > 0 else { return }
        logger.report(
            .workerRestartWaits, "worker keeps dying; the next start waits",
            metadata: ["worker": "\(slot)", "waitMs": "\(delayMs)"])
    }

    /// Starts the workers that are due, and schedules the next look.
    func startDueWorkers() {
        guard !isEnding else { return }
        while let start = current.plan.nextStart(nowMs: loop.nowMs, isServed: current.isServed) {
            if start.isEarly {
                logger.report(
                    .workerRestartUrgent, "no other worker serves: the next start does not wait",
                    metadata: ["worker": "\(current.seats[start.seat].slot)"])
            }
            startOrPlan(start.seat)
        }
        restartTimer.map(loop.cancel)
        restartTimer = current.plan.nextLookMs(isServed: current.isServed).map { lookMs in
            loop.schedule(afterMs: lookMs - min(lookMs, loop.nowMs)) { [weak self] in
                self?.startDueWorkers()
            }
        }
    }

    // MARK: The lead

    /// Makes one ready worker of the generation that serves the lead, unless it has one.
    func chooseLead() {
        if let lead, lead.isReady, current.seat(of: lead) != nil { return }
        lead = current.workers.first(where: \.isReady)
        lead?.post(.lead)
        releaseSlots()
    }

    func releaseSlots() {
        if let onSlotGone { return tell(onSlotGone) }
        guard let lead else { return }
        for slot in slots.ask(ObjectIdentifier(lead)) { lead.post(.releaseSlot(UInt8(slot))) }
    }

    /// A worker that left is gone: its slot is free once the lead has taken it out of every ring.
    func leave(slot: Int) {
        slots.workerIsGone(slot)
        shared.board.show(.free, slot: slot)
        releaseSlots()
    }

    // MARK: Regular duties

    private func schedulePulse() {
        loop.schedule(afterMs: Limits.workerPingMs) { [weak self] in self?.checkPulses() }
    }

    private func checkPulses() {
        let wasStopped = loop.nowMs > lastPulseMs + 2 * Limits.workerPingMs
        lastPulseMs = loop.nowMs
        for worker in workers {
            if wasStopped { worker.forgiveSilence() }
            // The only thing we believe of what a worker writes there: whether it moves.
            worker.checkPulse(turns: shared.counters.get(.loopTurns, slot: worker.slot))
        }
        // A worker that owes an answer serves nobody, and another one may be waiting.
        startDueWorkers()
        if isInCharge, onSlotGone == nil { processFigures.publish() }
        schedulePulse()
    }

    private func scheduleKeyRotation() {
        loop.schedule(afterMs: ticketKeys.nextRotationMs(nowMs: loop.nowMs)) { [weak self] in
            self?.rotateKeys()
        }
    }

    private func rotateKeys() {
        ticketKeys.rotate(nowMs: loop.nowMs)
        for worker in workers { worker.post(ticketKeys.message) }
        scheduleKeyRotation()
    }

    // MARK: The end

    /// Lets every worker finish within `timeoutMs`; `poolIsEmpty` follows.
    func drain(timeoutMs: UInt64) {
        isEnding = true
        endTrial(because: "the server stops")
        for worker in workers { worker.drain(timeoutMs: timeoutMs, closesIdle: true) }
        tellIfEmpty()
    }

    /// Ends every worker at once; `poolIsEmpty` follows.
    func kill() {
        isEnding = true
        for worker in workers { worker.kill() }
        tellIfEmpty()
    }

    func tellIfEmpty() {
        guard isEnding, workers.isEmpty else { return }
        observer?.poolIsEmpty()
    }
}

extension WorkerPool: WorkerObserver {
    func workerIsReady(_ worker: WorkerHandle) {
        if let trial, trial.workers.contains(where: { $0 === worker }) {
            return trialWorkerIsReady(worker, of: trial)
        }
        // One that was given up may still say that it is ready.
        guard current.seat(of: worker) != nil else { return }
        if isInCharge {
            showCertificate(worker)
            chooseLead()
        }
        if !othersAreStarted {
            othersAreStarted = true
            for seat in current.seats.indices.dropFirst() { startOrPlan(seat) }
            startDueWorkers()
        }
        if !hasBeenComplete, current.isComplete {
            hasBeenComplete = true
            observer?.poolIsComplete()
        }
        observer?.poolHasRoom()
    }

    func workerHasRoom(_ worker: WorkerHandle) {
        observer?.poolHasRoom()
    }

    func workerReleased(_ worker: WorkerHandle, slot: Int) -> Bool {
        guard slots.released(slot, by: ObjectIdentifier(worker)) else { return false }
        onSlotGone?(slot)
        return true
    }

    func worker(_ worker: WorkerHandle, knows client: PeerAddress, of number: UInt64) {
        observer?.poolKnows(client, of: number, at: worker)
    }

    func workerHasEnded(_ worker: WorkerHandle, _ end: ProcessEnd) {
        shared.counters.resetGauges(slot: worker.slot)
        slots.forget(ObjectIdentifier(worker))
        if lead === worker { lead = nil }
        let metadata: Logger.Metadata = [
            "worker": "\(worker.slot)", "workerPid": "\(worker.processID)", "end": "\(end)",
            "livedMs": "\(loop.nowMs - min(loop.nowMs, worker.startedMs))",
        ]
        if let trial, trial.workers.contains(where: { $0 === worker }) {
            trialWorkerHasEnded(worker, end, of: trial)
        } else if let index = leaving.firstIndex(where: { $0 === worker }) {
            leaving.remove(at: index)
            leave(slot: worker.slot)
            logEnd(end, metadata)
        } else if let seat = current.seat(of: worker) {
            current.seats[seat].worker = nil
            seatIsEmpty(seat, worker, end, metadata)
        }
        if onSlotGone == nil { chooseLead() } else { releaseSlots() }
        tellIfEmpty()
    }

    /// An end that was asked for.
    private func logEnd(_ end: ProcessEnd, _ metadata: Logger.Metadata) {
        end == .exited(code: 0)
            ? logger.info("worker has ended", metadata: metadata)
            : logger.report(.workerExitBad, "worker has ended", metadata: metadata)
    }

    private func seatIsEmpty(
        _ seat: Int, _ worker: WorkerHandle, _ end: ProcessEnd, _ metadata: Logger.Metadata
    ) {
        if isEnding {
            shared.board.show(.free, slot: worker.slot)
            return logEnd(end, metadata)
        }
        if !hasBeenComplete, case .exited(let code) = end {
            logger.debug("worker gave up", metadata: metadata)
            observer?.workerGaveUp(exitCode: code, reason: worker.reason)
            return
        }
        logger.report(.workerDied, "worker has died and is replaced", metadata: metadata)
        shared.counters.add(.workerRestarts, slot: shared.counters.supervisorSlot)
        planRestart(seat, livedMs: loop.nowMs - min(loop.nowMs, worker.startedMs))
        startDueWorkers()
    }
}
