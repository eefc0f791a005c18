import Settings
import Testing

@testable import HTTP

@Suite struct TransportSecurityTests {
    @Test(
        "on its own account Weir binds browsers to https on the port that everybody means, and no other",
        arguments: [
            ("example.org", true), ("example.org:443", true), ("[::1]", true), ("[::1]:443", true),
            ("192.0.2.1", true), ("example.org:8443", false), ("[::1]:8443", false),
            ("[2001:db8::443]:8443", false), ("[2001:db8::443]", true), ("example.org:", false),
            ("example.org:4430", false), ("", false),
        ])
    func automatic(authority: String, isBound: Bool) {
        #expect(isBinding(.auto, authority) == isBound)
    }

    @Test("an operator decides otherwise for every port", arguments: ["example.org", "a:8443"])
    func decided(authority: String) {
        #expect(isBinding(.on, authority))
        #expect(!isBinding(.off, authority))
    }

    private func isBinding(_ mode: TransportSecurityMode, _ authority: String) -> Bool {
        let request = Request(method: "GET", authority: authority, target: "/")
        return TransportSecurity(mode: mode).fields(for: request).contains {
            $0.name == "strict-transport-security" && $0.value.hasPrefix("max-age=")
        }
    }
}
