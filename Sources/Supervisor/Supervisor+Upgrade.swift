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
        if let notInCharge { return answer(.failure(notInCharge)) }
        logger.notice("upgrading")
        if let obstacle { return reportRefusal(StartError(message: obstacle), answer) }
        do throws(StartError) {
            let handingOver = try startSuccessor(answer)
            self.handingOver = handingOver
            describe(to: handingOver.channel)
        } catch {
            refuseUpgrade(error, answer)
        }
    }

    /// Why this supervisor is not the one to ask: another one serves.
    var notInCharge: StartError? {
        if takingOver != nil {
            return StartError(message: "this weir does not serve yet; try again")
        }
        return isRetired ? StartError(message: "another weir has taken over; try again") : nil
    }

    private var obstacle: String? {
        if isStopping { return "the server is stopping" }
        if handingOver != nil { return "another weir is taking over already" }
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
                case .ready(let processID):
                    guard let self else { return }
                    let untilMs = self.loop.nowMs + Limits.handoverMs
                    self.loop.schedule(afterMs: 0) { [weak self] in
                        self?.giveWay(to: processID, untilMs: untilMs, answer)
                    }
                case .failed(let reason):
                    self?.refuseUpgrade(StartError(message: reason), answer)
                }
            }
            try handingOver.start { [weak self] message in
                guard let self, self.isRetired, case .stop(let timeoutMs) = message else { return }
                timeoutMs == 0 ? self.pool.kill() : self.pool.drain(timeoutMs: timeoutMs)
            } ended: { [weak self] in
                self?.successorHasEnded()
            }
            return handingOver
        } catch {
            throw StartError(message: "cannot start \(program): \(error.message)")
        }
    }

    /// The one that has taken over is gone. What is left here ends, too, so that a new start finds the data
    /// directory free.
    private func successorHasEnded() {
        guard isRetired else { return }
        logger.report(.supervisorGone, "the weir that has taken over is gone: ending")
        pool.drain(timeoutMs: settings.stopTimeoutMs)
    }

    /// Hands over everything that the newer one needs to serve.
    private func describe(to channel: HandoverChannel) {
        handedSlots = pool.slots.used
        channel.send(
            .facts(
                HandoverFacts(
                    version: Version.current, processID: getpid(), generation: pool.lastGeneration,
                    slots: pool.slots.used, ticketKey: pool.ticketKeys.current,
                    previousTicketKey: pool.ticketKeys.previous,
                    ticketKeyAgeMs: pool.ticketKeys.ageMs(nowMs: loop.nowMs),
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
    /// - Parameter untilMs: when it is given up if a connection still waits for a worker.
    private func giveWay(
        to processID: Int32, untilMs: UInt64, _ answer: @escaping (OperatorOutcome) -> Void
    ) {
        guard let handingOver else { return }
        // This process may have been stopped for a while, and the newer one has given up or ended since.
        handingOver.channel.receive()
        guard !isStopping, handingOver.isAlive else {
            let reason = handingOver.reason ?? "the new weir is gone, or not wanted"
            return refuseUpgrade(StartError(message: reason), answer)
        }
        guard !acceptor.hasWaiting else {
            // Workers are short of room. The connection that waits for it is not given up.
            guard loop.nowMs < untilMs else {
                return refuseUpgrade(
                    StartError(message: "a connection still waits for a worker; try again"), answer)
            }
            loop.schedule(afterMs: Limits.acceptPauseMs) { [weak self] in
                self?.giveWay(to: processID, untilMs: untilMs, answer)
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
        let channel = handingOver.channel
        // Some may have become free since they were told.
        let used = Set(pool.slots.used)
        for slot in handedSlots where !used.contains(slot) { channel.send(.slotIsGone(slot)) }
        for early in takeEarlyReloads() {
            early(.failure(StartError(message: "another weir has taken over; try again")))
        }
        pool.retire { slot in channel.send(.slotIsGone(slot)) }
    }

    /// The newer one is not to serve.
    private func refuseUpgrade(
        _ error: StartError, _ answer: (OperatorOutcome) -> Void
    ) {
        handingOver?.channel.close()
        handingOver = nil
        reportRefusal(error, answer)
        // What it had put on the board is taken off once its workers are gone.
        loop.schedule(afterMs: Limits.orphanGoneMs) { [weak self] in
            // Another one may be at work there already.
            guard let self, self.handingOver == nil else { return }
            self.pool.clearFreeSlots()
        }
        reloadForEarlyOnes()
    }

    private func reportRefusal(_ error: StartError, _ answer: (OperatorOutcome) -> Void) {
        logger.report(
            .upgradeRefused, "upgrade refused, nothing has changed: \(error.message)")
        answer(.failure(error))
    }

    // MARK: The newer supervisor

    /// Everything is ready. The older one gives way, or this one gives up.
    func offerToServe(_ takingOver: TakingOver) {
        takingOver.sayReady()
        loop.schedule(afterMs: Limits.takeChargeMs) { [weak self] in
            // What has been said just now counts.
            self?.predecessors.last?.channel.receive()
            guard let self, self.takingOver != nil, !self.isStopping else { return }
            let reason = "the running weir did not give way in \(Limits.takeChargeMs / 1_000) s"
            takingOver.fail(reason)
            self.logger.report(.upgradeRefused, "giving up: \(reason)")
            self.giveUp()
        }
    }

    /// Listens to the one that serves. The others are its until it does not any more.
    func meet(_ older: [Predecessor]) throws(StartError) {
        predecessors = older
        do throws(SystemError) {
            if let serving = older.last { try listen(to: serving) }
        } catch {
            throw .refused(error)
        }
    }

    private func listen(to predecessor: Predecessor) throws(SystemError) {
        try predecessor.start(on: loop) { [weak self] in
            self?.takeCharge(from: predecessor)
        } slotIsGone: { [weak self] slot in
            self?.pool.foreignWorkerIsGone(slot)
        } ended: { [weak self] in
            self?.predecessorHasEnded(predecessor)
        }
    }

    /// The older one takes no more connections.
    private func takeCharge(from predecessor: Predecessor) {
        guard let takingOver, !isStopping else { return }
        takingOver.letGo()
        self.takingOver = nil
        showProcess()
        let board = pool.shared.board
        board.add(.upgrades)
        board.set(.isStopping, 0)
        board.set(.lastReloadWasRefused, 0)
        DataDirectory.adopt(dataDirectoryLock)
        acceptor.takeCharge()
        pool.takeCharge()
        takeControlSocket()
        for older in predecessors.dropLast() {
            // One that cannot be heard is as good as gone.
            if (try? listen(to: older)) == nil { older.hasEnded() }
        }
        serviceManager.notify("READY=1", "STATUS=\(statusLine)")
        feedWatchdog()
        logger.report(
            .tookOver, "took over from another weir",
            metadata: [
                "predecessorPid": "\(predecessor.processID)", "version": "\(Version.current)",
                "workers": "\(settings.workers)",
            ])
        reloadForEarlyOnes()
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
        // It was still serving, or does not want this one any more.
        if takingOver != nil { return giveUp() }
        if isStopping, pool.workers.isEmpty { poolIsEmpty() }
    }
}
