// Which incoming connections are served: the limits of the server, its workers and its clients in
// one place. One thread owns it: that of the supervisor's loop.
//
// A proxy stands for many people. Its connections have no part of their own. Where it says with the
// PROXY protocol who comes, a connection is nobody's until its worker has read that; from then on it
// is the client's, if that may have one more.

import ControlChannel
import LinuxIO
import Settings

struct Admission {
    let clients: ClientLedger
    /// Connections one worker may have.
    let connectionsPerWorker: Int
    /// Networks that stand for many people.
    private(set) var exemptNetworks: [NetworkRange]
    /// Networks of proxies.
    var trustedProxies: [NetworkRange]

    init(
        clients: ClientLedger, connectionsPerWorker: Int, exemptNetworks: [NetworkRange],
        trustedProxies: [NetworkRange] = []
    ) {
        self.clients = clients
        self.connectionsPerWorker = connectionsPerWorker
        self.exemptNetworks = exemptNetworks
        self.trustedProxies = trustedProxies
    }

    /// Takes over what a reload changes.
    mutating func adopt(_ settings: Settings) {
        exemptNetworks = settings.exemptNetworks
        trustedProxies = settings.trustedProxies
        clients.capacity = settings.workers * connectionsPerWorker
    }

    /// Whether a connection from that address may come in.
    /// - Parameter workers: how many are ready.
    func judge(_ peer: PeerAddress, from kind: ListenerKind, workers: Int) -> ClientLedger.Answer {
        switch kind {
        case .admin, .control:
            return .admitted
        case .proxied, .proxiedRedirect:
            guard Self.contain(trustedProxies, peer) else { return .stranger }
            return clients.total < workers * connectionsPerWorker ? .admitted : .full
        case .https, .redirect:
            return clients.judge(
                peer.network, reachable: workers * connectionsPerWorker,
                isExempt: Self.contain(exemptNetworks, peer) || Self.contain(trustedProxies, peer))
        }
    }

    /// Whether a connection that is there may go on as that client's.
    func judge(client: PeerAddress, workers: Int) -> ClientLedger.Answer {
        // It is counted already, and would be its own rival.
        clients.judge(
            client.network, reachable: workers * connectionsPerWorker + 1,
            isExempt: Self.contain(exemptNetworks, client) || Self.contain(trustedProxies, client))
    }

    private static func contain(_ networks: [NetworkRange], _ address: PeerAddress) -> Bool {
        networks.contains { $0.contains(address.bytes) }
    }

    private static func isOperators(_ kind: ListenerKind) -> Bool {
        kind == .admin || kind == .control
    }

    /// On whose account the connection goes.
    static func owner(_ peer: PeerAddress, from kind: ListenerKind) -> ConnectionOwner {
        switch kind {
        case .admin, .control: .operators
        case .proxied, .proxiedRedirect: .proxy
        case .https, .redirect: .client(peer.network)
        }
    }

    /// How many connections a worker may have before it gets one more of this kind.
    func limit(of kind: ListenerKind) -> Int {
        connectionsPerWorker + (Self.isOperators(kind) ? Limits.adminConnectionsPerWorker : 0)
    }
}
