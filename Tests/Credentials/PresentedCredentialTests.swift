import Accounts
import Foundation
import Testing

@testable import Credentials

@Suite struct PresentedCredentialTests {
    private static let key = "weir_" + String(repeating: "k", count: 43)
    private let key: SecretDigest
    private let session: SecretDigest

    init() throws {
        key = try #require(SecretDigest(.streamKey, presented: Self.key))
        session = try #require(
            SecretDigest(.session, presented: String(repeating: "c", count: 43)))
    }

    private func credential(
        _ authorization: String? = nil, query: Substring = "", session: SecretDigest? = nil
    ) -> PresentedCredential {
        PresentedCredential(authorization: authorization, query: query, session: session)
    }

    @Test("a key comes as a bearer token, as Basic's password, or in the query") func ways() {
        let expected = PresentedCredential.streamKey(key)
        #expect(credential("Bearer " + Self.key) == expected)
        #expect(credential("bearer  " + Self.key) == expected)
        // "u:" and the key, as base64 with its padding and without.
        let encoded = "dTp3ZWlyX2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s"
        #expect(credential("Basic " + encoded) == expected)
        #expect(credential("Basic " + encoded + "=") == expected)
        #expect(credential(query: Substring("start=1&key=" + Self.key)) == expected)
    }

    @Test(
        "what was pasted around a key is not part of it",
        arguments: ["", "/", "//", "%20", "%2F", "%2f", "%0D%0A", "+", " \t", "/%20/"])
    func pasted(mark: String) {
        let expected = PresentedCredential.streamKey(key)
        #expect(credential("Bearer " + Self.key + mark) == expected)
        #expect(credential(query: Substring("key=" + Self.key + mark)) == expected)
        #expect(credential(query: Substring("key=" + mark + Self.key + "&start=1")) == expected)
        #expect(credential(query: Substring("key=" + Self.key + mark + "x")) == .nothing)
    }

    @Test("a Basic password may end its line") func pastedPassword() {
        let encoded = Data("source:\(Self.key)\r\n".utf8).base64EncodedString()
        #expect(credential("Basic " + encoded) == .streamKey(key))
    }

    @Test("a key goes before a session") func order() {
        #expect(credential("Bearer " + Self.key, session: session) == .streamKey(key))
        #expect(credential(session: session) == .session(session))
    }

    @Test(
        "what is no key is not looked at", arguments: ["Bearer x", "Basic ????", "Digest a=b", ""])
    func others(authorization: String) {
        #expect(credential(authorization) == .nothing)
        #expect(credential(authorization, session: session) == .session(session))
    }

    @Test("two keys in a query are none") func twice() {
        let query = Substring("key=\(Self.key)&key=\(Self.key)")
        #expect(credential(query: query) == .nothing)
    }
}
