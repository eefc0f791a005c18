// The newer supervisor's side of an upgrade: it gets the estate of the one that it replaces, starts workers
// of its own, says that it can serve, and serves when it is told to. Until then the older one does, and goes
// on if this one fails.

import ControlChannel
import Glibc
import LinuxIO
import Logging
import Settings
import Telemetry

final class TakingOver {
    /// Names the stage and the descriptor of the channel in the environment of the newer supervisor.
    static let variable = "WEIR_HANDOVER"

    /// The newer supervisor is not to be the older one's child: a service manager learns of the end of its
    /// own children only, and adopts those whose parent has ended.
    enum Stage: String {
        /// It starts the supervisor, and ends.
        case starter
        case supervisor
    }

    /// Starts one of the two, with its end of the channel.
    static func spawn(
        _ program: String, _ arguments: [String], channel: Int32, stage: Stage
    ) throws(SystemError) -> SpawnedProcess {
        try SpawnedProcess(
            path: program, arguments: arguments,
            variables: ["\(variable)=\(stage.rawValue):\(SpawnedProcess.firstInherited)"],
            inherited: [channel], blockedSignals: WorkerSpawner.blockedSignals)
    }

    /// To the older supervisor; nil afterwards.
    private var channel: HandoverChannel?
    private var estate: Received
    /// The older supervisor, and those that are older still.
    private(set) var predecessors: [Predecessor] = []

    /// What has come so far.
    private struct Received {
        var facts: HandoverFacts?
        var settings: [Setting.Name: [String]] = [:]
        var lock: PassedDescriptor?
        var counters: PassedDescriptor?
        var board: PassedDescriptor?
        var doorbells: [PassedDescriptor] = []
        var listeners: [(kind: ListenerKind, descriptor: PassedDescriptor)] = []
        var control: (path: String, descriptor: PassedDescriptor)?
        var isComplete = false
        /// There is something in it that this build cannot serve.
        var isForeign = false
    }

    /// Receives everything, if this process was started to take over; nil if it was not.
    ///
    /// Unsafe: getenv's answer is copied at once, while the process still has one thread.
    static func begin() throws(StartError) -> TakingOver? {
        guard let value = unsafe getenv(variable) else { return nil }
        let parts = unsafe String(cString: value).split(separator: ":")
        unsafe unsetenv(variable)
        guard parts.count == 2, let stage = Stage(rawValue: String(parts[0])),
            let number = Int32(parts[1]), number > 2,
            let descriptor = try? Descriptor(inherited: number)
        else { throw StartError(message: "\(variable) is set by weir, not by hand") }
        if stage == .starter { try startSupervisor(descriptor) }
        return try TakingOver(
            HandoverChannel(ControlSocket(adopting: descriptor)))
    }

    /// Returns only by throwing.
    private static func startSupervisor(_ channel: borrowing Descriptor) throws(StartError) {
        let program = try WorkerSpawner.ownProgram()
        do throws(SystemError) {
            _ = try spawn(
                program, Array(CommandLine.arguments.dropFirst()),
                channel: channel.raw, stage: .supervisor)
        } catch {
            throw StartError(message: "cannot start weir: \(error.message)")
        }
        _exit(0)
    }

    private init(_ channel: HandoverChannel) throws(StartError) {
        self.channel = channel
        estate = Received()
        let deadlineMs = MonotonicClock.nowMs() + Limits.handoverMs
        while !estate.isComplete {
            let nowMs = MonotonicClock.nowMs()
            guard nowMs < deadlineMs,
                let arrival = channel.waitForMessage(timeoutMs: deadlineMs - nowMs)
            else {
                throw StartError(message: "the running weir has not handed over what it has")
            }
            take(arrival)
        }
    }

    private func take(_ arrival: HandoverChannel.Arrival) {
        let passed = arrival.descriptor
        switch arrival.message {
        case .facts(let facts): estate.facts = facts
        case .setting(let name, let text):
            // One that this build does not have cannot be kept.
            guard let name = Setting.Name(rawValue: name) else { return }
            estate.settings[name, default: []].append(text)
        case .dataDirectoryLock: estate.lock = passed
        case .counters: estate.counters = passed
        case .board: estate.board = passed
        case .doorbell: passed.map { estate.doorbells.append($0) }
        case .listener(let kind):
            guard let kind = ListenerKind(rawValue: kind), let passed else {
                estate.isForeign = true
                return
            }
            estate.listeners.append((kind, passed))
        case .controlSocket(let path): estate.control = passed.map { (path, $0) }
        case .predecessor(let processID, let slots):
            guard let passed else { return }
            let channel = HandoverChannel(ControlSocket(adopting: passed.take()))
            predecessors.append(Predecessor(channel, processID: processID, slots: slots))
        case .complete: estate.isComplete = true
        default: break
        }
    }

    /// The settings to serve with: what the older supervisor has and this one cannot change is kept.
    func settings(_ own: Settings) throws(SettingsError) -> Settings {
        try own.keeping(estate.settings)
    }

    /// Makes an estate of what has come. Call it once.
    func makeEstate() throws(StartError) -> Estate {
        guard !estate.isForeign else {
            throw StartError(message: "the running weir has a listener that this version lacks")
        }
        guard let channel, let facts = estate.facts, let lock = estate.lock,
            let counters = estate.counters, let board = estate.board
        else {
            throw StartError(message: "the running weir has handed over only a part of what it has")
        }
        let shared: SharedFiles
        do throws(SystemError) {
            shared = try SharedFiles(
                counters: counters.take(), board: board.take(), doorbells: estate.doorbells)
        } catch {
            throw StartError(
                message: "what weir \(facts.version) shares is not for this version: \(error)")
        }
        let listeners = estate.listeners.compactMap {
            ListenerSet.adopt($0.descriptor.take(), kind: $0.kind)
        }
        let older = Set(predecessors.flatMap(\.slots))
        predecessors.append(
            Predecessor(
                channel, processID: facts.processID,
                slots: facts.slots.filter { !older.contains($0) }))
        return Estate(
            serviceManager: ServiceManager(
                notifySocket: facts.notifySocket, watchdogIntervalMs: facts.watchdogIntervalMs),
            dataDirectoryLock: lock, listeners: listeners,
            hasPassedSockets: facts.hasPassedSockets, shared: shared,
            ticketKeys: TicketKeys(
                current: facts.ticketKey, previous: facts.previousTicketKey,
                ageMs: facts.ticketKeyAgeMs ?? 0, nowMs: MonotonicClock.nowMs()),
            slots: SlotTable(taken: facts.slots), lastGeneration: facts.generation,
            controlSocket: estate.control)
    }

    // MARK: Afterwards

    /// Everything is ready to serve.
    func sayReady() { channel?.send(.ready(processID: getpid())) }

    /// It cannot be done, and this process ends.
    func fail(_ reason: String) { channel?.send(.failed(reason: reason)) }

    /// It is done. Who started this process knows this object to the end, and must not keep channels to
    /// supervisors that have gone.
    func letGo() {
        channel = nil
        predecessors = []
    }
}
