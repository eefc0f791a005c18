// The part of an address that one client can be expected to hold.
//
// Unsafe use: inet_pton and inet_ntop get buffers of the size that their family asks for.

import Glibc

enum NetworkPrefix {
    /// An IPv4 address as it is; of an IPv6 address the first 64 bits ("2001:db8:1:2::/64"). What is no
    /// address stays what it is, at most 64 bytes of it.
    static func text(of address: String) -> String {
        var bytes = [UInt8](repeating: 0, count: 16)
        guard unsafe inet_pton(AF_INET6, address, &bytes) == 1 else {
            return String(decoding: address.utf8.prefix(64), as: UTF8.self)
        }
        for index in 8..<16 { bytes[index] = 0 }
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        guard unsafe inet_ntop(AF_INET6, bytes, &text, socklen_t(text.count)) != nil else {
            return String(decoding: address.utf8.prefix(64), as: UTF8.self)
        }
        let prefix = String(
            decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        return prefix + "/64"
    }
}
