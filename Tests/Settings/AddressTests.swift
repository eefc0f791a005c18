// Listening addresses and web origins.

import Testing

@testable import Settings

struct AddressTests {
    @Test(
        "a numeric address becomes one listener in canonical form",
        arguments: [
            ("127.0.0.1:8443", "127.0.0.1:8443"), ("0.0.0.0:1", "0.0.0.0:1"),
            ("[::1]:8443", "[::1]:8443"), ("[0:0:0:0:0:0:0:1]:65535", "[::1]:65535"),
            ("[::]:443", "[::]:443"), ("[2001:DB8::A]:443", "[2001:db8::a]:443"),
        ])
    func numeric(text: String, canonical: String) {
        #expect(ListenAddress.parse(text)?.map(\.description) == [canonical])
    }

    @Test(
        "localhost and an empty host stand for both address families, of which one may be missing",
        arguments: [
            ("localhost:8443", "127.0.0.1", "::1"), (":8443", "0.0.0.0", "::"),
            ("*:8443", "0.0.0.0", "::"),
        ])
    func both(text: String, version4: String, version6: String) {
        #expect(
            ListenAddress.parse(text) == [
                ListenAddress(host: version4, port: 8443, isOptional: true),
                ListenAddress(host: version6, port: 8443, isOptional: true),
            ])
    }

    @Test(
        "what is not an address and a port is refused",
        arguments: [
            "", ":", "8443", "127.0.0.1", "127.0.0.1:", "127.0.0.1:0", "127.0.0.1:65536",
            "127.0.0.1:-1", "127.0.0.1:+1", "127.1:80", "256.0.0.1:80", "::1:8443", "[::1]",
            "[::1:8443", "[127.0.0.1]:80", "example.org:443", "[fe80::1%eth0]:443",
            "127.0.0.1:8443 ", "127.0.0.1\0:8443", "[]:1",
        ])
    func wrong(text: String) {
        #expect(ListenAddress.parse(text) == nil)
    }

    @Test(
        "an origin is brought into the form browsers send",
        arguments: [
            ("https://localhost:8080", "https://localhost:8080"),
            ("HTTPS://Example.ORG", "https://example.org"),
            ("https://example.org:443", "https://example.org"),
            ("http://example.org:80", "http://example.org"),
            ("http://example.org:443", "http://example.org:443"),
            ("https://[::1]:8080", "https://[::1]:8080"),
            ("https://[0:0::1]", "https://[::1]"),
        ])
    func origin(text: String, serialized: String) {
        #expect(WebOrigin.parse(text) == serialized)
    }

    @Test(
        "what is not exactly an origin is refused",
        arguments: [
            "", "*", "null", "example.org", "https://", "https://example.org/",
            "https://example.org/path", "https://user@example.org", "ftp://example.org",
            "https://example.org:", "https://example.org:0", "https://example.org:99999",
            "https://*.example.org", "https://exa mple.org", "https://[::1", "https://[::g]",
            "https://[::1]x", "https://a:1:2", "https://example.org\r\n",
        ])
    func noOrigin(text: String) {
        #expect(WebOrigin.parse(text) == nil)
    }
}
