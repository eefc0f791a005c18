// The parts of a worker that deal with accounts, made in the order in which one part needs the other.

import Accounts
import Credentials
import Directory
import History
import LinuxIO
import Logging
import Settings
import Telemetry

struct AccountParts {
    let desk: AccountDesk
    let credentials: Credentials
    /// The credentials that show who may publish; nil when anyone may.
    let publishers: Credentials?
    let storeWatch: StoreWatch
    let directory: ChannelDirectory
    let history: BroadcastHistory

    /// - Parameter tellWorkers: makes every worker look whether something has changed.
    init(
        settings: Settings, loop: EventLoop, counters: SlotCounters, logger: Logger,
        tellWorkers: @escaping () -> Void
    ) throws {
        let store = MeasuredStore(try AccountStores.open(settings.accounts)) {
            operation, durationUs, isFailure in
            counters.observe(.storeLatency, cell: operation.rawValue, us: durationUs)
            if isFailure { counters.add(.storeErrors, cell: operation.rawValue) }
        }
        let service = AccountService(
            store: store,
            allowsSignUp: settings.signUp == .open)
        desk = try AccountDesk(service: service, loop: loop)
        credentials = Credentials(
            desk: desk, loop: loop, counters: counters, tellWorkers: tellWorkers)
        publishers = settings.publish == .account ? credentials : nil
        storeWatch = StoreWatch(desk: desk, loop: loop, counters: counters, logger: logger)
        directory = ChannelDirectory(
            desk: desk, credentials: publishers, storeWatch: storeWatch, loop: loop)
        let desk = desk
        history = try DataDirectoryFault.naming(settings.dataDirectory) {
            try BroadcastHistory(
                desk: desk, dataDirectory: settings.dataDirectory, slot: counters.slot, loop: loop,
                logger: logger)
        }
    }
}
