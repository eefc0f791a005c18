// weir-worker: serves connections that the supervisor passes to it, or does the work of `weir user`, or
// looks at a certificate for `weir check-config`. Not for starting by hand.

import ControlChannel
import Glibc
import LinuxIO
import Logging
import Settings
import Streams
import Telemetry
import UserCommand
import Web

/// Ends the process, which cannot be a worker. The supervisor is told why; without one, it is logged.
func exit(because reason: String, telling supervisor: ControlSocket?) -> Never {
    if let supervisor {
        for message in ToSupervisor.failure(reason) { _ = try? supervisor.send(message.encoded()) }
    } else {
        Logger(label: "weir.worker").report(.workerCannotServe, "\(reason)")
    }
    Glibc.exit(1)
}

func runWorker(_ launch: WorkerLaunch, control: ControlSocket) throws {
    let settings = try Settings(
        encoded: MemoryFile.contents(
            of: Descriptor(inherited: launch.settingsDescriptor),
            limitBytes: Limits.encodedSettingsBytes))
    Log.bootstrap(
        level: settings.logLevel, format: settings.logFormat, process: "worker-\(launch.slot)")
    let counters = try CounterPage(
        adopting: Descriptor(inherited: launch.countersDescriptor), slots: WorkerLaunch.slots)
    counters.resetGauges(slot: launch.slot)
    let board = try SlotBoard(adopting: Descriptor(inherited: launch.boardDescriptor))
    let worker = try WorkerProcess(
        role: launch.role, settings: settings, site: try Site(launch, settings),
        pair: try ServedCertificate(launch, settings), board: board, loop: try EventLoop(),
        doorbells: try Doorbells(
            adopting: launch.doorbellDescriptors, ownSlot: launch.slot, board: board),
        counters: SlotCounters(counters, slot: launch.slot),
        logger: Logger(label: "weir.worker"))
    try worker.run(control: control)
}

if CommandLine.arguments.dropFirst().first == UserLaunch.word {
    UserCommand.run(arguments: Array(CommandLine.arguments.dropFirst()))
}
if CommandLine.arguments.dropFirst().first == CertificateLaunch.word {
    CertificateReport.run(arguments: Array(CommandLine.arguments.dropFirst()))
}
// A terminal's Ctrl-C goes to every process of its group; only the supervisor acts on it.
SignalDescriptor.ignore(SIGINT)
SignalDescriptor.ignore(SIGPIPE)
// The supervisor starts this program by a descriptor, whose number would be the name in `ps`.
ThisProcess.name("weir-worker")
// To hash a password takes 19 MiB for a moment.
ThisProcess.returnBlocks(fromBytes: Limits.returnedBlockBytes)
var control: ControlSocket?
do {
    let launch = try WorkerLaunch(arguments: Array(CommandLine.arguments.dropFirst()))
    let channel = ControlSocket(adopting: try Descriptor(inherited: launch.controlDescriptor))
    control = channel
    try runWorker(launch, control: channel)
} catch {
    exit(because: "\(error)", telling: control)
}
// Skips what libraries want to do at exit: threads that ask the store, or hash, may still be inside
// one of them, and it must not be taken apart around them.
_exit(0)
