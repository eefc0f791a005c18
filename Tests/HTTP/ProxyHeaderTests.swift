// The header of the PROXY protocol, from bytes alone.

import LinuxIO
import Testing

@testable import HTTP

private let signature: [UInt8] = [13, 10, 13, 10, 0, 13, 10, 81, 85, 73, 84, 10]

/// A header of version 2.
private func block(
    _ command: UInt8, _ family: UInt8, _ rest: [UInt8], length: Int? = nil
) -> [UInt8] {
    let length = length ?? rest.count
    return signature + [command, family, UInt8(length >> 8), UInt8(length & 255)] + rest
}

private let addresses4: [UInt8] = [192, 0, 2, 7, 198, 51, 100, 1, 0x30, 0x39, 0x01, 0xBB]
private let source6: [UInt8] = [0x20, 0x01, 0x0D, 0xB8] + [UInt8](repeating: 0, count: 11) + [7]
private let addresses6 = source6 + [UInt8](repeating: 1, count: 16) + [1, 2, 3, 4]
/// A CRC, and an SSL element, as HAProxy adds them.
private let more: [UInt8] = [3, 0, 4, 1, 2, 3, 4, 0x20, 0, 5, 1, 0, 0, 0, 0]

private func outcome(_ bytes: [UInt8], inPieces: Bool = false) -> (ProxyHeader.Outcome, Int) {
    var header = ProxyHeader()
    var position = 0
    if !inPieces { return (header.take(bytes.span, from: &position), position) }
    for (index, byte) in bytes.enumerated() {
        var inside = 0
        let outcome = header.take([byte].span, from: &inside)
        if outcome != .needsMore { return (outcome, index + inside) }
    }
    return (.needsMore, bytes.count)
}

@Suite("The header of the PROXY protocol")
struct ProxyHeaderTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let what: String
        let bytes: [UInt8]
        /// What follows is `.client` of this address; nil for none.
        let client: String?
        var testDescription: String { what }

        init(_ line: String, _ client: String?) {
            (what, bytes, self.client) = (line, Array((line + "\r\n").utf8), client)
        }

        init(_ what: String, _ bytes: [UInt8], _ client: String?) {
            (self.what, self.bytes, self.client) = (what, bytes, client)
        }
    }

    static let valid: [Row] = [
        Row("PROXY TCP4 192.0.2.7 198.51.100.1 12345 443", "192.0.2.7"),
        Row("PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535", "255.255.255.255"),
        Row("PROXY TCP4 192.0.2.7 198.51.100.1 0 0", "192.0.2.7"),
        Row("PROXY TCP6 2001:db8::7 2001:db8::1 12345 443", "2001:db8::7"),
        Row("PROXY TCP6 2001:DB8:0:0:0:0:0:7 ::1 1 2", "2001:db8::7"),
        Row("PROXY TCP6 ::ffff:192.0.2.7 ::1 1 2", "192.0.2.7"),
        Row("PROXY UNKNOWN", nil),
        Row("PROXY UNKNOWN anything at all 99999", nil),
        Row("IPv4", block(0x21, 0x11, addresses4), "192.0.2.7"),
        Row("IPv4 with elements", block(0x21, 0x11, addresses4 + more), "192.0.2.7"),
        Row("IPv6", block(0x21, 0x21, addresses6), "2001:db8::7"),
        Row("IPv6 with elements", block(0x21, 0x21, addresses6 + more), "2001:db8::7"),
        Row(
            "a mapped address",
            block(
                0x21, 0x21,
                [UInt8](repeating: 0, count: 10) + [255, 255, 192, 0, 2, 7] + addresses6[16...]),
            "192.0.2.7"),
        Row("UNIX", block(0x21, 0x31, [UInt8](repeating: 65, count: 216)), nil),
        Row("datagrams", block(0x21, 0x12, addresses4), nil),
        Row("not said", block(0x21, 0x00, []), nil),
        Row("not said, with something", block(0x21, 0x00, more), nil),
        Row("LOCAL", block(0x20, 0x00, []), nil),
        Row("LOCAL with an address", block(0x20, 0x11, addresses4), nil),
        Row("LOCAL with half an address", block(0x20, 0x11, [1, 2, 3]), nil),
        Row(
            "the longest", block(0x21, 0x11, addresses4 + [UInt8](repeating: 4, count: 996)),
            "192.0.2.7"),
    ]

    @Test("says who has connected, in whatever pieces it comes", arguments: valid)
    func says(row: Row) {
        let expected = ProxyHeader.Outcome.client(
            row.client.map { PeerAddress(text: Array($0.utf8))! })
        for inPieces in [false, true] {
            // What follows is the client's, even if it looks like another header.
            let (outcome, position) = outcome(row.bytes + row.bytes, inPieces: inPieces)
            #expect(outcome == expected)
            #expect(position == row.bytes.count)
        }
        for count in 0..<row.bytes.count {
            #expect(outcome(Array(row.bytes[..<count])).0 == .needsMore)
        }
    }

    static let invalid: [Row] = [
        Row("TLS", [22, 3, 1, 2, 0], nil),
        Row("HTTP", Array("GET / HTTP/1.1\r\n\r\n".utf8), nil),
        Row("a preface of HTTP/2", Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8), nil),
        Row("PROXYTCP4 192.0.2.7 198.51.100.1 1 2", nil),
        Row("proxy TCP4 192.0.2.7 198.51.100.1 1 2", nil),
        Row("PROXY  TCP4 192.0.2.7 198.51.100.1 1 2", nil),
        Row("PROXY TCP4 192.0.2.7  198.51.100.1 1 2", nil),
        Row("PROXY TCP4 192.0.2.7 198.51.100.1 1 2 ", nil),
        Row("PROXY TCP4 192.0.2.7 198.51.100.1 1", nil),
        Row("PROXY TCP4 192.0.2.7 198.51.100.1 1 65536", nil),
        Row("PROXY TCP4 192.0.2.7 198.51.100.1 01 2", nil),
        Row("PROXY TCP4 192.0.2.7 198.51.100.1 +1 2", nil),
        Row("PROXY TCP4 192.0.2.07 198.51.100.1 1 2", nil),
        Row("PROXY TCP4 192.0.2 198.51.100.1 1 2", nil),
        Row("PROXY TCP4 192.0.2.7 nobody 1 2", nil),
        Row("PROXY TCP4 2001:db8::7 2001:db8::1 1 2", nil),
        Row("PROXY TCP6 192.0.2.7 198.51.100.1 1 2", nil),
        Row("PROXY TCP6 [2001:db8::7] ::1 1 2", nil),
        Row("PROXY TCP6 fe80::1%eth0 ::1 1 2", nil),
        Row("PROXY TCP5 192.0.2.7 198.51.100.1 1 2", nil),
        Row("PROXY ", nil),
        Row("PROXY UNKNOWNX", nil),
        Row("no return", Array("PROXY UNKNOWN\n".utf8), nil),
        Row("no feed", Array("PROXY UNKNOWN\rX".utf8), nil),
        Row("a zero byte", Array("PROXY TCP4 192.0.2.7\0 198.51.100.1 1 2\r\n".utf8), nil),
        Row(
            "a line without an end",
            Array("PROXY UNKNOWN ".utf8) + [UInt8](repeating: 65, count: 93),
            nil),
        Row("a wrong signature", Array(signature.dropLast()) + [11], nil),
        Row("version 1 in binary", block(0x11, 0x11, addresses4), nil),
        Row("version 3", block(0x31, 0x11, addresses4), nil),
        Row("an unknown command", block(0x22, 0x11, addresses4), nil),
        Row("an unknown family", block(0x21, 0x41, addresses4), nil),
        Row("an unknown transport", block(0x21, 0x13, addresses4), nil),
        Row("too short for IPv4", block(0x21, 0x11, Array(addresses4.dropLast())), nil),
        Row("too short for IPv6", block(0x21, 0x21, Array(addresses6.dropLast())), nil),
        Row("too short for UNIX", block(0x21, 0x31, [UInt8](repeating: 1, count: 215)), nil),
        Row("too long", block(0x21, 0x11, addresses4, length: 1009), nil),
        Row("much too long", block(0x21, 0x11, [], length: 65535), nil),
    ]

    @Test("is refused when it is none", arguments: invalid)
    func refuses(row: Row) {
        #expect(outcome(row.bytes).0 == .invalid)
        #expect(outcome(row.bytes, inPieces: true).0 == .invalid)
    }
}
