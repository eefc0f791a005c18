// One thing after another for each client: what a client wants waits until its earlier wish has been
// fulfilled. So a queue that all clients share contains only one thing of each.
//
// A network that stands for many people has no turns: its wishes do not come from one client.
//
// Owner: the worker's loop thread.

import HTTP
import LinuxIO

final class ClientTurns {
    /// Those that wait because another of the same client has the turn.
    private var waiting: [ClientNetwork: [() -> Void]] = [:]

    /// Calls `begin` when the turn comes, perhaps at once. The caller then has to call `end`.
    func take(_ client: ClientShare, begin: @escaping () -> Void) {
        if client.isExempt { return begin() }
        guard waiting[client.network] == nil else {
            waiting[client.network]?.append(begin)
            return
        }
        waiting[client.network] = []
        begin()
    }

    /// The work that was begun has been done, with any result.
    func end(_ client: ClientShare) {
        if client.isExempt { return }
        guard let others = waiting[client.network] else {
            preconditionFailure("nobody ends a turn that nobody has")
        }
        guard let next = others.first else {
            waiting[client.network] = nil
            return
        }
        waiting[client.network]?.removeFirst()
        next()
    }
}
