// Addresses as people and proxies write them.
//
// Unsafe use: inet_pton gets a buffer that is large enough for either family.

import Glibc

extension PeerAddress {
    /// "192.0.2.1" or "2001:db8::1": the usual forms, without brackets, port or zone. Nil for anything
    /// else, names included. `text` may be hostile.
    package init?(text: some Collection<UInt8>) {
        // inet_pton stops at a zero byte.
        guard text.count < Int(INET6_ADDRSTRLEN), !text.contains(0) else { return nil }
        let isIPv6 = text.contains(UInt8(ascii: ":"))
        var bytes = [UInt8](repeating: 0, count: isIPv6 ? 16 : 4)
        let family = isIPv6 ? AF_INET6 : AF_INET
        let string = String(decoding: text, as: UTF8.self)
        guard unsafe inet_pton(family, string, &bytes) == 1 else { return nil }
        self.init(bytes: bytes)
    }
}
