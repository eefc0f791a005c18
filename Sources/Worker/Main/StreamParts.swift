// The parts of a worker that deal with streams, made in the order in which one part needs the other.

import ControlChannel
import History
import LinuxIO
import Logging
import Settings
import StreamState
import Streams
import Telemetry

struct StreamParts {
    let changes: StreamChanges
    let streams: LiveStreams
    let catalog: StreamCatalog
    let lastStills: LastStills

    /// - Parameter history: notes broadcasts before their rings go.
    init(
        settings: Settings, loop: EventLoop, doorbells: Doorbells, counters: SlotCounters,
        logger: Logger, history: BroadcastHistory, role: WorkerRole
    ) throws {
        changes = StreamChanges(counters: counters, doorbells: doorbells)
        let environment = StreamsEnvironment(
            loop: loop, logger: logger, counters: counters, changes: changes, settings: settings,
            isServerStart: role == .serverStart, logsForAll: role != .other)
        let lastStills = try DataDirectoryFault.naming(settings.dataDirectory) {
            try LastStills(settings: settings, slot: counters.slot, logger: logger)
        }
        self.lastStills = lastStills
        streams = try DataDirectoryFault.naming(settings.dataDirectory) {
            try LiveStreams(environment: environment) { ring, name in
                if ring.status.isNoted { return true }
                lastStills.keep(of: ring, name)
                let words = LastWords(of: name, dataDirectory: settings.dataDirectory)
                return history.note(
                    ring, of: name, title: words.title, wasUnlisted: words.isUnlisted)
            }
        }
        catalog = StreamCatalog(source: streams, changes: changes, loop: loop)
    }
}
