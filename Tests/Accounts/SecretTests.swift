import Testing
import Text

@testable import Accounts

@Suite struct SecretTests {
    @Test("a session's token and a stream key have the form that is documented")
    func form() {
        let session = SecretToken(.session).text
        #expect(session.utf8.count == 43)
        #expect(session.utf8.allSatisfy(Base64.forAddresses.isCharacter))
        let key = SecretToken(.streamKey).text
        #expect(key.hasPrefix("weir_"))
        #expect(key.utf8.count == 48)
        #expect(key.dropFirst(5).utf8.allSatisfy(Base64.forAddresses.isCharacter))
    }

    @Test("no two are alike, in any of their characters' places")
    func random() {
        let tokens = (0..<200).map { _ in Array(SecretToken(.session).text.utf8) }
        #expect(Set(tokens).count == tokens.count)
        // The last character has four bits only. In 200 draws, a place that is random shows many values.
        for place in 0..<43 {
            #expect(Set(tokens.map { $0[place] }).count > 8)
        }
    }

    @Test("what was issued is recognised, with the digest that was stored")
    func recognised() {
        for kind in SecretToken.Kind.allCases {
            let issued = SecretToken(kind)
            #expect(SecretDigest(kind, presented: issued.text) == issued.digest)
        }
    }

    @Test(
        "what cannot be a session's token is refused before it is hashed",
        arguments: [
            "", " ", String(repeating: "a", count: 42), String(repeating: "a", count: 44),
            String(repeating: "a", count: 42) + "=", String(repeating: "a", count: 42) + "+",
            String(repeating: "a", count: 42) + "\0", String(repeating: "a", count: 41) + "é",
            "weir_" + String(repeating: "a", count: 43), String(repeating: "a", count: 1 << 20),
        ])
    func noSession(_ text: String) {
        #expect(SecretDigest(.session, presented: text) == nil)
    }

    @Test(
        "what cannot be a stream key is refused before it is hashed",
        arguments: [
            "", "weir_", String(repeating: "a", count: 43), String(repeating: "a", count: 48),
            "WEIR_" + String(repeating: "a", count: 43),
            "weir-" + String(repeating: "a", count: 43),
            "weir_" + String(repeating: "a", count: 42) + "/",
        ])
    func noKey(_ text: String) {
        #expect(SecretDigest(.streamKey, presented: text) == nil)
    }

    @Test("a digest is SHA-256 (FIPS 180-4)")
    func sha256() throws {
        let digest = try #require(
            SecretDigest(.session, presented: String(repeating: "a", count: 43)))
        #expect(digest.hex == Self.digestOf43a)
    }

    private static let digestOf43a =
        "66d34fba71f8f450f7e45598853e53bfc23bbd129027cbb131a2f4ffd7878cd0"

    @Test("nothing that is printed of a digest contains the secret")
    func printed() {
        for kind in SecretToken.Kind.allCases {
            let issued = SecretToken(kind)
            #expect(!"\(issued.digest)\(String(reflecting: issued.digest))".contains(issued.text))
        }
    }

    @Test("a digest is written in hexadecimal digits and read back")
    func hex() throws {
        let digest = SecretDigest(bytes: (0..<32).map { UInt8($0 * 8) })
        #expect(digest.hex.hasPrefix("0008101820"))
        #expect(SecretDigest(hex: digest.hex) == digest)
        for wrong in [
            "", String(digest.hex.dropLast()), digest.hex + "0", digest.hex.uppercased(),
            String(digest.hex.dropLast()) + "g", String(repeating: "é", count: 32),
        ] {
            #expect(SecretDigest(hex: wrong) == nil)
        }
    }
}
