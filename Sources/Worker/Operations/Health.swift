// Whether this server can do its work: what `/readyz` says.

import LinuxIO
import Telemetry
import Text

struct Health {
    private let counters: CounterPage
    private let dataDirectory: String

    init(counters: CounterPage, dataDirectory: String) {
        self.counters = counters
        self.dataDirectory = dataDirectory
    }

    struct Report {
        /// Each check by name; nil when it holds, otherwise what is wrong.
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
        let ready = counters.total(.workersReady)
        let wanted = counters.slots
        return ready == wanted ? nil : "\(ready) of \(wanted) are ready"
    }

    private var dataFault: String? {
        do throws(SystemError) {
            try FileSystem.tryToWrite(in: dataDirectory)
            return nil
        } catch {
            return "\(dataDirectory) cannot be written: \(error.message)"
        }
    }
}
