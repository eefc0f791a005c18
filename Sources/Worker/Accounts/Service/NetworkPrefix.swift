// The part of an address that one client can be expected to hold.
//
// Unsafe use: inet_pton and inet_ntop get buffers of the size that their family asks for.

import Glibc

enum NetworkPrefix {
    /// An IPv4 address as it is, also when it is written as IPv6 (RFC 4291, section 2.5.5.2); of another
    /// IPv6 address the first 64 bits ("2001:db8:1:2::/64"). What is no address stays what it is, at
    /// most 64 bytes of it.
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

    /// In bytes; more than any address has.
    private static let longest = 64

    /// What comes before the four bytes of an IPv4 address that a socket for both families reports.
    private static let mappedIPv4: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]
}
