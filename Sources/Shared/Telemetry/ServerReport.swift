// What the server and its workers do, as JSON for operators: the supervisor says it at the control
// socket, and each worker on the admin listener. Both read the same memory, so they say the same.
// docs/http-api.md documents the members.

import LinuxIO
import Settings
import Text

package struct ServerReport {
    private let board: SlotBoard
    private let counters: CounterPage

    package init(board: SlotBoard, counters: CounterPage) {
        self.board = board
        self.counters = counters
    }

    /// The members `server` and `workers`.
    package func members() -> [JSONMember] {
        let nowMs = BootClock.nowMs()
        let used = (0..<SlotBoard.slots).filter { board[$0].state != .free }
        return [
            JSONMember("server", server(nowMs: nowMs)),
            JSONMember("workers", .array(used.map { worker($0, nowMs: nowMs) })),
        ]
    }

    private func server(nowMs: UInt64) -> JSONValue {
        .object([
            JSONMember("version", .string(Version.current)),
            JSONMember("pid", integer(board[.supervisorProcessID])),
            JSONMember("uptimeMs", integer(since(board[.startedBootMs], nowMs))),
            JSONMember("generation", integer(board[.generation])),
            JSONMember("wantedWorkers", integer(board[.wantedWorkers])),
            JSONMember("stopping", .boolean(board[.isStopping] != 0)),
            JSONMember("reloads", integer(board[.reloads])),
            JSONMember("reloadMs", integer(board[.reloadMs])),
            JSONMember("reloadsRefused", integer(board[.reloadsRefused])),
            JSONMember("lastReloadRefused", .boolean(board[.lastReloadWasRefused] != 0)),
            JSONMember("reloadedAt", time(unixS: board[.reloadedUnixS])),
            JSONMember("upgrades", integer(board[.upgrades])),
            JSONMember("workerRestarts", integer(counters.total(.workerRestarts))),
            JSONMember(
                "certificateExpiresAt", time(unixS: board[.certificateExpiresUnixS])),
        ])
    }

    private func worker(_ slot: Int, nowMs: UInt64) -> JSONValue {
        let report = board[slot]
        let usage = ProcessUsage(of: report.processID)
        return .object([
            JSONMember("slot", .integer(Int64(slot))),
            JSONMember("pid", .integer(Int64(report.processID))),
            JSONMember("generation", .integer(Int64(report.generation))),
            JSONMember("state", .string(report.state.word)),
            JSONMember("uptimeMs", integer(since(report.startedBootMs, nowMs))),
            JSONMember("connections", count(.connectionsOpen, slot)),
            JSONMember("viewers", count(.viewers, slot)),
            JSONMember("packagedViewers", count(.packagedViewers, slot)),
            JSONMember("publishers", count(.publishers, slot)),
            JSONMember("cpuMs", usage.map { integer($0.processorMs) } ?? .null),
            JSONMember("memoryBytes", usage.map { integer($0.memoryBytes) } ?? .null),
        ])
    }

    private func count(_ counter: Counter, _ slot: Int) -> JSONValue {
        slot < counters.slots ? integer(counters.get(counter, slot: slot)) : .integer(0)
    }

    private func since(_ startMs: UInt64, _ nowMs: UInt64) -> UInt64 {
        startMs == 0 ? 0 : nowMs - min(startMs, nowMs)
    }

    private func integer(_ number: UInt64) -> JSONValue { .integer(Int64(clamping: number)) }

    /// Null when it is not known, or beyond what can be a time.
    private func time(unixS: UInt64) -> JSONValue {
        guard (1..<1 << 36).contains(unixS) else { return .null }
        return .string(Timestamp.rfc3339(ms: unixS * 1_000))
    }
}

extension SlotState {
    /// In lower case, as people and programs get it.
    package var word: String {
        switch self {
        case .free: "free"
        case .starting: "starting"
        case .serving: "serving"
        case .draining: "draining"
        case .ending: "ending"
        }
    }
}
