// The worker's end of the control channel: takes connections in, answers pings, reports its load, and
// notices when the supervisor has gone.
//
// Owner: the worker's loop thread.

import ControlChannel
import Glibc
import LinuxIO
import Logging
import Settings

/// What the supervisor may ask of a worker.
protocol SupervisorLinkDelegate: AnyObject {
    func supervisorPassed(_ connection: consuming Descriptor, from listener: ListenerKind)
    func supervisorSentTicketKeys(current: [UInt8], previous: [UInt8]?)
    func supervisorAskedToDrain(timeoutMs: UInt64)
    func supervisorIsGone()
}

final class SupervisorLink: EventHandler {
    private let socket: ControlSocket
    private let loop: EventLoop
    private let logger: Logger
    private weak var delegate: (any SupervisorLinkDelegate)?
    private var registration: Registration?
    private var receivedConnections: UInt64 = 0
    private var loadIsScheduled = false
    /// How many connections are open; told to the supervisor.
    var connectionCount: () -> Int = { 0 }
    /// Messages the supervisor's queue had no room for. Loads are not kept: a newer one replaces them.
    private var unsent: [ToSupervisor] = []

    /// Connections taken in per turn, so that those already here are served in between.
    private static let messagesPerTurn = 64
    private static let loadIntervalMs: UInt64 = 200

    init(
        socket: ControlSocket, loop: EventLoop, logger: Logger,
        delegate: any SupervisorLinkDelegate
    ) {
        self.socket = socket
        self.loop = loop
        self.logger = logger
        self.delegate = delegate
    }

    /// Begins to listen. Errors: those of epoll_ctl.
    func start() throws(SystemError) {
        registration = try loop.add(socket.raw, interest: .readable, isUrgent: true, handler: self)
    }

    // MARK: Speaking

    func sayReady() {
        send(.ready(version: ControlDatagram.version, processID: getpid()))
    }

    func sayDrained() { send(.drained) }

    /// The number of open connections has changed; told to the supervisor a few times a second.
    func loadChanged() {
        guard !loadIsScheduled else { return }
        loadIsScheduled = true
        loop.schedule(afterMs: Self.loadIntervalMs) { [weak self] in
            guard let self else { return }
            self.loadIsScheduled = false
            self.send(
                .load(
                    connections: UInt32(clamping: self.connectionCount()),
                    received: self.receivedConnections
                ))
        }
    }

    private func send(_ message: ToSupervisor) {
        if case .load = message {
            unsent.removeAll { if case .load = $0 { true } else { false } }
        }
        unsent.append(message)
        flush()
    }

    private func flush() {
        do {
            while let message = unsent.first {
                guard try socket.send(message.encoded()) else { break }
                unsent.removeFirst()
            }
        } catch {
            return supervisorIsGone()
        }
        guard let registration else { return }
        loop.modify(registration, interest: unsent.isEmpty ? .readable : [.readable, .writable])
    }

    // MARK: Listening

    func handleReadiness(_ readiness: Readiness) {
        if readiness.contains(.writable) { flush() }
        for _ in 0..<Self.messagesPerTurn {
            guard registration != nil, takeMessage() else { return }
        }
    }

    /// False when nothing more is waiting.
    private func takeMessage() -> Bool {
        do {
            switch try socket.receive() {
            case .wouldBlock:
                return false
            case .closed:
                supervisorIsGone()
                return false
            case .message(let datagram, let descriptor):
                handle(try ToWorker(decoding: datagram), consume descriptor)
                return true
            }
        } catch {
            logger.error("control channel broken", metadata: ["error": "\(error)"])
            supervisorIsGone()
            return false
        }
    }

    private func handle(_ message: ToWorker, _ descriptor: consuming Descriptor?) {
        switch message {
        case .connection(let listener):
            receivedConnections += 1
            guard let connection = consume descriptor else {
                // This process had no number left for it, so it is lost.
                logger.warning("a connection could not be taken in: too many open files")
                return loadChanged()
            }
            delegate?.supervisorPassed(connection, from: listener)
        case .drain(let timeoutMs):
            delegate?.supervisorAskedToDrain(timeoutMs: UInt64(timeoutMs))
        case .ticketKeys(let current, let previous):
            delegate?.supervisorSentTicketKeys(current: current, previous: previous)
        case .ping(let token):
            send(.pong(token: token))
        }
    }

    private func supervisorIsGone() {
        guard let registration else { return }
        loop.remove(registration)
        self.registration = nil
        delegate?.supervisorIsGone()
    }
}
