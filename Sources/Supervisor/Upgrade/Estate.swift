// What a server consists of beside its settings and its workers: the lock of its data directory, its
// listeners, what all processes share. The first supervisor acquires it; a newer one gets it from the one
// that it replaces (see TakingOver).

import ControlChannel
import Glibc
import LinuxIO
import Settings
import Telemetry

final class Estate {
    let serviceManager: ServiceManager
    let dataDirectoryLock: PassedDescriptor
    let listeners: [BoundListener]
    /// Whether the service manager has made sockets to serve on.
    let hasPassedSockets: Bool
    let shared: SharedFiles
    let ticketKeys: TicketKeys
    /// Slots that workers of other supervisors have are taken.
    let slots: SlotTable
    /// The number of the newest generation; 0 if there was none.
    let lastGeneration: UInt32
    /// The control socket, if it has been made.
    let controlSocket: (path: String, descriptor: PassedDescriptor)?

    init(
        serviceManager: ServiceManager, dataDirectoryLock: PassedDescriptor,
        listeners: [BoundListener], hasPassedSockets: Bool, shared: SharedFiles,
        ticketKeys: TicketKeys, slots: SlotTable, lastGeneration: UInt32,
        controlSocket: (path: String, descriptor: PassedDescriptor)?
    ) {
        self.serviceManager = serviceManager
        self.dataDirectoryLock = dataDirectoryLock
        self.listeners = listeners
        self.hasPassedSockets = hasPassedSockets
        self.shared = shared
        self.ticketKeys = ticketKeys
        self.slots = slots
        self.lastGeneration = lastGeneration
        self.controlSocket = controlSocket
    }

    /// That of another supervisor, if this one takes over; else a new one.
    static func of(
        _ settings: Settings, _ takingOver: TakingOver?
    ) throws(StartError) -> Estate {
        guard let takingOver else { return try acquire(settings) }
        let estate = try takingOver.makeEstate()
        guard estate.slots.freeCount >= settings.workers else {
            throw .tooFewSlots(settings.workers, free: estate.slots.freeCount)
        }
        return estate
    }

    /// Acquires everything that can be missing or in use.
    private static func acquire(_ settings: Settings) throws(StartError) -> Estate {
        try MachineCheck.check()
        let serviceManager = ServiceManager()
        let passed = try ServiceManager.takePassedSockets(limit: Limits.listeners)
        let lock = try DataDirectory.lock(settings.dataDirectory)
        try DataDirectoryTrial.run(in: settings.dataDirectory)
        let listeners = try ListenerSet.open(settings, passed: passed)
        let shared: SharedFiles
        do throws(SystemError) {
            shared = try SharedFiles()
        } catch {
            throw .refused(error)
        }
        shared.board.set(.startedBootMs, BootClock.nowMs())
        return Estate(
            serviceManager: serviceManager, dataDirectoryLock: PassedDescriptor(lock),
            listeners: listeners, hasPassedSockets: !passed.isEmpty, shared: shared,
            ticketKeys: TicketKeys(nowMs: MonotonicClock.nowMs()), slots: SlotTable(),
            lastGeneration: 0, controlSocket: nil)
    }
}

extension StartError {
    static func cannotStart(_ program: String, _ error: SystemError) -> StartError {
        StartError(
            message: "cannot start \(program): \(error.message); install weir-worker beside weir")
    }

    /// Workers that drain have theirs until they are gone.
    static func tooFewSlots(_ wanted: Int, free: Int) -> StartError {
        StartError(
            message:
                "\(wanted) slots are needed and \(free) of \(WorkerLaunch.slots) are free; workers "
                + "that finish what they have keep theirs (weir status): wait for them, use fewer "
                + "workers, or restart")
    }

    static func refused(_ error: SystemError) -> StartError {
        StartError(message: "the system refuses what weir needs: \(error)")
    }
}
