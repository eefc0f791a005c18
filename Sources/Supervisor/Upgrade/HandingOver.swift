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
    /// Whether the newer supervisor has neither ended nor given up.
    private(set) var isAlive = true
    /// Why it gives up, if it has said so.
    private(set) var reason: String?
    private let loop: EventLoop
    private let starter: Starter
    private var timer: TimerID?
    private var outcome: ((Outcome) -> Void)?

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
        starter = Starter(
            try TakingOver.spawn(program, arguments, channel: theirs.raw, stage: .starter))
    }

    /// Waits for what becomes of it.
    /// - Parameters:
    ///   - handle: gets what the newer supervisor says later.
    ///   - ended: called when it is gone.
    func start(
        handle: @escaping (HandoverMessage) -> Void, ended: @escaping () -> Void
    ) throws(SystemError) {
        try starter.watch(on: loop)
        do throws(SystemError) {
            try listen(handle: handle, ended: ended)
        } catch {
            channel.close()
            starter.end()
            throw error
        }
        timer = loop.schedule(afterMs: Limits.upgradeMs) { [weak self] in
            self?.cancel("it was not ready after \(Limits.upgradeMs / 1_000) s")
        }
    }

    private func listen(
        handle: @escaping (HandoverMessage) -> Void, ended: @escaping () -> Void
    ) throws(SystemError) {
        try channel.start(on: loop) { [weak self] arrival in
            switch arrival.message {
            case .ready(let processID): self?.finish(.ready(processID: processID))
            case .failed(let reason):
                self?.reason = reason
                self?.isAlive = false
            case let message: handle(message)
            }
        } ended: { [weak self] in
            self?.isAlive = false
            self?.finish(.failed(self?.reason ?? "the new weir has ended; the log says why"))
            ended()
        }
    }

    /// Gives the newer supervisor up, unless it has taken over. It ends when the channel does.
    func cancel(_ reason: String) {
        guard outcome != nil else { return }
        channel.close()
        isAlive = false
        starter.end()
        finish(.failed(reason))
    }

    private func finish(_ result: Outcome) {
        guard let outcome else { return }
        self.outcome = nil
        timer.map(loop.cancel)
        outcome(result)
    }
}

/// It starts the newer supervisor and ends at once, so that the service manager adopts that one. The loop keeps
/// it until it has ended: it may be an installed program that is none of ours, and never end by itself.
private final class Starter {
    private let process: SpawnedProcess
    private var hasEnded = false

    init(_ process: consuming SpawnedProcess) {
        self.process = process
    }

    func watch(on loop: EventLoop) throws(SystemError) {
        var registration: Registration?
        do throws(SystemError) {
            registration = try loop.add(
                process.raw, interest: .readable,
                handler: ReadinessAction { _ in
                    guard self.process.reap() != nil else { return }
                    self.hasEnded = true
                    registration.map(loop.remove)
                })
        } catch {
            process.killAndReap()
            throw error
        }
    }

    func end() {
        if !hasEnded { process.signal(SIGKILL) }
    }
}
