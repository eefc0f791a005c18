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

/// Ends the process with one line that says why.
func exit(because reason: String) -> Never {
    Logger(label: "weir.worker").critical("\(reason)")
    Glibc.exit(1)
}

func runWorker() throws {
    // A terminal's Ctrl-C goes to every process of its group; only the supervisor acts on it.
    SignalDescriptor.ignore(SIGINT)
    SignalDescriptor.ignore(SIGPIPE)
    // To hash a password takes 19 MiB for a moment.
    ThisProcess.returnBlocks(fromBytes: Limits.returnedBlockBytes)
    let launch = try WorkerLaunch(arguments: Array(CommandLine.arguments.dropFirst()))
    let settings = try Settings(
        encoded: MemoryFile.contents(
            of: Descriptor(inherited: launch.settingsDescriptor),
            limitBytes: Limits.encodedSettingsBytes))
    Log.bootstrap(
        level: settings.logLevel, format: settings.logFormat, process: "worker-\(launch.slot)")
    let counters = try CounterPage(
        adopting: Descriptor(inherited: launch.countersDescriptor), slots: launch.slots)
    counters.resetGauges(slot: launch.slot)
    let worker = try WorkerProcess(
        settings: settings, loop: try EventLoop(),
        doorbells: try Doorbells(adopting: launch.doorbellDescriptors, ownSlot: launch.slot),
        counters: SlotCounters(counters, slot: launch.slot),
        logger: Logger(label: "weir.worker"))
    try worker.run(control: Descriptor(inherited: launch.controlDescriptor))
    // Skips what libraries want to do at exit: threads that ask the store, or hash, may still be inside
    // one of them, and it must not be taken apart around them.
    _exit(0)
}

if CommandLine.arguments.dropFirst().first == UserLaunch.word {
    UserCommand.run(arguments: Array(CommandLine.arguments.dropFirst()))
}
if CommandLine.arguments.dropFirst().first == CertificateLaunch.word {
    CertificateReport.run(arguments: Array(CommandLine.arguments.dropFirst()))
}
do {
    try runWorker()
} catch {
    exit(because: "\(error)")
}
