// How many connections a client may have, and that nobody fills a server for all others.

import ControlChannel
import LinuxIO
import Settings
import Testing

@testable import Supervisor

/// The client with that number: an IPv4 address of its own.
private func client(_ number: Int) -> ClientNetwork {
    PeerAddress(bytes: [10, 0, UInt8(number / 256), UInt8(number % 256)]).network
}

@Suite("The connections of clients")
struct ClientLedgerTests {
    /// Adds connections of a client until it is refused, and says how many it has then.
    @discardableResult
    private func fill(
        _ ledger: ClientLedger, from number: Int, reachable: Int, upTo most: Int = .max
    ) -> Int {
        let client = client(number)
        while ledger.count(of: client) < most,
            ledger.judge(client, reachable: reachable, isExempt: false) == .admitted
        {
            ledger.add(.client(client))
        }
        return ledger.count(of: client)
    }

    struct Part: Sendable {
        let capacity: Int
        let reachable: Int
        let left: Int
        let part: Int
    }

    static let parts: [Part] = [
        // An empty server, and one that is nine tenths full.
        .init(capacity: 40_000, reachable: 40_000, left: 40_000, part: 10_000),
        .init(capacity: 40_000, reachable: 40_000, left: 4_000, part: 10_000),
        // From there on it shrinks, to a few where only the reserve is left, and to one.
        .init(capacity: 40_000, reachable: 40_000, left: 3_999, part: 9_997),
        .init(capacity: 40_000, reachable: 40_000, left: 2_200, part: 5_000),
        .init(capacity: 40_000, reachable: 40_000, left: 401, part: 8),
        .init(capacity: 40_000, reachable: 40_000, left: 400, part: 8),
        .init(capacity: 40_000, reachable: 40_000, left: 399, part: 7),
        .init(capacity: 40_000, reachable: 40_000, left: 1, part: 1),
        .init(capacity: 40_000, reachable: 40_000, left: 0, part: 1),
        // One of two workers is gone: the part is the same, what is left is less.
        .init(capacity: 40_000, reachable: 20_000, left: 2_000, part: 10_000),
        .init(capacity: 40_000, reachable: 20_000, left: 1_100, part: 5_000),
        // Its connections are more than the other one holds.
        .init(capacity: 40_000, reachable: 20_000, left: -5_000, part: 1),
        // Few open files.
        .init(capacity: 120, reachable: 120, left: 120, part: 64),
        .init(capacity: 120, reachable: 120, left: 5, part: 23),
        .init(capacity: 20, reachable: 20, left: 1, part: 32),
        .init(capacity: 4, reachable: 4, left: 1, part: 64),
        .init(capacity: 0, reachable: 0, left: 0, part: 1),
    ]

    @Test("have a part that shrinks when nine tenths are taken", arguments: parts)
    func part(_ part: Part) {
        let result = ClientLedger.part(
            of: part.capacity, reachable: part.reachable, left: part.left)
        #expect(result == part.part)
    }

    @Test("of one client are a quarter at most, and others are served", arguments: [1_000, 40_000])
    func oneClient(capacity: Int) {
        let ledger = ClientLedger(capacity: capacity)
        #expect(fill(ledger, from: 1, reachable: capacity) == capacity / 4)
        let answer = ledger.judge(client(1), reachable: capacity, isExempt: false)
        #expect(answer == .overShare)
        #expect(ledger.judge(client(2), reachable: capacity, isExempt: false) == .admitted)
    }

    @Test(
        "leave room for somebody who has none, however many take what they can",
        arguments: [4, 5, 10, 100, 500])
    func manyClients(count: Int) {
        let capacity = 40_000
        let ledger = ClientLedger(capacity: capacity)
        // Round after round, as clients come at the same time, until nobody gets any more.
        var before = -1
        while ledger.total > before {
            before = ledger.total
            for number in 0..<count {
                let most = ledger.count(of: client(number)) + 50
                fill(ledger, from: number, reachable: capacity, upTo: most)
            }
        }
        let reserve = capacity / Limits.connectionsReservedPart
        #expect(capacity - ledger.total >= reserve)
        #expect(fill(ledger, from: 5_000, reachable: capacity, upTo: 8) >= 7)
        // One for each of those who come then, down to the very last.
        let left = capacity - ledger.total
        for number in 0..<left {
            #expect(fill(ledger, from: 6_000 + number, reachable: capacity, upTo: 1) == 1)
        }
        #expect(ledger.judge(client(9_999), reachable: capacity, isExempt: true) == .full)
    }

    @Test("are refused to those who have most first")
    func mostFirst() {
        let ledger = ClientLedger(capacity: 1_000)
        for number in 0..<3 { fill(ledger, from: number, reachable: 1_000) }
        fill(ledger, from: 3, reachable: 1_000, upTo: 100)
        for number in 4..<10 { fill(ledger, from: number, reachable: 1_000, upTo: 16) }
        #expect(ledger.total == 946)
        let answers = [0, 3, 4, 20].map {
            ledger.judge(client($0), reachable: 1_000, isExempt: false)
        }
        #expect(answers == [.overShare, .admitted, .admitted, .admitted])
    }

    @Test("of an exempt network have the server's limit alone")
    func exempt() {
        let ledger = ClientLedger(capacity: 1_000)
        while ledger.judge(client(1), reachable: 1_000, isExempt: true) == .admitted {
            ledger.add(.client(client(1)))
        }
        // What is kept for those who have few is not for it.
        #expect(ledger.total == 990)
        #expect(ledger.judge(client(1), reachable: 1_000, isExempt: true) == .full)
        #expect(fill(ledger, from: 2, reachable: 1_000, upTo: 4) == 4)
    }

    @Test("end with the last one that there is, for everybody")
    func full() {
        let ledger = ClientLedger(capacity: 100)
        for number in 0..<100 { ledger.add(.client(client(number))) }
        #expect(ledger.judge(client(200), reachable: 100, isExempt: true) == .full)
        ledger.remove(.client(client(7)))
        #expect(ledger.judge(client(200), reachable: 100, isExempt: false) == .admitted)
    }

    @Test("are forgotten when they have ended; those of operators are nobody's")
    func forgotten() {
        let ledger = ClientLedger(capacity: 100)
        for owner in [ConnectionOwner.client(client(1)), .operators, .client(client(1))] {
            ledger.add(owner)
        }
        #expect(ledger.total == 2)
        #expect(ledger.count(of: client(1)) == 2)
        for owner in [ConnectionOwner.operators, .client(client(1)), .client(client(1))] {
            ledger.remove(owner)
        }
        #expect(ledger.total == 0)
        #expect(ledger.clientCount == 0)
    }

    @Test("leave five thousand from one address to a server with two workers")
    func benchmark() {
        let capacity = 2 * Limits.connectionsPerWorker
        let part = ClientLedger.part(of: capacity, reachable: capacity, left: capacity)
        #expect(part >= 5_000)
    }
}

@Suite("Admission")
struct AdmissionTests {
    private func admission(exempt: [String] = []) -> Admission {
        Admission(
            clients: ClientLedger(capacity: 400), connectionsPerWorker: 200,
            exemptNetworks: exempt.compactMap(NetworkRange.parse))
    }

    private let address = PeerAddress(bytes: [192, 0, 2, 1])

    @Test("goes by the client's network, whatever the listener, but for operators")
    func listeners() {
        let admission = admission()
        for _ in 0..<100 { admission.clients.add(Admission.owner(address, from: .https)) }
        #expect(admission.judge(address, from: .https, workers: 2) == .overShare)
        #expect(admission.judge(address, from: .redirect, workers: 2) == .overShare)
        #expect(admission.judge(address, from: .admin, workers: 2) == .admitted)
        #expect(Admission.owner(address, from: .admin) == .operators)
        #expect(admission.limit(of: .admin) == 200 + Limits.adminConnectionsPerWorker)
        #expect(admission.limit(of: .redirect) == 200)
    }

    @Test(
        "knows proxies, whose connections are nobody's until they say whose",
        arguments: [ListenerKind.proxied, .proxiedRedirect])
    func proxies(kind: ListenerKind) {
        var admission = admission()
        admission.trustedProxies = ["192.0.2.0/24"].compactMap(NetworkRange.parse)
        let stranger = PeerAddress(bytes: [198, 51, 100, 1])
        #expect(admission.judge(stranger, from: kind, workers: 2) == .stranger)
        #expect(admission.judge(address, from: kind, workers: 2) == .admitted)
        #expect(Admission.owner(address, from: kind) == .proxy)
        // Many from the proxy, each of another client.
        for _ in 0..<300 { admission.clients.add(.proxy) }
        #expect(admission.judge(address, from: kind, workers: 2) == .admitted)
        #expect(admission.judge(address, from: .https, workers: 2) == .admitted)
        #expect(admission.judge(client: stranger, workers: 2) == .admitted)
        for _ in 0..<100 {
            admission.clients.remove(.proxy)
            admission.clients.add(.client(stranger.network))
        }
        #expect(admission.judge(client: stranger, workers: 2) == .overShare)
        #expect(admission.judge(client: address, workers: 2) == .admitted)
        for _ in 0..<100 { admission.clients.add(.proxy) }
        // The last one that there was is there already: it may go on.
        #expect(admission.judge(address, from: kind, workers: 2) == .full)
        #expect(
            admission.judge(client: PeerAddress(bytes: [10, 0, 0, 1]), workers: 2) == .admitted)
    }

    @Test("knows exempt networks")
    func exempt() {
        let admission = admission(exempt: ["192.0.2.0/24"])
        for _ in 0..<100 { admission.clients.add(Admission.owner(address, from: .https)) }
        #expect(admission.judge(address, from: .https, workers: 2) == .admitted)
        #expect(admission.judge(address, from: .https, workers: 0) == .full)
    }
}
