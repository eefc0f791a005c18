// Accepts connections and passes each to a worker. Backpressure goes to the kernel: while no worker
// can take a connection, none is accepted, and clients wait in the listeners' backlog. The same
// holds while every worker owes an answer. The backlog is bounded and costs nothing, and a
// connection that waits there outlives a worker that turns out to be stuck. A connection is never
// read here. One thread owns the acceptor: that of the supervisor's loop.

import ControlChannel
import Glibc
import LinuxIO
import Logging
import Settings
import Telemetry

final class Acceptor {
    /// A connection that is on its way to a worker.
    private struct Arrival: ~Copyable {
        let connection: AcceptedConnection
        let kind: ListenerKind
    }

    private let loop: EventLoop
    private let logger: Logger
    private let pool: WorkerPool
    private let counters: CounterPage
    private var admission: Admission
    private var listeners: [BoundListener]
    private var registrations: [Registration] = []
    /// Accepted, but its worker could not take it after all. It goes first when there is room.
    private var waiting: Arrival?
    private var isPausedForResources = false
    /// Whether another supervisor still accepts what comes to the listeners.
    private var isAwaiting: Bool
    private var isDraining = false
    private var complaints = LogPause(ms: Limits.logRepeatMs)
    private var shareComplaints = LogPause(ms: Limits.logRepeatMs)
    private var strangerComplaints = LogPause(ms: Limits.logRepeatMs)

    init(
        listeners: [BoundListener], pool: WorkerPool, admission: Admission,
        counters: CounterPage, isAwaiting: Bool, loop: EventLoop, logger: Logger
    ) {
        self.isAwaiting = isAwaiting
        self.listeners = listeners
        self.pool = pool
        self.admission = admission
        self.counters = counters
        self.loop = loop
        self.logger = logger
    }

    /// Takes over what a reload changes about who is admitted.
    func adopt(_ settings: Settings) {
        admission.adopt(settings)
    }

    /// Starts to accept, if it had stopped and a connection can be served or refused now.
    func resume() {
        guard registrations.isEmpty, !isPausedForResources, !isAwaiting, passWaiting() else {
            return
        }
        do throws(SystemError) {
            for (index, listener) in listeners.enumerated() {
                let handler = ReadinessAction { [weak self] _ in self?.acceptBatch(from: index) }
                registrations.append(
                    try loop.add(
                        listener.listener.descriptor.raw, interest: .readable, handler: handler))
            }
        } catch {
            pauseForResources(error)
        }
    }

    /// Nobody else accepts any more.
    func takeCharge() {
        isAwaiting = false
        resume()
    }

    /// Whether a connection has been accepted that no worker has yet.
    var hasWaiting: Bool { waiting != nil }

    /// The listeners, for the supervisor that takes over.
    var passable: [(kind: ListenerKind, raw: Int32)] {
        listeners.map { ($0.kind, $0.listener.descriptor.raw) }
    }

    /// Another supervisor accepts from now on.
    func handOver() {
        pause()
        isAwaiting = true
        waiting = nil
        listeners.removeAll()
    }

    /// Closes the listeners that users come to. Operators can still ask how the server is.
    func drain() {
        pause()
        isDraining = true
        waiting = nil
        listeners.removeAll { $0.kind != .admin }
        resume()
    }

    private func pause() {
        registrations.forEach(loop.remove)
        registrations.removeAll()
    }

    private func acceptBatch(from index: Int) {
        for _ in 0..<Limits.acceptsPerTurn where !registrations.isEmpty {
            guard let worker = nextWorker() else { return waitForWorkers() }
            do throws(SystemError) {
                guard let connection = try listeners[index].listener.accept() else { return }
                let kind = listeners[index].kind
                guard admits(connection.peer, from: kind) else { continue }
                place(Arrival(connection: connection, kind: kind), first: worker)
            } catch {
                return pauseForResources(error)
            }
        }
    }

    /// Passes a connection to the first worker that takes it, the least loaded first.
    private func place(_ arrival: consuming Arrival, first: WorkerHandle) {
        let (peer, kind) = (arrival.connection.peer, arrival.kind)
        var candidate: WorkerHandle? = first
        while let worker = candidate {
            if worker.load.connections >= admission.limit(of: kind) {
                // The least loaded of the workers that take any is full. So is the server, unless a
                // worker that is only late has room: a busy moment is no reason to turn anybody
                // away.
                guard pool.hasRoomLater(limit: admission.limit(of: kind)) else { return refuse() }
                break
            }
            let owner = Admission.owner(peer, from: kind)
            if worker.pass(arrival.connection.descriptor, from: kind, for: owner) { return }
            candidate = nextWorker()
        }
        waiting = consume arrival
        waitForWorkers()
    }

    private func waitForWorkers() {
        logger.debug("no worker can take a connection: those that come wait")
        pause()
    }

    /// True if nothing waits, or nothing waits any more.
    private func passWaiting() -> Bool {
        guard let worker = nextWorker() else { return false }
        guard let arrival = waiting.take() else { return true }
        place(arrival, first: worker)
        return waiting == nil
    }

    private func nextWorker() -> WorkerHandle? {
        pool.leastLoaded(includingDraining: isDraining)
    }

    // MARK: Refusing

    /// Whether a connection may be served. If not, it is closed at once and counted.
    private func admits(_ peer: PeerAddress, from kind: ListenerKind) -> Bool {
        switch admission.judge(peer, from: kind, workers: pool.readyCount) {
        case .admitted:
            return true
        case .full:
            refuse()
        case .overShare:
            refuseOverShare(peer)
        case .stranger:
            counters.add(.proxyHeadersRefused, slot: counters.supervisorSlot)
            complainOfStranger(peer)
        }
        return false
    }

    /// A proxy has said who has made a connection that was passed to a worker: it goes on that
    /// client's account, or ends.
    func clientIsKnown(_ client: PeerAddress, of number: UInt64, at worker: WorkerHandle) {
        // Nobody new is let in any more; those who are here stay.
        guard !isAwaiting, !isDraining else {
            return worker.connection(number, belongsTo: client.network)
        }
        switch admission.judge(client: client, workers: pool.readyCount) {
        case .admitted:
            return worker.connection(number, belongsTo: client.network)
        case .full, .stranger: refuse()
        case .overShare: refuseOverShare(client)
        }
        worker.post(.refuse(number: number))
    }

    private func refuseOverShare(_ client: PeerAddress) {
        counters.add(.connectionsRefused, slot: counters.supervisorSlot)
        counters.add(.connectionsOverShare, slot: counters.supervisorSlot)
        complainOfShare(client)
    }

    /// Counts a connection that is closed at once because every worker is full.
    private func refuse() {
        counters.add(.connectionsRefused, slot: counters.supervisorSlot)
        complain(
            .connectionsRefused, "connections are refused: every worker has as many as it may have")
    }

    private func pauseForResources(_ error: SystemError) {
        complain(.acceptFailed, "cannot accept connections for now: \(error)")
        pause()
        isPausedForResources = true
        loop.schedule(afterMs: Limits.acceptPauseMs) { [weak self] in
            self?.isPausedForResources = false
            self?.resume()
        }
    }

    private func complain(_ event: EventName, _ message: String) {
        guard complaints.leftOut(nowMs: loop.nowMs) != nil else { return }
        logger.report(event, "\(message)")
    }

    private func complainOfStranger(_ peer: PeerAddress) {
        guard let leftOut = strangerComplaints.leftOut(nowMs: loop.nowMs) else { return }
        logger.report(
            .proxyNotTrusted,
            "connections are refused: no trusted proxy makes them (--trusted-proxy)",
            metadata: ["peer": "\(peer)", "leftOut": "\(leftOut)"])
    }

    private func complainOfShare(_ peer: PeerAddress) {
        guard let leftOut = shareComplaints.leftOut(nowMs: loop.nowMs) else { return }
        logger.report(
            .clientOverShare,
            "connections are refused: their client has as many as one may have (--exempt-network)",
            metadata: [
                "client": "\(peer.network)",
                "connections": "\(admission.clients.count(of: peer.network))",
                "leftOut": "\(leftOut)",
            ])
    }
}
