// What operators can have the supervisor do at the control socket. Reload is in Supervisor+Reload, upgrade in Supervisor+Upgrade.

import LinuxIO
import Telemetry
import Text

extension Supervisor: OperatorActions {
    func statusMembers() -> [JSONMember] {
        ServerReport(board: pool.shared.board, counters: pool.shared.counters).members()
    }

    func drainWorker(slot: Int, _ answer: @escaping (OperatorOutcome) -> Void) {
        if let notInCharge { return answer(.failure(notInCharge)) }
        guard handingOver == nil else {
            return answer(.failure(StartError(message: "another weir is taking over; try again")))
        }
        pool.replaceWorker(inSlot: slot) { [weak self] fault in
            answer(fault.map { .failure($0) } ?? .success([]))
            self?.reloadForEarlyOnes()
        }
    }

    func drainServer(_ answer: @escaping (OperatorOutcome) -> Void) {
        if let notInCharge { return answer(.failure(notInCharge)) }
        announceStop()
        answer(.success([]))
    }

    var openConnections: Int { pool.openConnections }

    func passToWorker(_ connection: borrowing Descriptor) -> Bool {
        guard let worker = pool.leastLoaded(includingDraining: true) else { return false }
        return worker.pass(connection, from: .control, for: .operators)
    }
}
