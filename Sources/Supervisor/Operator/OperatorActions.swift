// What operators can have done, as the control socket sees it. The supervisor conforms to it.

import LinuxIO
import Text

/// What became of something that an operator asked for: notes for the operator, or why it was refused.
typealias OperatorOutcome = Result<[String], StartError>

protocol OperatorActions: AnyObject {
    /// The members of the answer to `status`.
    func statusMembers() -> [JSONMember]

    /// Reads settings and certificate anew, and replaces the workers by others that have them.
    func reload(_ answer: @escaping (OperatorOutcome) -> Void)

    /// Replaces the program by the one that is installed now.
    func upgrade(_ answer: @escaping (OperatorOutcome) -> Void)

    /// Lets the worker of a slot finish what it has, and starts another one, which takes its place.
    func drainWorker(slot: Int, _ answer: @escaping (OperatorOutcome) -> Void)

    /// Stops the server, as SIGTERM does. The answer comes when it begins; what is left of it is told by
    /// the end of the connection.
    func drainServer(_ answer: @escaping (OperatorOutcome) -> Void)

    /// Connections that all workers still have.
    var openConnections: Int { get }

    /// Passes a connection that speaks HTTP to a worker, which serves it what the admin listener has.
    /// False: no worker can take it now; it is still the caller's.
    func passToWorker(_ connection: borrowing Descriptor) -> Bool
}
