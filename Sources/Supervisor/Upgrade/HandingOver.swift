// The older supervisor's side of an upgrade: it starts the newer program, hands over what it has, and waits
// until that one can serve. Until then, nothing has changed. Afterwards the channel stays open: see
// Predecessor.
//
// One thread owns it: that of the supervisor's loop.
//
// Unsafe: setenv copies its strings; the supervisor has one thread, so nobody reads meanwhile.

import ControlChannel
import Glibc
import LinuxIO
import Settings

final class HandingOver {
    enum Outcome {
        case ready(processID: Int32)
        case failed(String)
    }

    let channel: HandoverChannel
    private let loop: EventLoop
    private let process: SpawnedProcess
    private var processRegistration: Registration?
    private var timer: TimerID?
    private var outcome: ((Outcome) -> Void)?
    private var reason: String?

    /// Starts the program.
    /// - Parameters:
    ///   - program: the path of weir.
    ///   - arguments: those that this process was started with.
    ///   - outcome: called once.
    /// Errors: those of posix_spawn.
    init(
        program: String, arguments: [String], loop: EventLoop,
        outcome: @escaping (Outcome) -> Void
    ) throws(SystemError) {
        let (ours, theirs) = try ControlSocket.pair()
        channel = HandoverChannel(ours)
        self.loop = loop
        self.outcome = outcome
        unsafe setenv(TakingOver.variable, "\(SpawnedProcess.firstInherited)", 1)
        defer { unsafe unsetenv(TakingOver.variable) }
        process = try SpawnedProcess(
            path: program, arguments: arguments, inherited: [theirs.raw],
            blockedSignals: WorkerSpawner.blockedSignals)
    }

    /// Waits for what becomes of it.
    func start(handle: @escaping (HandoverMessage) -> Void) throws(SystemError) {
        try channel.start(on: loop) { [weak self] arrival in
            switch arrival.message {
            case .ready(let processID): self?.finish(.ready(processID: processID))
            case .failed(let reason): self?.reason = reason
            case let message: handle(message)
            }
        } ended: {
        }
        processRegistration = try loop.add(
            process.raw, interest: .readable,
            handler: ReadinessAction { [weak self] _ in self?.processHasEnded() })
        timer = loop.schedule(afterMs: Limits.upgradeMs) { [weak self] in
            self?.reason = "it was not ready after \(Limits.upgradeMs / 1_000) s"
            self?.cancel()
        }
    }

    /// Ends the newer supervisor, which has not taken over yet.
    func cancel() {
        guard outcome != nil else { return }
        process.signal(SIGKILL)
    }

    private func processHasEnded() {
        guard let end = process.reap() else { return }
        processRegistration.map(loop.remove)
        processRegistration = nil
        // What it said last may not have been read.
        channel.receive()
        finish(.failed(reason ?? "the new weir \(end); the log says why"))
    }

    private func finish(_ result: Outcome) {
        guard let outcome else { return }
        self.outcome = nil
        timer.map(loop.cancel)
        outcome(result)
    }
}
