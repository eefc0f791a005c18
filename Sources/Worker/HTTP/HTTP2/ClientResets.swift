// How often the clients of a trusted proxy reset streams over one connection of the proxy. If that were
// counted for the connection, one client could have it closed for all others (CVE-2023-44487). So it is
// counted for each client, and one that has used up its budget is refused until there is some again.
//
// Pure: the clock is a parameter.

import LinuxIO
import Settings

/// Budgets of clients, by their addresses. Milliseconds come from one monotonic clock.
struct ClientResets {
    private let per10s: UInt64
    /// At most `Limits.clientsWithResets`; who is not in it has reset nothing lately.
    private var budgets: [ClientNetwork: TokenBucket] = [:]

    init(per10s: Int) {
        self.per10s = UInt64(per10s)
    }

    /// Counts a reset, also beyond the budget. False: so many others have reset streams lately that
    /// nobody else can be remembered.
    mutating func add(_ client: ClientNetwork, nowMs: UInt64) -> Bool {
        if budgets[client] == nil, budgets.count >= Limits.clientsWithResets {
            budgets = budgets.filter { $0.value.fullAfterMs(nowMs: nowMs) > 0 }
            guard budgets.count < Limits.clientsWithResets else { return false }
        }
        _ = budgets[
            client, default: TokenBucket(atOnce: per10s, intervalUs: 10_000_000 / per10s)
        ].take(nowMs: nowMs)
        return true
    }

    /// Whether a client has used up its budget.
    func isSpent(_ client: ClientNetwork, nowMs: UInt64) -> Bool {
        guard let budget = budgets[client] else { return false }
        return budget.nextAfterMs(nowMs: nowMs) > 0
    }
}
