// The older supervisor's side of an upgrade: it starts the newer program, hands over what it has, and waits
// until that one can serve. Until then, nothing has changed. Afterwards the channel stays open: see
// Predecessor.
//
// One thread owns it: that of the supervisor's loop.

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
    /// Whether the newer supervisor has not ended.
    private(set) var isAlive = true
    private let loop: EventLoop
    /// It starts the newer supervisor and ends at once, so that the service manager adopts that one.
    private let starter: SpawnedProcess
    private var starterRegistration: Registration?
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
        starter = try TakingOver.spawn(
            program, arguments, channel: theirs.raw, stage: .starter)
    }

    /// Waits for what becomes of it.
    /// - Parameters:
    ///   - handle: gets what the newer supervisor says later.
    ///   - ended: called when it is gone.
    func start(
        handle: @escaping (HandoverMessage) -> Void, ended: @escaping () -> Void
    ) throws(SystemError) {
        try channel.start(on: loop) { [weak self] arrival in
            switch arrival.message {
            case .ready(let processID): self?.finish(.ready(processID: processID))
            case .failed(let reason): self?.reason = reason
            case let message: handle(message)
            }
        } ended: { [weak self] in
            self?.isAlive = false
            self?.finish(.failed(self?.reason ?? "the new weir has ended; the log says why"))
            ended()
        }
        starterRegistration = try loop.add(
            starter.raw, interest: .readable,
            handler: ReadinessAction { [weak self] _ in self?.starterHasEnded() })
        timer = loop.schedule(afterMs: Limits.upgradeMs) { [weak self] in
            self?.cancel("it was not ready after \(Limits.upgradeMs / 1_000) s")
        }
    }

    /// Gives the newer supervisor up, unless it has taken over. It ends when the channel does.
    func cancel(_ reason: String) {
        guard outcome != nil else { return }
        channel.close()
        isAlive = false
        finish(.failed(reason))
    }

    private func starterHasEnded() {
        guard starter.reap() != nil else { return }
        starterRegistration.map(loop.remove)
        starterRegistration = nil
    }

    private func finish(_ result: Outcome) {
        guard let outcome else { return }
        self.outcome = nil
        timer.map(loop.cancel)
        outcome(result)
    }
}
