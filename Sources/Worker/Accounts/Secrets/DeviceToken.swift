// The token of a browser that has signed in to an account before, so that its next attempts count as its
// own and not as a stranger's: "NONCE.SEAL.SIGNATURE", each in base64url. It does not sign anyone in,
// and is worthless without the password.
//
// SIGNATURE covers the account's name, the nonce and the seal, so that most forgeries are found without
// a look into the store. SEAL covers the password's stored hash, so that a new password, or a new
// account of the same name, does not know the browsers of the old one. Both are HMAC-SHA-256 with a key
// that all servers of the same accounts share.
//
// Unsafe use: HMAC reads key and message and writes 32 bytes, all within one call.

import COpenSSL
import StreamState
import Text

/// The key of device tokens, a secret of the server.
struct DeviceKey: Sendable, Equatable {
    static let byteCount = 32
    /// Its name in the store.
    static let name = "device-key"
    private let bytes: [UInt8]

    init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// `purpose` makes a signature for one purpose useless for another.
    fileprivate func signature(_ purpose: String, _ parts: String...) -> String {
        // No part except the last can contain a line feed.
        let message = Array(([purpose] + parts).joined(separator: "\n").utf8)
        var digest = [UInt8](repeating: 0, count: 32)
        let done = unsafe HMAC(
            EVP_sha256(), bytes, Int32(bytes.count), message, message.count, &digest, nil)
        unsafe precondition(done != nil, "SHA-256 is always there")
        return Base64.forAddresses.text(digest)
    }
}

package struct DeviceToken: Sendable {
    /// The form that the browser keeps.
    package let text: String
    /// Identifies the browser among those of its account.
    let nonce: String
    private let seal: String

    /// A new token, for a browser that has just shown that it knows the password.
    init(for name: StreamName, passwordHash: String, key: DeviceKey) {
        nonce = Base64.forAddresses.text(SecretToken.randomBytes(Self.nonceBytes))
        seal = Self.seal(name, nonce, passwordHash, key)
        text = "\(nonce).\(seal).\(Self.signature(name, nonce, seal, key))"
    }

    /// The token that a browser presents with an attempt at `name`; nil unless we have made it, for this
    /// name.
    init?(presented: some StringProtocol, for name: StreamName, key: DeviceKey) {
        guard presented.utf8.count == Self.characterCount else { return nil }
        let parts = presented.utf8.split(separator: UInt8(ascii: "."), maxSplits: 3)
            .map { String(decoding: $0, as: UTF8.self) }
        guard parts.count == 3,
            Self.isSame(parts[2], Self.signature(name, parts[0], parts[1], key))
        else { return nil }
        text = String(presented)
        nonce = parts[0]
        seal = parts[1]
    }

    /// Whether the account still has the password that it had when this token was made.
    func fits(_ name: StreamName, passwordHash: String, key: DeviceKey) -> Bool {
        Self.isSame(seal, Self.seal(name, nonce, passwordHash, key))
    }

    private static let nonceBytes = 16
    private static let characterCount = 22 + 1 + 43 + 1 + 43

    private static func signature(
        _ name: StreamName, _ nonce: String, _ seal: String, _ key: DeviceKey
    ) -> String {
        key.signature("device", name.text, nonce, seal)
    }

    private static func seal(
        _ name: StreamName, _ nonce: String, _ passwordHash: String, _ key: DeviceKey
    ) -> String {
        key.signature("password", name.text, nonce, passwordHash)
    }

    /// Takes the same time wherever they differ.
    private static func isSame(_ one: String, _ other: String) -> Bool {
        guard one.utf8.count == other.utf8.count else { return false }
        return zip(one.utf8, other.utf8).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
