// The addresses that a channel may link to: those that every browser opens as a page of another server.
//
// Pure.

import Settings

enum LinkAddress {
    private static let scheme = "https://"
    private static let escaped = Set("\"<>\\^`{|}".utf8)
    private static let endsOfAuthority = Set("/?#".utf8)
    private static let portDigits = 5

    /// Printable ASCII without what would have to be escaped (RFC 3986, section 2), https, and a host by its
    /// name, with or without a port, and without a user before it.
    static func isValid(_ address: String) -> Bool {
        guard address.utf8.count <= Limits.linkBytes, address.hasPrefix(scheme),
            address.utf8.allSatisfy({ (0x21..<0x7F).contains($0) && !escaped.contains($0) })
        else { return false }
        let authority = address.utf8.dropFirst(scheme.utf8.count)
            .prefix { !endsOfAuthority.contains($0) }
        let parts = authority.split(
            separator: UInt8(ascii: ":"), maxSplits: 1, omittingEmptySubsequences: false)
        return isName(parts[0]) && (parts.count == 1 || isPort(parts[1]))
    }

    /// Two labels or more. Browsers take a host for an IPv4 address if the last one begins with a digit, and
    /// refuse it unless it is one.
    private static func isName(_ host: Substring.UTF8View) -> Bool {
        let labels = host.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard labels.count >= 2, let top = labels.last?.first else { return false }
        return isLetter(top) && labels.allSatisfy { !$0.isEmpty && $0.allSatisfy(isOfLabel) }
    }

    private static func isPort(_ digits: Substring.UTF8View) -> Bool {
        guard digits.count <= portDigits, digits.allSatisfy(isDigit),
            let port = Int(Substring(digits))
        else { return false }
        return (1...Int(UInt16.max)).contains(port)
    }

    private static func isOfLabel(_ byte: UInt8) -> Bool {
        isLetter(byte) || isDigit(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}
