// Whether this server can do its work: what `/readyz` says.

import LinuxIO
import Telemetry
import Text

struct Health {
    private let board: SlotBoard
    private let dataDirectory: String

    init(board: SlotBoard, dataDirectory: String) {
        self.board = board
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
    func report(storeFault: String?) -> Report {
        let isStopping = board[.isStopping] != 0
        return Report(checks: [
            ("serving", isStopping ? "the server is stopping" : nil), ("workers", workersFault),
            ("data", dataFault), ("accounts", storeFault),
        ])
    }

    private var workersFault: String? {
        let generation = UInt32(truncatingIfNeeded: board[.generation]) & 0xFF_FFFF
        let ready = (0..<SlotBoard.slots).count {
            board[$0].state == .serving && board[$0].generation == generation
        }
        let wanted = Int(clamping: board[.wantedWorkers])
        return ready >= wanted ? nil : "\(ready) of \(wanted) are ready"
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
