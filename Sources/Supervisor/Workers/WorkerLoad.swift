// How busy a worker is: the connections that were passed to it and whose end it has not reported.
// Pure. A worker reports ends itself, so its reports are checked against what we know.

import LinuxIO

/// On whose account a connection goes.
enum ConnectionOwner: Equatable {
    case client(ClientNetwork)
    /// It came in on the admin listener, which is for operators.
    case operators
    /// It came from a proxy, which has not said yet for whom, or speaks for itself.
    case proxy
}

struct WorkerLoad {
    /// By number. Bounded: a worker gets no more than it may have.
    private var open: [UInt64: ConnectionOwner] = [:]
    private var passed: UInt64 = 0

    /// Connections that the worker has, or will have when it has caught up.
    var connections: Int { open.count }

    /// The number of the next connection. No number is used twice, so that a late report can never
    /// hit another connection.
    var nextNumber: UInt64 { passed + 1 }

    /// The next connection is on its way.
    mutating func connectionWasPassed(for owner: ConnectionOwner) {
        passed += 1
        open[passed] = owner
    }

    /// A connection has ended. Nil: no connection has that number, so the reporter is broken.
    mutating func connectionHasEnded(_ number: UInt64) -> ConnectionOwner? {
        open.removeValue(forKey: number)
    }

    /// The owner of a connection that has not ended; nil: no connection has that number.
    func owner(of number: UInt64) -> ConnectionOwner? { open[number] }

    /// From now on the connection is that client's.
    mutating func connection(_ number: UInt64, belongsTo client: ClientNetwork) {
        precondition(open[number] != nil, "a connection that has not ended")
        open[number] = .client(client)
    }

    /// Forgets all of them, because the worker is gone.
    mutating func takeAll() -> [ConnectionOwner] {
        defer { open.removeAll() }
        return Array(open.values)
    }

    /// The slot with the fewest connections; among equals the next one after `last`, so that a quiet
    /// server uses all its workers. Nil when no slot can take any.
    /// - Parameter loads: connections per slot; nil for a slot that cannot take any now.
    static func leastLoaded(_ loads: [Int?], after last: Int) -> Int? {
        guard !loads.isEmpty else { return nil }
        var best: (slot: Int, load: Int)?
        for step in 1...loads.count {
            let slot = (last + step) % loads.count
            guard let load = loads[slot] else { continue }
            if let best, best.load <= load { continue }
            best = (slot, load)
        }
        return best?.slot
    }
}
