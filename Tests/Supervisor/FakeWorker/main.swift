// Starts the fake worker as the supervisor starts the real one.

import ControlChannel
import Glibc

let mode = getenv("WEIR_FAKE_WORKER").map { String(cString: $0) } ?? ""
if mode == "refuse" { exit(2) }
if mode == "few" {
    var limit = rlimit(rlim_cur: 100, rlim_max: 100)
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
}
let launch = try WorkerLaunch(arguments: Array(CommandLine.arguments.dropFirst()))
try FakeWorker(launch: launch, mode: mode).run()
