// Addresses of clients, and what counts as one client.

import Testing

@testable import LinuxIO

struct PeerAddressTests {
    @Test("an address prints as people write it, and a mapped one is IPv4")
    func address() {
        #expect(PeerAddress(bytes: [192, 0, 2, 1]).description == "192.0.2.1")
        let mapped: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 192, 0, 2, 1]
        #expect(PeerAddress(bytes: mapped) == PeerAddress(bytes: [192, 0, 2, 1]))
        let loopback = [UInt8](repeating: 0, count: 15) + [1]
        #expect(PeerAddress(bytes: loopback).description == "::1")
        #expect(PeerAddress(bytes: []).description == "unknown")
        #expect(PeerAddress(user: 0).description == "user 0")
        #expect(PeerAddress(user: 0).bytes.isEmpty)
        #expect(PeerAddress(user: 0) != PeerAddress(bytes: []))
    }

    @Test("a client prints as the address or the network that it is")
    func clients() {
        let mapped: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 192, 0, 2, 1]
        #expect(PeerAddress(bytes: mapped).network.description == "192.0.2.1")
        let address: [UInt8] = [0x20, 0x01, 0x0D, 0xB8, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 9]
        #expect(PeerAddress(bytes: address).network.description == "2001:db8:0:1::/64")
    }

    @Test("an IPv4 address is a client of its own, also when it is written as IPv6")
    func clientsOfIPv4() {
        let mapped: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 192, 0, 2, 1]
        let address = PeerAddress(bytes: [192, 0, 2, 1])
        #expect(PeerAddress(bytes: mapped).network == address.network)
        #expect(PeerAddress(bytes: [192, 0, 2, 2]).network != address.network)
    }

    @Test("all addresses of one IPv6 /64 are one client, and no IPv4 address is one of them")
    func clientsOfIPv6() {
        func address(_ subnet: UInt8, _ host: UInt8) -> PeerAddress {
            PeerAddress(
                bytes: [0x20, 0x01, 0x0D, 0xB8, 0, 0, 0, subnet] + [0, 0, 0, 0, 0, 0, 0, host])
        }
        #expect(address(1, 1).network == address(1, 2).network)
        #expect(address(1, 1).network != address(2, 1).network)
        #expect(address(1, 1).network != PeerAddress(bytes: [32, 1, 13, 184]).network)
    }
}
