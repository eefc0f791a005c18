// The part of an address that one client can be expected to hold.
//
// Unsafe use: inet_pton and inet_ntop get buffers of the size that their family requires.

import Glibc

enum NetworkPrefix {
    /// An IPv4 address unchanged, even when it is written as IPv6 (RFC 4291, section 2.5.5.2); the first
    /// 64 bits of any other IPv6 address ("2001:db8:1:2::/64"). A text that is not an address stays as
    /// it is, cut to 64 bytes.
    static func text(of address: String) -> String {
        var bytes = [UInt8](repeating: 0, count: 16)
        guard unsafe inet_pton(AF_INET6, address, &bytes) == 1 else {
            let cut = address.utf8.index(
                address.startIndex, offsetBy: longest, limitedBy: address.endIndex)
            // An index within a character counts as the one before it.
            return String(address[..<(cut ?? address.endIndex)])
        }
        if bytes.starts(with: mappedIPv4) {
            return bytes[12...].map(String.init).joined(separator: ".")
        }
        for index in 8..<16 { bytes[index] = 0 }
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        let written = unsafe inet_ntop(AF_INET6, bytes, &text, socklen_t(text.count))
        unsafe precondition(written != nil, "every IPv6 address can be written")
        let prefix = String(
            decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        return prefix + "/64"
    }

    /// The length in bytes; no address is longer.
    private static let longest = 64

    /// The bytes before an IPv4 address, as reported by a socket for both families.
    private static let mappedIPv4: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]
}
