// What one client takes of a worker's means. A client is what one person can have: an IPv4 address, or
// the /64 of an IPv6 address. If only the worker had limits, one client could use them up for all
// others. So there is a smaller limit for each client.
//
// Networks that stand for many people (the setting exempt-network) are not limited.
//
// Owner: the loop's thread.

import LinuxIO
import Settings

/// One client, as long as it has a connection or has taken something.
package final class ClientShare: LineMember {
    /// What a client can use up.
    package enum Means: Int, CaseIterable, Sendable {
        case connections
        case viewers
        case eventSubscribers
        /// Bytes held for the client: open requests, responses that it has not taken, input.
        case heldBytes
        /// Publish requests that wait: for a verdict, for their turn, for the end of a header.
        case waitingRequests
        /// Bytes of publishers' bodies that wait for their turn.
        case waitingBytes
        /// Questions about accounts that have not been answered.
        case accountQuestions
        /// Passwords that are being hashed, or wait to be.
        case passwordHashes
    }

    package let network: ClientNetwork
    /// Whether its address belongs to a network that stands for many people.
    package let isExempt: Bool
    /// Strong: an unowned reference costs an atomic operation at each use. The table lets go of its
    /// clients when they have given everything back.
    private let table: ClientTable
    /// Its connections that wait for their turn, indexed by `ConnectionTurns.Kind`.
    var waiting = InlineArray<4, Line<Connection>>(repeating: Line())
    var behind = LineFollowers<ClientShare>()
    private var taken = Amounts(repeating: 0)
    /// How many kinds of means it has taken anything of.
    private var kindsTaken = 0

    fileprivate init(_ network: ClientNetwork, isExempt: Bool, table: ClientTable) {
        self.network = network
        self.isExempt = isExempt
        self.table = table
    }

    /// Takes this much more. False: that would exceed the client's limit, or the worker's, and nothing
    /// was taken.
    package func take(_ means: Means, _ amount: Int = 1) -> Bool {
        guard mayTake(means, amount) else { return false }
        force(means, amount)
        return true
    }

    /// Whether `take` would succeed.
    package func mayTake(_ means: Means, _ amount: Int = 1) -> Bool {
        let index = means.rawValue
        let mine = taken[index] + amount
        guard !hasItsShare(of: means, amount) else { return false }
        // A client that has little finds room although others have used up the worker's. (Each
        // connection of an exempt network is such a client, so there they must not add up to crowds.)
        let small = isExempt && means != .heldBytes ? 0 : table.small[index]
        return table.taken[index] + amount <= table.workerLimits[index] || mine <= small
    }

    /// Whether it has as much as one client may have. Then it is refused because of its own limit, and
    /// not because of the worker's.
    package func hasItsShare(of means: Means, _ amount: Int = 1) -> Bool {
        !isExempt && taken[means.rawValue] + amount > table.limits[means.rawValue]
    }

    /// Takes this much more regardless of limits: what already exists has to be counted.
    package func force(_ means: Means, _ amount: Int = 1) {
        if taken[means.rawValue] == 0, amount > 0 {
            if kindsTaken == 0, !isExempt { table.remember(self) }
            kindsTaken += 1
        }
        taken[means.rawValue] += amount
        table.taken[means.rawValue] += amount
    }

    /// Gives back what was taken.
    package func giveBack(_ means: Means, _ amount: Int = 1) {
        precondition(amount <= taken[means.rawValue], "more was given back than was taken")
        guard amount > 0 else { return }
        taken[means.rawValue] -= amount
        table.taken[means.rawValue] -= amount
        guard taken[means.rawValue] == 0 else { return }
        kindsTaken -= 1
        if kindsTaken == 0 { table.forget(self) }
    }

    package func amount(of means: Means) -> Int { taken[means.rawValue] }
}

/// Indexed by `ClientShare.Means`.
private typealias Amounts = InlineArray<8, Int>

/// The clients of one worker.
package final class ClientTable {
    private var clients: [ClientNetwork: ClientShare] = [:]
    private let exemptNetworks: [NetworkRange]
    fileprivate let limits: Amounts
    fileprivate let workerLimits: Amounts
    fileprivate let small: Amounts
    /// What all clients together have taken.
    fileprivate var taken = Amounts(repeating: 0)

    package init(
        exemptNetworks: [NetworkRange],
        limit: (ClientShare.Means) -> Int = Limits.perClient,
        workerLimit: (ClientShare.Means) -> Int = Limits.perWorker
    ) {
        self.exemptNetworks = exemptNetworks
        let means = ClientShare.Means.allCases
        precondition(means.count == Amounts.count, "there is an amount of each means")
        limits = Amounts { limit(means[$0]) }
        workerLimits = Amounts { workerLimit(means[$0]) }
        small = Amounts { Limits.ofSmallClient(means[$0]) }
    }

    /// How many there are.
    package var count: Int { clients.count }

    /// The client at that address. It stays in the table from the moment it takes something until it has
    /// given everything back. In a network that stands for many people, each connection is a client of
    /// its own, so that they take turns as well.
    /// - Parameter isCrowd: whether the address stands for many people all the same: a proxy's.
    package func client(at address: PeerAddress, isCrowd: Bool = false) -> ClientShare {
        let network = address.network
        let isExempt = isCrowd || exemptNetworks.contains { $0.contains(address.bytes) }
        if !isExempt, let client = clients[network] { return client }
        return ClientShare(network, isExempt: isExempt, table: self)
    }

    fileprivate func remember(_ client: ClientShare) {
        clients[client.network] = client
    }

    fileprivate func forget(_ client: ClientShare) {
        if clients[client.network] === client { clients[client.network] = nil }
    }
}

extension Limits {
    /// How much of a worker's means one client may have.
    package static func perClient(_ means: ClientShare.Means) -> Int {
        switch means {
        // The supervisor counts them at accept, for all workers together.
        case .connections: .max
        case .viewers: viewersPerClient
        case .eventSubscribers: eventSubscribersPerClient
        case .heldBytes: heldBytesPerClient
        case .waitingRequests: waitingRequestsPerClient
        case .waitingBytes: waitingBytesPerClient
        case .accountQuestions: accountQuestionsPerClient
        case .passwordHashes: passwordHashesPerClient
        }
    }

    /// How much there is for all clients together, unless that is limited elsewhere.
    package static func perWorker(_ means: ClientShare.Means) -> Int {
        switch means {
        case .heldBytes: heldBytesPerWorker
        case .viewers: viewersPerWorker
        case .eventSubscribers: eventSubscribersPerWorker
        case .connections, .waitingRequests, .waitingBytes, .accountQuestions, .passwordHashes: .max
        }
    }

    /// How much a client may have even when all clients together have used up the worker's.
    package static func ofSmallClient(_ means: ClientShare.Means) -> Int {
        switch means {
        case .heldBytes: heldBytesOfSmallClient
        case .viewers, .eventSubscribers: viewersOfSmallClient
        case .connections, .waitingRequests, .waitingBytes, .accountQuestions, .passwordHashes: 0
        }
    }
}
