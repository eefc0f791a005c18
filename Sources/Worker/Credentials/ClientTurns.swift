// One after the other for each client: what a client wants to have done waits until what it wanted
// before has been done, so that only one thing of it stands in a queue that all clients share.
//
// A network that stands for many people has no turns: its things are not one client's.
//
// Owner: the worker's loop thread.

import HTTP
import LinuxIO

final class ClientTurns {
    /// Those who wait behind somebody of the same client who has the turn.
    private var waiting: [ClientNetwork: [() -> Void]] = [:]

    /// Calls `begin` when it is this one's turn, perhaps at once. Whoever was called says `end`.
    func take(_ client: ClientShare, begin: @escaping () -> Void) {
        if client.isExempt { return begin() }
        guard waiting[client.network] == nil else {
            waiting[client.network]?.append(begin)
            return
        }
        waiting[client.network] = []
        begin()
    }

    /// What was begun has been done, whatever came of it.
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
