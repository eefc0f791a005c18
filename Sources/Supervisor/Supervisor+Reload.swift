// Reload: new settings and a new certificate for a server that goes on serving. Everything is read and tried
// first (see WorkerPool+Reload). If anything is wrong, nothing has changed, and the reason is in the log,
// in the status line and in the answer.

import ControlChannel
import LinuxIO
import Logging
import Settings
import Telemetry

extension Supervisor {
    /// Reads everything anew, and replaces the workers.
    /// - Parameter answer: called once, when the new workers serve, with what to tell the operator
    ///   (usually nothing), or with the reason why the old ones go on.
    func reload(_ answer: @escaping (Result<[String], StartError>) -> Void) {
        if isRetired, let notInCharge { return answer(.failure(notInCharge)) }
        // A server that is still starting may have read its settings already, and so may one whose workers
        // are just being replaced.
        let isBusy =
            !pool.hasBeenComplete || pool.trial != nil || handingOver != nil || takingOver != nil
        guard !isBusy || isStopping else { return earlyReloads.append(answer) }
        logger.notice("reloading")
        if isServing {
            serviceManager.notify(
                "RELOADING=1", "MONOTONIC_USEC=\(MonotonicClock.nowUs())", "STATUS=Reloading")
        }
        let startedMs = loop.nowMs
        do throws(StartError) {
            guard !isStopping else { throw StartError(message: "the server is stopping") }
            let (configuration, waiting) = try readAgain()
            pool.replaceAll(with: try serving(configuration)) { [weak self] fault in
                guard let self else { return }
                if let fault { return self.refuse(fault, answer) }
                self.adopt(configuration.settings, startedMs: startedMs)
                answer(.success(self.notes(on: waiting)))
                self.reloadForEarlyOnes()
            }
        } catch {
            refuse(error, answer)
        }
    }

    /// The server is ready now, or ready again.
    func reloadForEarlyOnes() {
        let answers = takeEarlyReloads()
        guard !answers.isEmpty else { return }
        reload { outcome in
            for answer in answers { answer(outcome) }
        }
    }

    func takeEarlyReloads() -> [(Result<[String], StartError>) -> Void] {
        defer { earlyReloads = [] }
        return earlyReloads
    }

    /// Whether the service manager has been told that this server is ready, and nothing else since.
    private var isServing: Bool { pool.hasBeenComplete && !isStopping }

    /// What is to be served with from now on, and what has changed but waits for a restart.
    private func readAgain() throws(StartError) -> (Configuration, waiting: [Setting.Name]) {
        let merged: (settings: Settings, waiting: [Setting.Name])
        do {
            merged = try settings.reloaded(as: try readSettings())
        } catch let error as StartError {
            throw error
        } catch let error as SettingsError {
            throw StartError(message: error.description)
        } catch {
            throw StartError(message: "\(error)")
        }
        return (try Configuration.load(merged.settings), merged.waiting)
    }

    private func adopt(_ settings: Settings, startedMs: UInt64) {
        self.settings = settings
        refusal = nil
        acceptor.adopt(settings)
        let board = pool.shared.board
        let tookMs = loop.nowMs - min(loop.nowMs, startedMs)
        board.add(.reloads)
        board.set(.lastReloadWasRefused, 0)
        board.set(.reloadedUnixS, WallClock.nowMs() / 1_000)
        board.set(.reloadMs, tookMs)
        serviceManager.notify("READY=1", "STATUS=\(statusLine)")
        logger.report(
            .reloadDone, "reloaded",
            metadata: [
                "generation": "\(board[.generation])", "workers": "\(settings.workers)",
                "tookMs": "\(tookMs)", "draining": "\(pool.leaving.count)",
            ])
    }

    private func notes(on waiting: [Setting.Name]) -> [String] {
        waiting.map { name in
            let note = "\(name.rawValue) has changed, but takes effect only after a restart"
            logger.report(.restartNeeded, "\(note)")
            return note
        }
    }

    private func refuse(
        _ error: StartError, _ answer: (Result<[String], StartError>) -> Void
    ) {
        refusal = error.message
        pool.shared.board.add(.reloadsRefused)
        pool.shared.board.set(.lastReloadWasRefused, 1)
        if isServing { serviceManager.notify("READY=1", "STATUS=\(statusLine)") }
        logger.report(
            .reloadRefused, "reload refused, nothing has changed: \(error.message)")
        answer(.failure(error))
        if !isStopping { reloadForEarlyOnes() }
    }
}
