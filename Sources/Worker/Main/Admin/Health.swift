// Whether this server can do its work: what `/readyz` says.

import HTTP
import LinuxIO
import Telemetry

struct Health {
    private let environment: WorkerEnvironment

    init(environment: WorkerEnvironment) {
        self.environment = environment
    }

    struct Report {
        /// Each check by name; nil when it holds, else what is wrong.
        let checks: [(name: String, fault: String?)]

        var isReady: Bool { checks.allSatisfy { $0.fault == nil } }

        var json: JSONValue {
            let results = checks.map { JSONMember($0.name, .string($0.fault ?? "ok")) }
            return .object([
                JSONMember("status", .string(isReady ? "ready" : "not ready")),
                JSONMember("checks", .object(results)),
            ])
        }
    }

    /// - Parameter storeFault: what is wrong with the store of accounts; nil when nothing is.
    func report(isDraining: Bool, storeFault: String?) -> Report {
        Report(checks: [
            ("serving", isDraining ? "the server is stopping" : nil), ("workers", workersFault),
            ("data", dataFault), ("accounts", storeFault),
        ])
    }

    private var workersFault: String? {
        let ready = environment.counters.total(.workersReady)
        let wanted = environment.counters.slots
        return ready == wanted ? nil : "\(ready) of \(wanted) are ready"
    }

    private var dataFault: String? {
        let directory = environment.settings.dataDirectory
        do throws(SystemError) {
            try FileSystem.tryToWrite(in: directory)
            return nil
        } catch {
            return "\(directory) cannot be written: \(error.message)"
        }
    }
}
