// How many of the server's connections each client has, over all workers, and whether it may have
// one more. One client gets a quarter of what the server can hold. When nine tenths are taken, that
// part shrinks with the rest: the clients with the most connections are refused first, and a client
// that has none is served until the very last. Pure; owned by the supervisor's loop.

import LinuxIO
import Settings

final class ClientLedger {
    enum Answer: Equatable {
        case admitted
        /// The client has as many as it may have at the moment.
        case overShare
        /// It came to a place for proxies, and not from a trusted one.
        case stranger
        /// The server has no connections left for anybody.
        case full
    }

    /// Connections that the whole server can hold.
    var capacity: Int
    /// Bounded by the number of connections: a client without any is not in it.
    private var counts: [ClientNetwork: Int] = [:]
    /// Connections of all clients, those included whose client is not known yet.
    private(set) var total = 0

    init(capacity: Int) {
        self.capacity = capacity
    }

    /// How many clients have at least one.
    var clientCount: Int { counts.count }

    func count(of client: ClientNetwork) -> Int { counts[client, default: 0] }

    func add(_ owner: ConnectionOwner) {
        switch owner {
        case .operators: return
        case .proxy: break
        case .client(let client): counts[client, default: 0] += 1
        }
        total += 1
    }

    func remove(_ owner: ConnectionOwner) {
        switch owner {
        case .operators: return
        case .proxy: break
        case .client(let client):
            guard let count = counts[client] else { return }
            counts[client] = count > 1 ? count - 1 : nil
        }
        total -= 1
    }

    /// Whether a client may have one more connection.
    /// - Parameters:
    ///   - reachable: how many connections the present workers can hold, all together.
    ///   - isExempt: whether the client stands for many people. Then it has no part of its own, but
    ///   it gets nothing of what is kept for small clients either. Asked only when it matters.
    func judge(
        _ client: ClientNetwork, reachable: Int, isExempt: @autoclosure () -> Bool
    ) -> Answer {
        let left = reachable - total
        guard left > 0 else { return .full }
        let part = Self.part(of: capacity, reachable: reachable, left: left)
        if count(of: client) < part { return .admitted }
        guard isExempt() else { return .overShare }
        return left > reachable / Limits.connectionsReservedPart ? .admitted : .full
    }

    /// How many connections one client may have: at least one, as long as one is left.
    /// - Parameters:
    ///   - capacity: what the whole server can hold.
    ///   - reachable: what the present workers can hold.
    ///   - left: how many of those are free.
    static func part(of capacity: Int, reachable: Int, left: Int) -> Int {
        let whole = max(
            capacity / Limits.connectionsPerClientPart, Limits.connectionsPerClientLeast)
        let reserved = reachable / Limits.connectionsReservedPart
        let scarce = reachable / Limits.connectionsScarcePart - reserved
        let few = Limits.connectionsOfSmallClient
        if left <= reserved { return max(1, few * max(0, left) / max(1, reserved)) }
        let free = left - reserved
        return free >= scarce ? whole : max(few, whole * free / scarce)
    }
}
