// Upgrade: the program that is installed now takes over from this one, while both serve. The newer supervisor
// gets listeners, lock and all that processes share, and starts workers of its own. When they are ready, it
// takes the new connections, and this supervisor stays until the last of its workers is done. If the newer
// one cannot serve, nothing has changed.

import ControlChannel
import Glibc
import LinuxIO
import Logging
import Settings
import Telemetry

extension Supervisor {
    // MARK: The older supervisor

    /// Has the program that is installed now take over.
    /// - Parameter answer: called once, when it serves, or with the reason why this one goes on.
    func upgrade(_ answer: @escaping (OperatorOutcome) -> Void) {
        logger.notice("upgrading")
        do throws(StartError) {
            if let obstacle { throw StartError(message: obstacle) }
            let handingOver = try startSuccessor(answer)
            self.handingOver = handingOver
            describe(to: handingOver.channel)
        } catch {
            refuseUpgrade(error, answer)
        }
    }

    private var obstacle: String? {
        if isStopping { return "the server is stopping" }
        if isRetired || handingOver != nil { return "another weir is taking over already" }
        if pool.trial != nil { return "workers are being replaced; try again" }
        return pool.hasBeenComplete ? nil : "the server is still starting; try again"
    }

    private func startSuccessor(
        _ answer: @escaping (OperatorOutcome) -> Void
    ) throws(StartError) -> HandingOver {
        do throws(SystemError) {
            let handingOver = try HandingOver(
                program: program, arguments: Array(CommandLine.arguments.dropFirst()), loop: loop
            ) { [weak self] outcome in
                switch outcome {
                case .ready(let processID): self?.giveWay(to: processID, answer)
                case .failed(let reason):
                    self?.refuseUpgrade(StartError(message: reason), answer)
                }
            }
            try handingOver.start { [weak self] message in
                if case .stop(let timeoutMs) = message { self?.pool.drain(timeoutMs: timeoutMs) }
            }
            return handingOver
        } catch {
            throw StartError(message: "cannot start \(program): \(error.message)")
        }
    }

    /// Hands over everything that the newer one needs to serve.
    private func describe(to channel: HandoverChannel) {
        channel.send(
            .facts(
                HandoverFacts(
                    version: Version.current, generation: pool.lastGeneration,
                    slots: pool.slots.used, ticketKey: pool.ticketKeys.current,
                    previousTicketKey: pool.ticketKeys.previous,
                    notifySocket: serviceManager.notifySocket,
                    watchdogIntervalMs: serviceManager.watchdogIntervalMs,
                    hasPassedSockets: hasPassedSockets)))
        for setting in Setting.all where setting.needsRestart {
            for text in settings.texts(setting.name) {
                channel.send(.setting(name: setting.name.rawValue, text: text))
            }
        }
        channel.send(.dataDirectoryLock, passing: dataDirectoryLock.raw)
        channel.send(.counters, passing: pool.shared.counters.descriptor.raw)
        channel.send(.board, passing: pool.shared.board.descriptor.raw)
        for raw in pool.shared.doorbellDescriptors { channel.send(.doorbell, passing: raw) }
        for listener in acceptor.passable {
            channel.send(.listener(kind: listener.kind.rawValue), passing: listener.raw)
        }
        if let operators {
            channel.send(.controlSocket(path: operators.path), passing: operators.raw)
        }
        for older in predecessors {
            channel.send(
                .predecessor(processID: older.processID, slots: older.slots),
                passing: older.channel.socket.raw)
        }
        channel.send(.complete)
    }

    /// The newer one can serve.
    private func giveWay(to processID: Int32, _ answer: @escaping (OperatorOutcome) -> Void) {
        guard !isStopping, let handingOver else { return }
        guard !acceptor.hasWaiting else {
            // Workers are short of room. The connection that waits for it is not given up.
            loop.schedule(afterMs: Limits.acceptPauseMs) { [weak self] in
                self?.giveWay(to: processID, answer)
            }
            return
        }
        isRetired = true
        acceptor.handOver()
        serviceManager.notify("MAINPID=\(processID)")
        handingOver.channel.send(.takeCharge)
        operators?.handOver()
        for predecessor in predecessors { predecessor.channel.close() }
        predecessors = []
        logger.report(
            .upgradeDone, "another weir has taken over; this one ends with its last connection",
            metadata: ["successorPid": "\(processID)"])
        answer(.success(["weir goes on as process \(processID)"]))
        pool.retire { slot in handingOver.channel.send(.slotIsGone(slot)) }
    }

    private func refuseUpgrade(
        _ error: StartError, _ answer: (OperatorOutcome) -> Void
    ) {
        if !isRetired { handingOver = nil }
        logger.report(
            .upgradeRefused, "upgrade refused, nothing has changed: \(error.message)")
        answer(.failure(error))
    }

    // MARK: The newer supervisor

    /// Listens to the older ones.
    func meet(_ older: [Predecessor]) throws(StartError) {
        predecessors = older
        do throws(SystemError) {
            for predecessor in older {
                try predecessor.start(on: loop) { [weak self] in
                    self?.takeCharge(from: predecessor)
                } slotIsGone: { [weak self] slot in
                    self?.pool.foreignWorkerIsGone(slot)
                } ended: { [weak self] in
                    self?.predecessorHasEnded(predecessor)
                }
            }
        } catch {
            throw .refused(error)
        }
    }

    /// The older one takes no more connections.
    private func takeCharge(from predecessor: Predecessor) {
        guard takingOver != nil else { return }
        takingOver = nil
        showProcess()
        pool.shared.board.add(.upgrades)
        DataDirectory.adopt(dataDirectoryLock)
        acceptor.takeCharge()
        pool.takeCharge()
        takeControlSocket()
        serviceManager.notify("READY=1", "STATUS=\(statusLine)")
        scheduleWatchdog()
        logger.report(
            .tookOver, "took over from another weir",
            metadata: [
                "predecessorPid": "\(predecessor.processID)", "version": "\(Version.current)",
                "workers": "\(settings.workers)",
            ])
    }

    private func takeControlSocket() {
        guard let (path, descriptor) = passedControl else { return }
        passedControl = nil
        do throws(StartError) {
            operators = try OperatorServer(
                path: path, passed: descriptor, actions: self, loop: loop, logger: logger)
        } catch {
            logger.notice("\(error.message)")
        }
    }

    private func predecessorHasEnded(_ predecessor: Predecessor) {
        predecessors.removeAll { $0 === predecessor }
        // It was still serving: whatever ended it ends this one, too.
        if takingOver != nil { return workerGaveUp(exitCode: 1, reason: nil) }
        if isStopping, pool.workers.isEmpty { poolIsEmpty() }
    }
}
