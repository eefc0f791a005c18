// host[:port] as in Host fields, absolute targets and :authority (RFC 9110 section 7.2, RFC 3986 section
// 3.2, RFC 9113 section 8.3.1): one rule for both protocols. User information is refused, because http
// and https requests may not have it (RFC 9110 section 4.2.4), and so is an empty host, which names
// nothing.

import Settings

package enum Authority {
    private static let portDigits = 5

    /// Whether the host is an address or `localhost`, and so means the same to everyone. What a name
    /// means is up to its owner: a page that a person visits can point a name at this machine, and the
    /// browser then takes what is served here for the page's own.
    package static func isAddress(_ authority: String) -> Bool {
        let bytes = Array(authority.utf8)
        guard isValid(bytes.span), let end = endOfHost(bytes.span) else { return false }
        if bytes[0] == UInt8(ascii: "[") {
            return NetworkRange.parse(String(decoding: bytes[1..<end - 1], as: UTF8.self)) != nil
        }
        return bytes.span.extracting(0..<end).equalsIgnoringCase("localhost")
            || NetworkRange.parse(String(decoding: bytes[..<end], as: UTF8.self)) != nil
    }

    /// Whether two of them name the same host and port.
    static func areSame(_ first: Span<UInt8>, _ second: Span<UInt8>) -> Bool {
        guard first.count == second.count else { return false }
        for index in first.indices
        where HTTP1Character.folded(first[index]) != HTTP1Character.folded(second[index]) {
            return false
        }
        return true
    }

    static func isValid(_ authority: Span<UInt8>) -> Bool {
        guard let hostEnd = endOfHost(authority) else { return false }
        return hostEnd == authority.count
            || isPort(authority.extracting(hostEnd..<authority.count))
    }

    /// Where the host ends; nil when there is no valid host.
    private static func endOfHost(_ authority: Span<UInt8>) -> Int? {
        guard !authority.isEmpty else { return nil }
        if authority[0] == UInt8(ascii: "[") { return endOfAddress(authority) }
        var index = 0
        while index < authority.count, authority[index] != HTTP1Character.colon {
            if authority[index] == UInt8(ascii: "%") {
                guard index + 2 < authority.count,
                    HTTP1Character.hexadecimal(authority[index + 1]) != nil,
                    HTTP1Character.hexadecimal(authority[index + 2]) != nil
                else { return nil }
                index += 3
            } else {
                guard HTTP1Character.isRegisteredName(authority[index]) else { return nil }
                index += 1
            }
        }
        return index > 0 ? index : nil
    }

    /// `[`, an IPv6 address by its characters, `]`. Zones and addresses of future versions are refused;
    /// they are not in use.
    private static func endOfAddress(_ authority: Span<UInt8>) -> Int? {
        guard let end = authority.firstIndex(of: UInt8(ascii: "]")) else { return nil }
        let address = authority.extracting(1..<end)
        let isAddress = address.allSatisfy { byte in
            HTTP1Character.hexadecimal(byte) != nil || byte == HTTP1Character.colon
                || byte == UInt8(ascii: ".")
        }
        guard isAddress, address.firstIndex(of: HTTP1Character.colon) != nil else { return nil }
        return end + 1
    }

    /// A colon and the digits of a port; there may be no digits, as RFC 3986 has it.
    private static func isPort(_ bytes: Span<UInt8>) -> Bool {
        guard bytes[0] == HTTP1Character.colon, bytes.count <= 1 + portDigits else { return false }
        var port = 0
        for index in 1..<bytes.count {
            guard HTTP1Character.isDigit(bytes[index]) else { return false }
            port = port * 10 + Int(bytes[index] - UInt8(ascii: "0"))
        }
        return port <= UInt16.max
    }
}
