import Testing

@testable import Worker

/// Where the plain HTTP port sends people.
@Suite struct RedirectionTests {
    @Test(
        "it is the same place on the TLS port, whatever the port was",
        arguments: [
            ("example.org", "/a/live?start=-10", "https://example.org:8443/a/live?start=-10"),
            ("example.org:80", "/", "https://example.org:8443/"),
            ("[2001:db8::1]", "/", "https://[2001:db8::1]:8443/"),
            ("[2001:db8::1]:8080", "//b", "https://[2001:db8::1]:8443//b"),
        ])
    func location(authority: String, target: String, wanted: String) {
        #expect(Redirection(port: 8443).location(authority: authority, target: target) == wanted)
    }

    @Test("the port that https has anyway is not named")
    func defaultPort() {
        let location = Redirection(port: 443).location(authority: "a.example:80", target: "/x")
        #expect(location == "https://a.example/x")
    }

    @Test("it is the public origin, where there is one, whatever the host is called here")
    func publicOrigin() {
        let redirection = Redirection(port: 8443, origin: "https://live.example:444")
        for authority in ["10.0.0.1:80", "other.example", ""] {
            let location = redirection.location(authority: authority, target: "/a?b")
            #expect(location == "https://live.example:444/a?b")
        }
        #expect(redirection.location(authority: "a.example", target: "*") == nil)
    }

    @Test("who names no host, or no place on it, is sent nowhere")
    func nowhere() {
        let redirection = Redirection(port: 443)
        #expect(redirection.location(authority: "", target: "/") == nil)
        #expect(redirection.location(authority: "a.example", target: "*") == nil)
    }
}
