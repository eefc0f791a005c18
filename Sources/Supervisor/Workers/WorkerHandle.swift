// One running worker as the supervisor sees it: a process, a control channel, a load. It exists
// from spawn to reap. This type checks what the worker sends; the observer (the pool) decides what
// follows from it. One thread owns it: that of the supervisor's loop.

import ControlChannel
import Glibc
import LinuxIO
import Logging
import Settings
import Telemetry

/// What a worker's owner wants to know.
protocol WorkerObserver: AnyObject {
    /// The worker can take connections.
    func workerIsReady(_ worker: WorkerHandle)
    /// The worker may take connections again after its channel was full or it was late.
    func workerHasRoom(_ worker: WorkerHandle)
    /// The worker has taken a slot's last worker out of every ring. False: nobody asked for that.
    func workerReleased(_ worker: WorkerHandle, slot: Int) -> Bool
    /// A proxy has said who has made that connection, which has not ended.
    func worker(_ worker: WorkerHandle, knows client: PeerAddress, of number: UInt64)
    /// The process has ended and has been reaped; nothing is left of it.
    func workerHasEnded(_ worker: WorkerHandle, _ end: ProcessEnd)
}

final class WorkerHandle {
    let slot: Int
    /// The number of its generation.
    let generation: UInt32
    /// When it was spawned, on the monotonic clock.
    let startedMs: UInt64
    /// Whether it has ever said READY.
    private(set) var hasBeenReady = false
    private(set) var load = WorkerLoad()
    /// When its certificate expires, in seconds since 1970, as the worker says; 0: not known.
    private(set) var certificateExpiresUnixS: UInt64 = 0
    /// Why it could not start, as the worker says. Bounded.
    private var failure: [UInt8] = []
    /// Why we have killed it.
    private var fault: WorkerFault?

    private let loop: EventLoop
    private let logger: Logger
    private weak let observer: (any WorkerObserver)?
    private let process: SpawnedProcess
    private let control: ControlSocket
    private let clients: ClientLedger
    private let board: SlotBoard
    private let startedBootMs = BootClock.nowMs()
    private var state = SlotState.starting {
        didSet { show() }
    }
    private var isDrained = false
    private var controlRegistration: Registration?
    private var processRegistration: Registration?
    private var startTimer: TimerID?
    private var exitTimer: TimerID?
    /// Messages that wait for room in the channel, in order. Bounded: see `post`.
    private var outbox: [ToWorker] = []
    private var channelIsFull = false
    private var pulse: WorkerPulse

    /// Takes over a worker that has just been spawned.
    init(
        slot: Int, generation: UInt32, process: consuming SpawnedProcess, control: ControlSocket,
        clients: ClientLedger, board: SlotBoard, loop: EventLoop, logger: Logger,
        observer: any WorkerObserver
    ) throws(SystemError) {
        self.slot = slot
        self.generation = generation
        self.clients = clients
        self.board = board
        self.process = process
        self.control = control
        self.loop = loop
        self.observer = observer
        var logger = logger
        logger[metadataKey: "worker"] = "\(slot)"
        logger[metadataKey: "workerPid"] = "\(self.process.processID)"
        logger[metadataKey: "generation"] = "\(generation)"
        self.logger = logger
        startedMs = MonotonicClock.nowMs()
        pulse = WorkerPulse(nowMs: startedMs)
        try watch()
        show()
    }

    private func show() {
        board.show(
            SlotReport(
                state: state, generation: generation, processID: processID,
                startedBootMs: startedBootMs),
            slot: slot)
    }

    private func watch() throws(SystemError) {
        do throws(SystemError) {
            processRegistration = try loop.add(
                process.raw, interest: .readable,
                handler: ReadinessAction { [self] _ in processHasEnded() })
            // The worker's messages come before the next connections: they decide which worker gets
            // those.
            controlRegistration = try loop.add(
                control.raw, interest: .readable, isUrgent: true,
                handler: ReadinessAction { [self] in handleControl($0) })
        } catch {
            processRegistration.map(loop.remove)
            process.killAndReap()
            throw error
        }
        startTimer = loop.schedule(afterMs: Limits.workerStartMs) { [weak self] in
            self?.fail(.didNotStart)
        }
    }

    // MARK: Talking to the worker

    var processID: Int32 { process.processID }

    var isReady: Bool { state == .serving }

    /// Why it could not start or was killed, in words; nil when nobody knows.
    var reason: String? {
        failure.isEmpty ? fault.map { "\($0)" } : String(decoding: failure, as: UTF8.self)
    }

    /// Whether it serves people, as far as we can know, or soon will: it is ready and owes no
    /// answer, or it is being started.
    var isServing: Bool {
        state == .starting || (state == .serving && !pulse.isLate(nowMs: loop.nowMs))
    }

    /// Whether a connection may be passed now. A late worker gets none: it may be about to be
    /// killed, and connections in the listener's backlog are not lost with it.
    func takesConnections(includingDraining: Bool) -> Bool {
        let isThere = state == .serving || (includingDraining && state == .draining)
        return isThere && !channelIsFull && outbox.isEmpty && !pulse.isLate(nowMs: loop.nowMs)
    }

    /// Passes a connection. False: the channel is full after all, or broken; the caller still owns
    /// the connection.
    func pass(
        _ connection: borrowing Descriptor, from listener: ListenerKind, for owner: ConnectionOwner
    ) -> Bool {
        guard takesConnections(includingDraining: true) else { return false }
        let message = ToWorker.connection(number: load.nextNumber, from: listener)
        guard deliver(message, passing: connection.raw) else { return false }
        load.connectionWasPassed(for: owner)
        clients.add(owner)
        ask(intervalMs: Limits.workerPingWhilePassingMs)
        return true
    }

    /// Sends a message, or keeps it until the channel has room. A newer message of the same kind
    /// replaces one that is still waiting, and there is one release for each slot at most, and one
    /// `refuse` for each connection of a proxy. So there are never more than those and a few.
    func post(_ message: ToWorker) {
        guard state != .ending else { return }
        outbox.removeAll { waiting in
            switch (waiting, message) {
            case (.ticketKeys, .ticketKeys), (.drain, .drain), (.lead, .lead): true
            default: waiting == message
            }
        }
        outbox.append(message)
        flush()
    }

    private func flush() {
        while let message = outbox.first, !channelIsFull, state != .ending {
            guard deliver(message, passing: nil) else { return }
            outbox.removeFirst()
        }
    }

    private func deliver(_ message: ToWorker, passing descriptor: Int32?) -> Bool {
        do {
            if try control.send(message.encoded(), passing: descriptor) { return true }
            channelIsFull = true
            updateInterest()
        } catch  where error.code == ETOOMANYREFS || error.code == ENOBUFS || error.code == ENOMEM {
            // The system has no room, not the worker, and no event tells when it has some again.
            channelIsFull = true
            pulse.forgive(nowMs: loop.nowMs)
            loop.schedule(afterMs: Limits.acceptPauseMs) { [weak self] in self?.channelHasRoom() }
        } catch {
            // The worker has closed its end: it is exiting, or was killed.
            closeControl()
        }
        return false
    }

    private func channelHasRoom() {
        guard state != .ending, channelIsFull else { return }
        channelIsFull = false
        updateInterest()
        flush()
        if takesConnections(includingDraining: true) { observer?.workerHasRoom(self) }
    }

    private func updateInterest() {
        guard let controlRegistration else { return }
        loop.modify(
            controlRegistration, interest: channelIsFull ? [.readable, .writable] : .readable)
    }

    /// Judges the last sign of life, and asks for another one.
    /// - Parameter turns: how many turns its loop has made, according to the worker.
    func checkPulse(turns: UInt64) {
        guard hasBeenReady, state != .ending else { return }
        switch pulse.judge(turns: turns, nowMs: loop.nowMs) {
        case .alive: ask()
        case .stuck: fail(.stuck)
        case .deaf: fail(.deaf)
        }
    }

    private func ask(intervalMs: UInt64 = 0) {
        let token = pulse.nextQuestion(nowMs: loop.nowMs, intervalMs: intervalMs)
        if let token { post(.ping(token: token)) }
    }

    /// Forgives silence until now: the supervisor itself was stopped and heard nothing.
    func forgiveSilence() {
        pulse.forgive(nowMs: loop.nowMs)
    }

    // MARK: Listening to the worker

    private func handleControl(_ readiness: Readiness) {
        if readiness.contains(.writable) { channelHasRoom() }
        if !readiness.isDisjoint(with: [.readable, .hangup]) { receive() }
    }

    private func receive() {
        for _ in 0..<Limits.workerMessagesPerTurn where controlRegistration != nil {
            do throws(WorkerFault) {
                guard let message = try nextMessage() else { return }
                try handle(message)
            } catch {
                return fail(error)
            }
        }
    }

    /// The next message; nil if none is waiting, or none will come any more.
    private func nextMessage() throws(WorkerFault) -> ToSupervisor? {
        switch try receiveDatagram() {
        case .wouldBlock:
            return nil
        case .closed:
            closeControl()
            return nil
        case .message(let datagram, let descriptor):
            if descriptor != nil { throw .sentDescriptor }
            do {
                return try ToSupervisor(decoding: datagram)
            } catch .wrongVersion(let version) {
                throw .otherVersion(version)
            } catch {
                throw .badDatagram(error)
            }
        }
    }

    private func receiveDatagram() throws(WorkerFault) -> Received {
        do {
            return try control.receive()
        } catch {
            throw .badChannel(error)
        }
    }

    private func handle(_ message: ToSupervisor) throws(WorkerFault) {
        switch message {
        case .ready(let version, let processID, let certificateExpiresUnixS):
            guard version == ControlDatagram.version else { throw .otherVersion(version) }
            guard !hasBeenReady, processID == process.processID else {
                throw .outOfOrder("READY")
            }
            self.certificateExpiresUnixS = certificateExpiresUnixS
            becomeReady()
        case .ended(let numbers):
            try endConnections(numbers)
            if takesConnections(includingDraining: true) { observer?.workerHasRoom(self) }
        case .client(let number, let address):
            guard let owner = load.owner(of: number) else { throw .unknownConnection }
            guard owner == .proxy else { throw .outOfOrder("a client") }
            observer?.worker(self, knows: PeerAddress(bytes: address), of: number)
        case .drained:
            guard state == .draining, !isDrained else { throw .outOfOrder("DRAINED") }
            isDrained = true
            logger.debug("worker is drained")
        case .failed(let piece):
            guard !hasBeenReady, failure.count + piece.count <= ToSupervisor.reasonBytes else {
                throw .outOfOrder("a failure")
            }
            failure += piece
        case .slotReleased(let slot):
            guard observer?.workerReleased(self, slot: Int(slot)) == true else {
                throw .outOfOrder("a release")
            }
        case .pong(let token):
            guard pulse.answer(token: token) else { throw .outOfOrder("a pong") }
            // It does not matter whether it was late: connections may wait from a time when it was.
            if takesConnections(includingDraining: true) { observer?.workerHasRoom(self) }
        }
    }

    private func endConnections(_ numbers: [UInt64]) throws(WorkerFault) {
        for number in numbers {
            guard let owner = load.connectionHasEnded(number) else { throw .unknownConnection }
            clients.remove(owner)
        }
    }

    /// Puts a connection that came from a proxy on the account of its client.
    func connection(_ number: UInt64, belongsTo client: ClientNetwork) {
        clients.remove(.proxy)
        load.connection(number, belongsTo: client)
        clients.add(.client(client))
    }

    private func becomeReady() {
        hasBeenReady = true
        pulse = WorkerPulse(nowMs: loop.nowMs)
        startTimer.map(loop.cancel)
        guard state == .starting else { return }
        state = .serving
        logger.info("worker is ready", metadata: ["afterMs": "\(loop.nowMs - startedMs)"])
        observer?.workerIsReady(self)
    }

    // MARK: The end

    /// Asks the worker to finish within `timeoutMs`, and kills it if it is not gone a while after. Asked
    /// again, it gets the new time.
    func drain(timeoutMs: UInt64, closesIdle: Bool) {
        guard state != .ending else { return }
        state = .draining
        startTimer.map(loop.cancel)
        post(.drain(timeoutMs: UInt32(clamping: timeoutMs), closesIdle: closesIdle))
        killUnlessGone(afterMs: timeoutMs + Limits.workerExitMs)
    }

    /// Ends the worker at once.
    func kill() {
        process.signal(SIGKILL)
    }

    private func fail(_ fault: WorkerFault) {
        self.fault = fault
        logger.report(.workerKilled, "worker is killed", metadata: ["cause": "\(fault)"])
        closeControl()
        process.signal(SIGKILL)
    }

    /// After this the worker can say nothing more, and should be about to exit.
    private func closeControl() {
        guard state != .ending else { return }
        state = .ending
        outbox.removeAll()
        for owner in load.takeAll() { clients.remove(owner) }
        controlRegistration.map(loop.remove)
        controlRegistration = nil
        startTimer.map(loop.cancel)
        killUnlessGone(afterMs: Limits.workerExitMs)
    }

    private func killUnlessGone(afterMs delayMs: UInt64) {
        exitTimer.map(loop.cancel)
        exitTimer = loop.schedule(afterMs: delayMs) { [weak self] in
            self?.logger.report(.workerExitLate, "worker did not exit in time and is killed")
            self?.kill()
        }
    }

    private func processHasEnded() {
        guard let end = process.reap() else { return }
        closeControl()
        exitTimer.map(loop.cancel)
        processRegistration.map(loop.remove)
        observer?.workerHasEnded(self, end)
    }
}
