// Which incoming connections are served: the limits of the server, its workers and its clients in
// one place. One thread owns it: that of the supervisor's loop.

import ControlChannel
import LinuxIO
import Settings

struct Admission {
    let clients: ClientLedger
    /// Connections one worker may have.
    let connectionsPerWorker: Int
    /// Networks that stand for many people.
    private(set) var exemptNetworks: [NetworkRange]

    init(clients: ClientLedger, connectionsPerWorker: Int, exemptNetworks: [NetworkRange]) {
        self.clients = clients
        self.connectionsPerWorker = connectionsPerWorker
        self.exemptNetworks = exemptNetworks
    }

    /// Takes over what a reload changes.
    mutating func adopt(_ settings: Settings) {
        exemptNetworks = settings.exemptNetworks
        clients.capacity = settings.workers * connectionsPerWorker
    }

    /// Whether a connection from that address may come in.
    /// - Parameter workers: how many are ready.
    func judge(_ peer: PeerAddress, from kind: ListenerKind, workers: Int) -> ClientLedger.Answer {
        guard !Self.isOperators(kind) else { return .admitted }
        return clients.judge(
            peer.network, reachable: workers * connectionsPerWorker,
            isExempt: exemptNetworks.contains { $0.contains(peer.bytes) })
    }

    private static func isOperators(_ kind: ListenerKind) -> Bool {
        kind == .admin || kind == .control
    }

    /// On whose account the connection goes.
    static func owner(_ peer: PeerAddress, from kind: ListenerKind) -> ConnectionOwner {
        isOperators(kind) ? .operators : .client(peer.network)
    }

    /// How many connections a worker may have before it gets one more of this kind.
    func limit(of kind: ListenerKind) -> Int {
        connectionsPerWorker + (Self.isOperators(kind) ? Limits.adminConnectionsPerWorker : 0)
    }
}
