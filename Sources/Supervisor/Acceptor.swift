// Accepts connections and passes each to a worker. Backpressure goes to the kernel: while no worker can
// take a connection, none is accepted, and clients wait in the listeners' backlog. So it is also while
// every worker owes an answer: the backlog is bounded, costs nothing, and a connection that waits in it
// outlives a worker that turns out to be stuck. A connection is never read here. One thread owns the acceptor, that of the supervisor's loop.

import ControlChannel
import Glibc
import LinuxIO
import Logging
import Settings
import Telemetry

final class Acceptor {
    private let loop: EventLoop
    private let logger: Logger
    private let pool: WorkerPool
    private let counters: CounterPage
    /// Connections one worker may have.
    private let connectionsPerWorker: UInt64
    private var listeners: [BoundListener]
    private var registrations: [Registration] = []
    /// Accepted, but its worker could not take it after all: the first to go when there is room.
    private var waiting: Descriptor?
    private var waitingKind = ListenerKind.https
    private var isPausedForResources = false
    private var isDraining = false
    private var complaints = LogPause(ms: Limits.logRepeatMs)

    init(
        listeners: [BoundListener], pool: WorkerPool, connectionsPerWorker: Int,
        counters: CounterPage, loop: EventLoop, logger: Logger
    ) {
        self.listeners = listeners
        self.pool = pool
        self.connectionsPerWorker = UInt64(connectionsPerWorker)
        self.counters = counters
        self.loop = loop
        self.logger = logger
    }

    /// Accepts, if it did not and something can be done with a connection.
    func resume() {
        guard registrations.isEmpty, !isPausedForResources, passWaiting() else { return }
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

    /// Closes the listeners that users come to. Those who run the server can still ask how it is.
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
                place(connection, from: listeners[index].kind, first: worker)
            } catch {
                return pauseForResources(error)
            }
        }
    }

    /// Passes a connection to the first worker that takes it, the least loaded first.
    private func place(
        _ connection: consuming Descriptor, from kind: ListenerKind, first: WorkerProcess
    ) {
        let limit = connectionsPerWorker + Self.reserve(kind)
        var candidate: WorkerProcess? = first
        while let worker = candidate {
            if worker.load.connections >= limit {
                // The least loaded of those that take any is full, so this server is.
                return refuse()
            }
            if worker.pass(connection, from: kind) { return }
            candidate = nextWorker()
        }
        waiting = consume connection
        waitingKind = kind
        waitForWorkers()
    }

    private func waitForWorkers() {
        logger.debug("no worker can take a connection: those that come wait")
        pause()
    }

    /// How many connections more than the limit a worker takes of that kind.
    private static func reserve(_ kind: ListenerKind) -> UInt64 {
        kind == .admin ? UInt64(Limits.adminConnectionsPerWorker) : 0
    }

    /// True when nothing waits (any more).
    private func passWaiting() -> Bool {
        guard let worker = nextWorker() else { return false }
        guard let connection = waiting.take() else { return true }
        place(connection, from: waitingKind, first: worker)
        return waiting == nil
    }

    private func nextWorker() -> WorkerProcess? {
        pool.leastLoaded(includingDraining: isDraining)
    }

    /// Counts a connection that is closed at once, because every worker has all it may have.
    private func refuse() {
        counters.add(.connectionsRefused, slot: counters.supervisorSlot)
        complain("connections are refused: every worker has as many as it may have")
    }

    private func pauseForResources(_ error: SystemError) {
        complain("cannot accept connections for now: \(error)")
        pause()
        isPausedForResources = true
        loop.schedule(afterMs: Limits.acceptPauseMs) { [weak self] in
            self?.isPausedForResources = false
            self?.resume()
        }
    }

    private func complain(_ message: String) {
        guard complaints.leftOut(nowMs: loop.nowMs) != nil else { return }
        logger.warning("\(message)")
    }
}
