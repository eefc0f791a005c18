// Listening addresses: text to numeric address and port. No name is ever resolved, except
// "localhost", whose meaning is fixed.
//
// Unsafe: inet_pton and inet_ntop read and write through pointers to local buffers that are larger
// than either address family needs, and are told their size.

import Glibc

/// A numeric address and a port to listen on.
package struct ListenAddress: Sendable, Equatable, CustomStringConvertible {
    /// An IPv4 or IPv6 address in its canonical text form, without brackets.
    package let host: String
    /// 1 to 65535.
    package let port: UInt16
    /// Whether a machine without this address family may go on without it: true for both halves of an
    /// address that stands for both families (":8443", "localhost:8443").
    package let isOptional: Bool

    package init(host: String, port: UInt16, isOptional: Bool = false) {
        self.host = host
        self.port = port
        self.isOptional = isOptional
    }

    /// Whether `host` is an IPv6 address.
    package var isIPv6: Bool { host.utf8.contains(UInt8(ascii: ":")) }

    /// Whether it stands for every address of its family.
    package var isForAll: Bool { host == "0.0.0.0" || host == "::" }

    /// Whether only this machine reaches it (RFC 1122, section 3.2.1.3; RFC 4291, section 2.5.3).
    package var isLoopback: Bool { host == "::1" || host.hasPrefix("127.") }

    package var description: String { isIPv6 ? "[\(host)]:\(port)" : "\(host):\(port)" }

    /// The addresses that `text` stands for, one or two; nil when it is not ADDRESS:PORT.
    package static func parse(_ text: String) -> [ListenAddress]? {
        guard text.utf8.count <= 128, let colon = text.lastIndex(of: ":") else { return nil }
        let portText = text[text.index(after: colon)...]
        guard portText.count <= 5, portText.allSatisfy({ $0.isASCII && $0.isNumber }),
            let port = UInt16(portText), port > 0
        else { return nil }
        let host = text[..<colon]
        switch host {
        case "", "*": return both("0.0.0.0", "::", port)
        case "localhost": return both("127.0.0.1", "::1", port)
        default: return numeric(host).map { [ListenAddress(host: $0, port: port)] }
        }
    }

    private static func both(_ version4: String, _ version6: String, _ port: UInt16) -> [Self] {
        [
            ListenAddress(host: version4, port: port, isOptional: true),
            ListenAddress(host: version6, port: port, isOptional: true),
        ]
    }

    /// The canonical form of a numeric address; IPv6 has to be in brackets.
    private static func numeric(_ host: Substring) -> String? {
        guard host.first == "[" else { return canonical(String(host), family: AF_INET) }
        guard host.last == "]" else { return nil }
        return canonical(String(host.dropFirst().dropLast()), family: AF_INET6)
    }

    private static func canonical(_ host: String, family: Int32) -> String? {
        guard !host.utf8.contains(0) else { return nil }
        var address = in6_addr()
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        guard unsafe inet_pton(family, host, &address) == 1,
            unsafe inet_ntop(family, &address, &text, socklen_t(text.count)) != nil
        else { return nil }
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
