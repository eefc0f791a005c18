// The worker's end of the control channel: takes in connections, answers pings, reports connections that
// have ended, and notices when the supervisor has gone.
//
// Owner: the worker's loop thread.

import ControlChannel
import Glibc
import LinuxIO
import Logging
import Settings
import Telemetry

/// What the supervisor may ask of a worker.
protocol SupervisorLinkDelegate: AnyObject {
    /// Call `connectionHasEnded` when the connection has ended, or if it cannot be served.
    func supervisorPassed(
        _ connection: consuming Descriptor, number: UInt64, from listener: ListenerKind)
    /// The client of that connection has as many as one may have.
    func supervisorRefused(number: UInt64)
    func supervisorSentTicketKeys(current: [UInt8], previous: [UInt8]?)
    /// It may ask again, with less time.
    func supervisorAskedToDrain(timeoutMs: UInt64, closesIdle: Bool)
    func supervisorMadeUsLead()
    /// Take the worker of that slot, which is gone, out of every ring before you return.
    func supervisorAskedToRelease(slot: Int)
    func supervisorIsGone()
}

final class SupervisorLink: EventHandler {
    private let socket: ControlSocket
    private let loop: EventLoop
    private let logger: Logger
    private weak var delegate: (any SupervisorLinkDelegate)?
    private var registration: Registration?
    /// Messages that did not fit into the supervisor's queue. The supervisor asks one thing at a time,
    /// so there are never more than a few, and one about the client of each connection of a proxy.
    private var unsent: [ToSupervisor] = []
    /// Connections whose end is not reported yet. Bounded: the supervisor counts each until then, and
    /// passes no more than a worker may have.
    private var ended: [UInt64] = []
    private var reportIsScheduled = false
    private var reportIsDue = false

    /// How many messages one turn takes in, so that present connections are served in between.
    private static let messagesPerTurn = 64
    /// How long ends of connections are gathered, in milliseconds: short enough for a client not to miss
    /// the places that it has given up.
    private static let reportIntervalMs: UInt64 = 50

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

    func sayReady(certificateExpiresUnixS: UInt64) {
        send(
            .ready(
                version: ControlDatagram.version, processID: getpid(),
                certificateExpiresUnixS: certificateExpiresUnixS))
    }

    func sayDrained() { send(.drained) }

    /// A proxy has said who has made a connection that was passed.
    func clientIsKnown(_ client: PeerAddress, of number: UInt64) {
        guard registration != nil else { return }
        send(.client(number: number, address: client.bytes))
    }

    /// A connection that was passed has ended. The supervisor is told soon, together with others.
    func connectionHasEnded(_ number: UInt64) {
        guard registration != nil else { return }
        ended.append(number)
        guard !reportIsScheduled else { return }
        reportIsScheduled = true
        loop.schedule(afterMs: Self.reportIntervalMs, isUrgent: true) { [weak self] in
            self?.reportIsScheduled = false
            self?.reportIsDue = true
            self?.flush()
        }
    }

    private func send(_ message: ToSupervisor) {
        unsent.append(message)
        flush()
    }

    private func flush() {
        do {
            while let message = unsent.first, try socket.send(message.encoded()) {
                unsent.removeFirst()
            }
            if unsent.isEmpty, reportIsDue { try reportEnded() }
        } catch {
            return supervisorIsGone()
        }
        guard let registration else { return }
        let isWaiting = !unsent.isEmpty || reportIsDue
        loop.modify(registration, interest: isWaiting ? [.readable, .writable] : .readable)
    }

    private func reportEnded() throws(SystemError) {
        while !ended.isEmpty {
            let batch = Array(ended.suffix(ToSupervisor.endedPerMessage))
            guard try socket.send(ToSupervisor.ended(batch).encoded()) else { return }
            ended.removeLast(batch.count)
        }
        reportIsDue = false
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
            logger.report(
                .controlChannelBroken, "control channel broken", metadata: ["error": "\(error)"])
            supervisorIsGone()
            return false
        }
    }

    private func handle(_ message: ToWorker, _ descriptor: consuming Descriptor?) {
        switch message {
        case .connection(let number, let listener):
            guard let connection = consume descriptor else {
                // This process had no descriptor left for it, so the connection is lost.
                logger.report(
                    .connectionLost, "a connection could not be taken in: too many open files")
                return connectionHasEnded(number)
            }
            delegate?.supervisorPassed(connection, number: number, from: listener)
        case .refuse(let number):
            delegate?.supervisorRefused(number: number)
        case .drain(let timeoutMs, let closesIdle):
            delegate?.supervisorAskedToDrain(
                timeoutMs: UInt64(timeoutMs), closesIdle: closesIdle)
        case .lead:
            delegate?.supervisorMadeUsLead()
        case .releaseSlot(let slot):
            delegate?.supervisorAskedToRelease(slot: Int(slot))
            send(.slotReleased(slot: slot))
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
