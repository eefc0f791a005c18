// How workers are replaced while they serve: all of them by a new generation (a reload), or one of them
// (weir drain). New workers are tried first: one, then the others. Only when all are ready, they take the
// seats, and the old workers drain. If one of them cannot start, all new ones are ended, and nothing has
// changed.

import ControlChannel
import LinuxIO
import Logging
import Settings
import Telemetry

extension WorkerPool {
    // MARK: Beginning

    /// Makes workers with another configuration take the place of the present ones.
    /// - Parameter answer: called once, at the end.
    func replaceAll(with configuration: Configuration, answer: @escaping (StartError?) -> Void) {
        if let refusal { return answer(refusal) }
        let wanted = configuration.settings.workers
        guard slots.freeCount >= wanted else { return answer(tooFewSlots(wanted)) }
        let taken = (0..<wanted).compactMap { _ in slots.take() }
        do throws(SystemError) {
            lastGeneration += 1
            let generation = try Generation(
                number: lastGeneration, configuration: configuration, slots: taken)
            generation.seats[0].worker = try makeWorker(
                .trial, of: generation, slot: taken[0])
            trial = Trial(.generation(generation), startedMs: loop.nowMs, answer: answer)
        } catch {
            for slot in taken { slots.giveBack(slot) }
            answer(StartError(message: "cannot start a worker: \(error)"))
        }
    }

    /// Makes a new worker take the place of that in a slot, which then drains.
    /// - Parameter answer: called once, at the end.
    func replaceWorker(inSlot slot: Int, answer: @escaping (StartError?) -> Void) {
        if let refusal { return answer(refusal) }
        guard let seat = current.seats.firstIndex(where: { $0.slot == slot }) else {
            return answer(noSuchWorker(slot))
        }
        guard let fresh = slots.take() else { return answer(tooFewSlots(1)) }
        do throws(SystemError) {
            let role = role(of: seat, in: current)
            let worker = try makeWorker(role, of: current, slot: fresh)
            trial = Trial(.seat(seat, in: current, worker), startedMs: loop.nowMs, answer: answer)
        } catch {
            slots.giveBack(fresh)
            answer(StartError(message: "cannot start a worker: \(error)"))
        }
    }

    private var refusal: StartError? {
        if isEnding { return StartError(message: "the server is stopping") }
        if trial != nil { return StartError(message: "workers are being replaced already") }
        return hasBeenComplete
            ? nil : StartError(message: "the server is still starting; try again")
    }

    private func tooFewSlots(_ wanted: Int) -> StartError {
        .tooFewSlots(wanted, free: slots.freeCount)
    }

    private func noSuchWorker(_ slot: Int) -> StartError {
        let isLeaving = leaving.contains { $0.slot == slot }
        return StartError(
            message: isLeaving
                ? "worker \(slot) drains already" : "there is no worker \(slot) (weir status)")
    }

    // MARK: Trying

    func trialWorkerIsReady(_ worker: WorkerHandle, of trial: Trial) {
        guard case .generation(let generation) = trial.aim else { return succeed(trial) }
        let rest = generation.seats.indices.filter { generation.seats[$0].worker == nil }
        do throws(SystemError) {
            for seat in rest { try startWorker(seat, of: generation) }
        } catch {
            return endTrial(because: "cannot start a worker: \(error)")
        }
        if generation.isComplete { succeed(trial) }
    }

    func trialWorkerHasEnded(_ worker: WorkerHandle, _ end: ProcessEnd, of trial: Trial) {
        if case .generation(let generation) = trial.aim, let seat = generation.seat(of: worker) {
            generation.seats[seat].worker = nil
            leave(slot: worker.slot)
            return endTrial(because: worker.reason ?? "a new worker \(end)")
        }
        leave(slot: worker.slot)
        self.trial = nil
        trial.answer(StartError(message: worker.reason ?? "a new worker \(end)"))
    }

    // MARK: The outcome

    private func succeed(_ trial: Trial) {
        self.trial = nil
        let replaced: [Generation.Seat]
        switch trial.aim {
        case .generation(let generation):
            replaced = current.seats
            current = generation
            showGeneration()
        case .seat(let seat, let generation, let worker):
            replaced = [generation.seats[seat]]
            generation.seats[seat] = Generation.Seat(slot: worker.slot, worker: worker)
            generation.plan.seatIsTaken(seat)
        }
        current.workers.first.map(showCertificate)
        chooseLead()
        for seat in replaced { letGo(seat) }
        startDueWorkers()
        observer?.poolHasRoom()
        trial.answer(nil)
    }

    private func letGo(_ seat: Generation.Seat) {
        guard let worker = seat.worker else { return leave(slot: seat.slot) }
        leaving.append(worker)
        shared.board.add(.drains)
        worker.drain(
            timeoutMs: current.configuration.settings.drainTimeoutMs, closesIdle: false)
    }

    /// Gives the trial up. Its workers end, and the present ones go on.
    func endTrial(because reason: String) {
        guard let trial else { return }
        self.trial = nil
        if case .generation(let generation) = trial.aim {
            // A slot whose worker was never started has left no traces.
            for seat in generation.seats where seat.worker == nil {
                if slots.isTaken(seat.slot) { slots.giveBack(seat.slot) }
            }
        }
        leaving += trial.workers
        for worker in trial.workers { worker.kill() }
        trial.answer(StartError(message: reason))
    }

    // MARK: The board

    func showGeneration() {
        shared.board.set(.generation, UInt64(current.number))
        shared.board.set(.wantedWorkers, UInt64(current.seats.count))
    }

    func showCertificate(_ worker: WorkerHandle) {
        shared.board.set(.certificateExpiresUnixS, worker.certificateExpiresUnixS)
        certificateWatch.serves(
            until: worker.certificateExpiresUnixS,
            path: current.configuration.settings.certificateFile)
    }
}
