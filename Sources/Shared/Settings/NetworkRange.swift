// Networks as an operator writes them: an address and how many of its bits count (CIDR, RFC 4632 and
// RFC 4291, section 2.3).
//
// Unsafe use: inet_pton and inet_ntop get buffers of the size that their family asks for.

import Glibc

/// A range of addresses. An IPv4 address written as IPv6 (RFC 4291, section 2.5.5.2) is not in an
/// IPv4 range: the caller brings it into its short form first.
package struct NetworkRange: Sendable, Equatable, CustomStringConvertible {
    /// 4 or 16 bytes; the bits that do not count are 0.
    private let bytes: [UInt8]
    private let bits: Int

    /// Reads "192.0.2.0/24", "2001:db8::/32", or an address alone, which is a range of one. Nil for
    /// anything else, and also if bits beyond the prefix are set: then one of the two is a mistake.
    package static func parse(_ text: String) -> NetworkRange? {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let bytes = address(String(parts[0])) else { return nil }
        var bits = bytes.count * 8
        if parts.count == 2 {
            guard (1...3).contains(parts[1].utf8.count),
                parts[1].utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
                let given = Int(parts[1]), given <= bits
            else { return nil }
            bits = given
        }
        let range = NetworkRange(bytes: masked(bytes, to: bits), bits: bits)
        return range.bytes == bytes ? range : nil
    }

    /// Whether an address of 4 or 16 bytes is in it.
    package func contains(_ address: [UInt8]) -> Bool {
        address.count == bytes.count && Self.masked(address, to: bits) == bytes
    }

    package var description: String {
        let family = bytes.count == 4 ? AF_INET : AF_INET6
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        let written = unsafe inet_ntop(family, bytes, &text, socklen_t(text.count))
        unsafe precondition(written != nil, "every address can be written")
        let address = String(
            decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        return "\(address)/\(bits)"
    }

    private static func address(_ text: String) -> [UInt8]? {
        let isIPv6 = text.contains(":")
        var bytes = [UInt8](repeating: 0, count: isIPv6 ? 16 : 4)
        return unsafe inet_pton(isIPv6 ? AF_INET6 : AF_INET, text, &bytes) == 1 ? bytes : nil
    }

    private static func masked(_ bytes: [UInt8], to bits: Int) -> [UInt8] {
        bytes.enumerated().map { index, byte in
            let counting = min(max(bits - index * 8, 0), 8)
            return byte & UInt8(truncatingIfNeeded: 0xFF00 >> counting)
        }
    }
}
