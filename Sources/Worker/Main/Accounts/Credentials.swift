// Who is behind a request: what it presents (a session's cookie, a stream key), looked up in the store
// and remembered for a short while, so that a broadcast of four requests a second, or a page, does not
// ask the store each time. What changes here is told to all workers at once (`changed`); what changes
// elsewhere is noticed within `Limits.credentialFreshMs`.
//
// Owner: the worker's loop thread.

import Accounts
import HTTP

final class Credentials {
    init(desk: AccountDesk, environment: WorkerEnvironment) { fatalError("unwritten") }

    /// Who holds the session whose cookie the request brings; nil when there is none. `then` is called
    /// once, at once when nothing has to be asked.
    func session(
        of request: Request, then: @escaping (Result<SessionHolder?, AccountError>) -> Void
    ) { fatalError("unwritten") }

    /// Sessions, keys or accounts have been changed by this worker: every worker looks again before it
    /// trusts what it remembers.
    func changed() { fatalError("unwritten") }
}
