// What a request may say of its host: one table, read by both protocols.

import Testing

@testable import HTTP

/// A target's authority (`:authority`, or the absolute form) and Host fields.
struct HostCase: Sendable, CustomTestStringConvertible {
    let authority: String?
    let hosts: [String]
    let isTaken: Bool

    init(_ authority: String?, _ hosts: [String] = [], isTaken: Bool = false) {
        self.authority = authority
        self.hosts = hosts
        self.isTaken = isTaken
    }

    var testDescription: String { "\(authority ?? "none"), Host \(hosts)" }

    static let all: [HostCase] =
        [
            "example.org", "EXAMPLE.org:8443", "127.0.0.1", "localhost:1", "[::1]", "[::1]:8443",
            "a:65535", "a:0", "a:", "xn--bcher-kva.example", "a_b~c", "a%C3%A9",
        ].flatMap {
            [
                HostCase($0, isTaken: true), HostCase(nil, [$0], isTaken: true),
                HostCase($0, [$0], isTaken: true),
            ]
        }
        + [
            "", "a/b", "u@a", "u:p@a", "a b", "a, b", "a?b", "a#b", "a:b", "a:1:2", "a:+1",
            "a:65536",
            "a:99999", "a:123456", ":443", "[::1", "[fe80::1%25eth0]", "[::1]a", "[1]", "[]", "a%4",
            "\u{e9}", "a\\b", "a\u{7f}", "<a>",
        ].flatMap {
            [
                HostCase($0), HostCase(nil, [$0]), HostCase($0, [$0]), HostCase("a", [$0]),
                HostCase($0, ["a"]),
            ]
        }
        + [
            HostCase("a", ["A"], isTaken: true), HostCase("a", ["b"]), HostCase("a", ["a:443"]),
            HostCase("a", ["a", "a"]), HostCase(nil, ["a", "a"]), HostCase(nil, ["a", "b"]),
            HostCase(nil, []),
        ]
}

struct AuthorityTests {
    @Test("HTTP/2 takes and refuses the same hosts as HTTP/1.1", arguments: HostCase.all)
    func table(_ sample: HostCase) {
        #expect(isTakenByHTTP1(sample) == sample.isTaken)
        #expect(isTakenByHTTP2(sample) == sample.isTaken)
    }

    /// Only with both does HTTP/1.1 need the absolute form.
    private func isTakenByHTTP1(_ sample: HostCase) -> Bool {
        // There, these end the authority.
        if let authority = sample.authority, authority.contains(where: { "/?".contains($0) }) {
            return false
        }
        var target = "/"
        var hosts = sample.hosts
        if let authority = sample.authority {
            if hosts.isEmpty { hosts = [authority] } else { target = "https://\(authority)/" }
        }
        let fields = hosts.map { "Host: \($0)\r\n" }.joined()
        let transcript = HTTP1Transcript("GET \(target) HTTP/1.1\r\n\(fields)\r\n")
        return transcript.failure == nil
    }

    private func isTakenByHTTP2(_ sample: HostCase) -> Bool {
        let headers = IncomingHeaders(sinceMs: 0, limits: HTTPLimits())
        var fields = [(":method", "GET"), (":path", "/")]
        if let authority = sample.authority { fields.append((":authority", authority)) }
        fields += sample.hosts.map { ("host", $0) }
        for (name, value) in fields {
            let isTaken = headers.append(
                name: Array(name.utf8).span, value: Array(value.utf8).span)
            #expect(isTaken)
        }
        let problem = headers.problem
        if let problem { #expect(problem.status == 400) }
        return problem == nil
    }

    @Test(
        "addresses and localhost are told from names",
        arguments: [
            ("127.0.0.1", true), ("127.0.0.1:9443", true), ("10.1.2.3:1", true), ("[::1]", true),
            ("[::1]:9443", true), ("[fe80::1]", true), ("localhost", true),
            ("LocalHost:9443", true),
            ("localhost.", false), ("localhost.example", false), ("a.localhost", false),
            ("example.org", false), ("127.0.0.1.example", false), ("127.1", false), ("1", false),
            ("0x7f.0.0.1", false), ("256.1.1.1", false), ("127.0.0.1:x", false), ("", false),
            ("::1", false), ("[::1", false), ("[1.2.3.4]", false), ("[::g]", false),
            ("127.0.0.1/8", false), ("[::]", true), ("u@127.0.0.1", false),
        ])
    func addresses(_ authority: String, _ isAddress: Bool) {
        #expect(Authority.isAddress(authority) == isAddress)
    }
}
