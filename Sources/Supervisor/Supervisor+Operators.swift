// What operators can have the supervisor do at the control socket. Reload is in Supervisor+Reload, upgrade in Supervisor+Upgrade.

import LinuxIO
import Telemetry
import Text

extension Supervisor: OperatorActions {
    func statusMembers() -> [JSONMember] {
        ServerReport(board: pool.shared.board, counters: pool.shared.counters).members()
    }

    func drainWorker(slot: Int, _ answer: @escaping (OperatorOutcome) -> Void) {
        pool.replaceWorker(inSlot: slot) { fault in
            answer(fault.map { .failure($0) } ?? .success([]))
        }
    }

    func drainServer(_ answer: @escaping (OperatorOutcome) -> Void) {
        announceStop()
        answer(.success([]))
    }

    var openConnections: Int { pool.openConnections }

    func passToWorker(_ connection: borrowing Descriptor) -> Bool {
        guard let worker = pool.leastLoaded(includingDraining: true) else { return false }
        return worker.pass(connection, from: .control, for: .operators)
    }
}
