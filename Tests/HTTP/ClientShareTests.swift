// What one client may take, and when it is forgotten.

import LinuxIO
import Settings
import Testing

@testable import HTTP

struct ClientShareTests {
    private let table = ClientTable(
        exemptNetworks: [NetworkRange.parse("192.0.2.0/24")].compactMap { $0 }, limit: { _ in 10 })

    private func client(_ bytes: UInt8...) -> ClientShare {
        table.client(at: PeerAddress(bytes: bytes))
    }

    @Test("a client takes up to its limit, of each means, and again what it has given back")
    func limit() {
        let client = client(10, 0, 0, 1)
        #expect(client.take(.viewers, 10))
        #expect(!client.take(.viewers))
        #expect(client.take(.waitingBytes, 10))
        client.giveBack(.viewers, 4)
        #expect(!client.take(.viewers, 5))
        #expect(client.take(.viewers, 4))
        #expect(client.amount(of: .viewers) == 10)
    }

    @Test("what one client has taken leaves another's alone")
    func others() {
        #expect(client(10, 0, 0, 1).take(.viewers, 10))
        #expect(client(10, 0, 0, 2).take(.viewers, 10))
    }

    @Test("connections of one address share what it has taken")
    func shared() {
        #expect(client(10, 0, 0, 1).take(.viewers, 6))
        #expect(!client(10, 0, 0, 1).take(.viewers, 6))
    }

    @Test("an exempt network is counted and not limited")
    func exempt() {
        let crowd = client(192, 0, 2, 9)
        #expect(crowd.take(.viewers, 1_000))
        #expect(crowd.amount(of: .viewers) == 1_000)
    }

    @Test("an exempt address is not its /64, and its connections are clients of their own")
    func exemptAddress() throws {
        let proxy = try #require(NetworkRange.parse("2001:db8::5"))
        let table = ClientTable(exemptNetworks: [proxy], limit: { _ in 10 })
        func client(_ host: UInt8) -> ClientShare {
            table.client(
                at: PeerAddress(
                    bytes: [0x20, 0x01, 0x0D, 0xB8] + [UInt8](repeating: 0, count: 11) + [host]))
        }
        let neighbour = client(6)
        neighbour.force(.connections)
        let connections = (client(5), client(5))
        #expect(connections.0.isExempt && connections.0 !== connections.1)
        #expect(connections.0.take(.viewers, 1_000))
        #expect(!neighbour.isExempt && neighbour === client(6))
    }

    @Test("one that has little finds room although others have used up the worker's")
    func small() {
        let few = Limits.viewersOfSmallClient
        let table = ClientTable(
            exemptNetworks: [NetworkRange.parse("192.0.2.0/24")].compactMap { $0 },
            limit: { _ in 1_000 }, workerLimit: { _ in 1_000 })
        func client(_ bytes: UInt8...) -> ClientShare {
            table.client(at: PeerAddress(bytes: bytes))
        }
        #expect(client(10, 0, 0, 1).take(.viewers, 1_000))
        let other = client(10, 0, 0, 2)
        #expect(other.take(.viewers, few))
        #expect(!other.mayTake(.viewers) && !other.hasItsShare(of: .viewers))
        #expect(!client(192, 0, 2, 1).mayTake(.viewers))
    }

    @Test("a client is forgotten when it has given everything back, and not before")
    func forgotten() {
        let client = client(10, 0, 0, 1)
        #expect(table.count == 0)
        client.force(.connections)
        #expect(client.take(.passwordHashes))
        client.giveBack(.connections)
        #expect(table.count == 1)
        client.giveBack(.passwordHashes)
        #expect(table.count == 0)
    }
}
