// The control socket: where operators ask the supervisor how the server is, and have something done
// (`weir status`, `weir reload` and the like). Only root and the server's own user may use it. It works
// as long as the supervisor does, whatever becomes of the workers.
//
// The first byte of a connection says what it is. A brace begins a line of JSON for the supervisor
// (OperatorRequest). Everything else is HTTP: the connection goes to a worker unread, like those of other
// listeners, because only workers know the streams.
//
// Nothing here waits: connections are few, what they send and get is bounded, and each has a time.
// Owner: the supervisor's loop.

import Glibc
import LinuxIO
import Logging
import Settings
import Telemetry

final class OperatorServer {
    /// Where it listens.
    let path: String

    private let listener: UnixListener
    private let loop: EventLoop
    private let logger: Logger
    private weak let actions: (any OperatorActions)?
    private var registration: Registration?
    private var strangers = LogPause(ms: Limits.logRepeatMs)
    private var connections: [ObjectIdentifier: OperatorConnection] = [:]

    /// Errors: one line for the person who starts the server.
    /// - Parameter passed: the socket, if another supervisor has made it.
    init(
        path: String, passed: PassedDescriptor? = nil, actions: any OperatorActions,
        loop: EventLoop, logger: Logger
    ) throws(StartError) {
        self.path = path
        self.actions = actions
        self.loop = loop
        self.logger = logger
        do {
            listener =
                if let passed {
                    UnixListener(adopting: passed.take())
                } else {
                    try UnixListener(path: path, backlog: Limits.operatorBacklog)
                }
            registration = try loop.add(
                listener.descriptor.raw, interest: .readable,
                handler: ReadinessAction { [weak self] _ in self?.accept() })
        } catch {
            throw Self.explain(error, path)
        }
    }

    private static func explain(_ error: SystemError, _ path: String) -> StartError {
        let cause =
            switch error.code {
            case EADDRINUSE: "another weir listens there; choose another path with --control"
            case EEXIST:
                "something else of that name is there; remove it, or choose another path with "
                    + "--control"
            case ENOENT: "its folder does not exist; create it, or choose another with --control"
            default: "\(error.message); choose another path with --control, or --control off"
            }
        return StartError(message: "cannot make the control socket \(path): \(cause)")
    }

    private func accept() {
        for _ in 0..<Limits.operatorAcceptsPerTurn {
            do throws(SystemError) {
                guard let accepted = try listener.accept() else { return }
                take(accepted)
            } catch {
                return pause()
            }
        }
    }

    /// The system is out of something. Those who wait are heard later.
    private func pause() {
        registration.map { loop.modify($0, interest: Readiness()) }
        loop.schedule(afterMs: Limits.acceptPauseMs) { [weak self] in
            guard let self else { return }
            self.registration.map { self.loop.modify($0, interest: .readable) }
        }
    }

    private func take(_ accepted: consuming Descriptor) {
        let user = UnixStream.peerUser(of: accepted.raw)
        guard let user, user == 0 || user == geteuid() else {
            complain(of: user)
            return dismiss(
                accepted,
                "only root and the user that the server runs as (\(geteuid())) may do that")
        }
        guard connections.count < Limits.operatorConnections else {
            return dismiss(
                accepted, "others keep the control socket busy; try again in a moment")
        }
        serve(accepted)
    }

    private func complain(of user: UInt32?) {
        guard let leftOut = strangers.leftOut(nowMs: loop.nowMs) else { return }
        logger.report(
            .strangerRefused, "a stranger at the control socket is refused",
            metadata: [
                "user": "\(user.map { "\($0)" } ?? "unknown")", "leftOut": "\(leftOut)",
            ])
    }

    /// Says why there is nothing to be had, as far as that goes without waiting, and closes.
    private func dismiss(_ accepted: borrowing Descriptor, _ reason: String) {
        _ = try? UnixStream.send(OperatorLine.refused(reason: reason).bytes[...], to: accepted.raw)
    }

    private func serve(_ accepted: consuming Descriptor) {
        let connection = OperatorConnection(descriptor: accepted, loop: loop, owner: self)
        guard connection.start() else { return }
        connections[ObjectIdentifier(connection)] = connection
    }

    /// The socket itself, for the supervisor that takes over.
    var raw: Int32 { listener.descriptor.raw }

    /// Another supervisor takes the connections from now on. Those that are here go on.
    func handOver() {
        registration.map(loop.remove)
        registration = nil
    }

    /// Takes no more connections, and removes the socket. Open connections hear the end of it.
    func close() {
        guard let registration else { return }
        loop.remove(registration)
        self.registration = nil
        try? FileSystem.removeFile(path)
        for connection in connections.values { connection.serverHasEnded() }
        connections.removeAll()
    }
}

extension OperatorServer: OperatorConnectionOwner {
    func connectionAsks(_ request: OperatorRequest, _ connection: OperatorConnection) {
        guard let actions else { return connection.say(.refused(reason: "the server ends")) }
        if request != .status {
            logger.report(
                .operatorActs, "an operator asks",
                metadata: ["for": "\(request.word)", "by": "\(connection.peer)"])
        }
        let answer: (OperatorOutcome) -> Void = { [weak connection] outcome in
            switch outcome {
            case .success(let notes): connection?.say(.done(notes: notes))
            case .failure(let error): connection?.say(.refused(reason: error.message))
            }
        }
        switch request {
        case .status: connection.say(.status(actions.statusMembers()))
        case .reload: actions.reload(answer)
        case .upgrade: actions.upgrade(answer)
        case .drain(let slot?): actions.drainWorker(slot: slot, answer)
        case .drain(nil):
            actions.drainServer { [weak self, weak connection] outcome in
                guard case .success = outcome else { return answer(outcome) }
                guard let connection else { return }
                connection.awaitsEnd = true
                self?.tellOfDrain(connection, last: nil)
            }
        }
    }

    /// Says how many connections are left, until the end of the server.
    private func tellOfDrain(_ connection: OperatorConnection, last: Int?) {
        guard let actions, !connection.isClosed else { return }
        let open = actions.openConnections
        if open != last { connection.say(.progress("draining; connections left: \(open)")) }
        loop.schedule(afterMs: Limits.operatorProgressMs) { [weak self, weak connection] in
            guard let connection else { return }
            self?.tellOfDrain(connection, last: open)
        }
    }

    func connectionSpeaksHTTP(_ descriptor: borrowing Descriptor) {
        if actions?.passToWorker(descriptor) == true { return }
        let body = "no worker can answer now\n"
        let answer =
            "HTTP/1.1 503 Service Unavailable\r\ncontent-type: text/plain\r\n"
            + "content-length: \(body.utf8.count)\r\nconnection: close\r\n\r\n\(body)"
        _ = try? UnixStream.send(Array(answer.utf8)[...], to: descriptor.raw)
    }

    func connectionHasEnded(_ connection: OperatorConnection) {
        connections[ObjectIdentifier(connection)] = nil
    }
}
