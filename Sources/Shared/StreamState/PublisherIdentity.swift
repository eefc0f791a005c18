// Who publishes a stream, as a number that every process computes in the same way and a ring can
// keep: a digest of an account, or of a network if anybody may publish.
//
// Pure. It tells publishers apart; it does not protect anything.

package enum PublisherIdentity {
    /// Set in identities of accounts, never in those of addresses. It tells a ring whether its
    /// broadcast belongs to an account.
    private static let accountBit: UInt64 = 1 << 63

    /// - Parameter id: the account's id in the store.
    package static func account(_ id: [UInt8]) -> UInt64 {
        digest("account \(id.map(String.init).joined(separator: "."))") | accountBit
    }

    /// - Parameter number: the number of the client's network.
    package static func network(_ number: UInt64) -> UInt64 {
        digest("network \(number)") & ~accountBit
    }

    package static func isAccount(_ identity: UInt64) -> Bool { identity & accountBit != 0 }

    /// FNV-1a, 64 bit: the same in every process, unlike Hasher.
    package static func digest(_ text: String) -> UInt64 {
        text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }
}
