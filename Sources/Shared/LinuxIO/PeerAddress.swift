// The network address of a client, without the port, and the network that counts as one client.
// Limits per client and logs use both. A client at a Unix socket has none; it is named by its user.
//
// Unsafe use: a sockaddr_storage that getpeername fills is read as the sockaddr type its family
// names; the storage is larger and stricter aligned than both.

import Glibc

/// An IPv4 or IPv6 address. An IPv4 client of an IPv6 listener counts as IPv4.
package struct PeerAddress: Sendable, Hashable, CustomStringConvertible {
    /// The bytes, from the most significant one on. Not an array, because each request has a copy.
    private let words: (UInt64, UInt64)
    private let count: UInt8

    /// 4 bytes of an IPv4 address, 16 of an IPv6 one, none when the peer is not an IP endpoint.
    package var bytes: [UInt8] {
        (0..<Int(count)).map { index in
            let word = index < 8 ? words.0 : words.1
            return UInt8(truncatingIfNeeded: word >> (56 - 8 * UInt64(index % 8)))
        }
    }

    /// - Parameter bytes: 16 at most.
    package init(bytes: [UInt8]) {
        let mappedPrefix: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]
        let isMapped = bytes.count == 16 && bytes.starts(with: mappedPrefix)
        let kept = isMapped ? bytes[12...] : bytes[...]
        precondition(kept.count <= 16, "no address is longer")
        count = UInt8(kept.count)
        let padded = Array(kept) + [UInt8](repeating: 0, count: 16 - kept.count)
        words = (
            padded[..<8].reduce(0) { $0 << 8 | UInt64($1) },
            padded[8...].reduce(0) { $0 << 8 | UInt64($1) }
        )
    }

    /// A user of this machine, at a Unix socket.
    package init(user: UInt32) {
        count = 0
        words = (UInt64(user), Self.userMark)
    }

    /// In the second word of a user, which is 0 in that of an unknown peer.
    private static let userMark: UInt64 = 1

    package static func == (one: PeerAddress, other: PeerAddress) -> Bool {
        one.words == other.words && one.count == other.count
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(words.0)
        hasher.combine(words.1)
        hasher.combine(count)
    }

    /// The peer of a connected socket; unknown (no bytes) when it is gone.
    package init(socket raw: Int32) {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let found = unsafe withUnsafeMutablePointer(to: &storage) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                unsafe getpeername(raw, address, &length) == 0
            }
        }
        let family = found ? Int32(storage.ss_family) : AF_UNSPEC
        if family == AF_UNIX, let user = UnixStream.peerUser(of: raw) {
            self.init(user: user)
            return
        }
        self.init(
            bytes: unsafe withUnsafeBytes(of: &storage) { raw in
                switch family {
                // sin_addr stands behind family and port, sin6_addr behind the flow label too.
                case AF_INET: unsafe Array(raw[4..<8])
                case AF_INET6: unsafe Array(raw[8..<24])
                default: []
                }
            })
    }

    /// The network that counts as one client.
    package var network: ClientNetwork { ClientNetwork(of: self) }

    /// "127.0.0.1", "::1", "user 0", or "unknown".
    package var description: String {
        if count == 0, words.1 == Self.userMark { return "user \(words.0)" }
        guard !bytes.isEmpty else { return "unknown" }
        let family = bytes.count == 4 ? AF_INET : AF_INET6
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        let written = unsafe inet_ntop(family, bytes, &text, socklen_t(text.count))
        guard unsafe written != nil else { return "unknown" }
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}

/// What counts as one client: an IPv4 address, or the /64 of an IPv6 address, because the owner of
/// one address in a /64 has all of them (RFC 6177). All peers that are not IP endpoints count as
/// one.
package struct ClientNetwork: Sendable, Hashable, CustomStringConvertible {
    /// The first 64 bits of an IPv6 address. An IPv4 address stands in 0:ffff::/32, which is reserved
    /// and no network's prefix (RFC 4291, section 2.4).
    private let prefix: UInt64

    /// Tells this network from all others, in every process.
    package var number: UInt64 { prefix }

    package init(of address: PeerAddress) {
        let bytes = address.bytes.count == 4 ? [0, 0, 0xFF, 0xFF] + address.bytes : address.bytes
        prefix = bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// "192.0.2.1", or "2001:db8::/64".
    package var description: String {
        let bytes = (0..<8).map { UInt8(truncatingIfNeeded: prefix >> (56 - 8 * $0)) }
        if bytes.starts(with: [0, 0, 0xFF, 0xFF]) {
            return PeerAddress(bytes: Array(bytes[4...])).description
        }
        return "\(PeerAddress(bytes: bytes + [UInt8](repeating: 0, count: 8)))/64"
    }
}
