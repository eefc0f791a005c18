// host[:port] as it stands in Host fields and absolute targets (RFC 9110 section 7.2, RFC 3986
// section 3.2). Without user information, which has no place in http and https requests (RFC 9110
// section 4.2.4), and with a host: an empty one names nothing.

enum HTTP1Authority {
    private static let portDigits = 5

    static func isValid(_ authority: Span<UInt8>) -> Bool {
        guard let hostEnd = endOfHost(authority) else { return false }
        return hostEnd == authority.count
            || isPort(authority.extracting(hostEnd..<authority.count))
    }

    /// Where the host ends; nil when it is none.
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

    /// `[`, an IPv6 address by its characters, `]`. Neither zones nor the addresses of the future,
    /// which nobody uses.
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

    /// A colon and digits; that there may be none of them is RFC 3986's wish.
    private static func isPort(_ bytes: Span<UInt8>) -> Bool {
        bytes[0] == HTTP1Character.colon && bytes.count <= 1 + portDigits
            && bytes.extracting(1..<bytes.count).allSatisfy(HTTP1Character.isDigit)
    }
}
