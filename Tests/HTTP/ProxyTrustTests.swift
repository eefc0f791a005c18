// What proxies say about requests, and when they are believed.

import LinuxIO
import Settings
import Testing

@testable import HTTP

private func address(_ text: String) -> PeerAddress {
    PeerAddress(text: Array(text.utf8))!
}

private func networks(_ texts: [String]) -> [NetworkRange] {
    texts.compactMap(NetworkRange.parse)
}

@Suite("The word of a proxy")
struct ProxyTrustTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let fields: [(String, String)]
        let client: String
        var host = "weir.internal"
        var header = ForwardedHeader.xForwardedFor
        var testDescription: String { "\(fields)" }

        init(_ values: String..., client: String, host: String = "weir.internal") {
            fields = values.map { ("x-forwarded-for", $0) }
            (self.client, self.host) = (client, host)
        }

        init(forwarded values: String..., client: String, host: String = "weir.internal") {
            fields = values.map { ("forwarded", $0) }
            (self.client, self.host, header) = (client, host, .forwarded)
        }

        init(fields: [(String, String)], client: String, host: String = "weir.internal") {
            (self.fields, self.client, self.host) = (fields, client, host)
        }
    }

    static let rows: [Row] = [
        // The last hop that is not trusted is the client, whatever it says of others.
        Row("203.0.113.9", client: "203.0.113.9"),
        Row("6.6.6.6, 203.0.113.9", client: "203.0.113.9"),
        Row("6.6.6.6", "203.0.113.9", client: "203.0.113.9"),
        Row("203.0.113.9, 10.1.2.3", client: "203.0.113.9"),
        Row("203.0.113.9", "10.1.2.3,10.9.9.9", client: "203.0.113.9"),
        Row("6.6.6.6,203.0.113.9,10.1.2.3, ,, 10.9.9.9,", client: "203.0.113.9"),
        // All of them are trusted: the first one asks for itself.
        Row("10.1.2.3, 10.9.9.9", client: "10.1.2.3"),
        Row(fields: [], client: "10.0.0.1"),
        Row("", client: "10.0.0.1"),
        // Ports, brackets, mapped addresses.
        Row("203.0.113.9:4711", client: "203.0.113.9"),
        Row("[2001:db8::9]:4711", client: "2001:db8::9"),
        Row("[2001:db8::9]", client: "2001:db8::9"),
        Row("2001:db8::9", client: "2001:db8::9"),
        Row("::ffff:203.0.113.9", client: "203.0.113.9"),
        // What says nothing leaves the last one that is known.
        Row("unknown", client: "10.0.0.1"),
        Row("203.0.113.9, unknown", client: "10.0.0.1"),
        Row("203.0.113.9, unknown, 10.9.9.9", client: "10.9.9.9"),
        Row("203.0.113.9, nonsense", client: "10.0.0.1"),
        Row("203.0.113.9, [2001:db8::9", client: "10.0.0.1"),
        Row("203.0.113.9, [203.0.113.1]", client: "10.0.0.1"),
        Row("203.0.113.9:", client: "10.0.0.1"),
        Row("203.0.113.9:123456", client: "10.0.0.1"),
        Row("203.0.113.9 10.9.9.9", client: "10.0.0.1"),
        Row("203.0.113.009", client: "10.0.0.1"),
        Row("203.0.113.9\u{0}", client: "10.0.0.1"),
        // Nothing in front of what the proxy has written changes it.
        Row("6.6.6.6, \"", "203.0.113.9", client: "203.0.113.9"),
        Row("6.6.6.6, \", 203.0.113.9", client: "203.0.113.9"),
        Row("\\\"6.6.6.6\", 203.0.113.9", client: "203.0.113.9"),
        // The other field is what anybody may have written.
        Row(fields: [("forwarded", "for=6.6.6.6;host=evil.example")], client: "10.0.0.1"),
        Row(
            fields: [
                ("forwarded", "for=6.6.6.6;host=evil.example"), ("x-forwarded-for", "203.0.113.9"),
            ], client: "203.0.113.9"),
        // The host that the browser asked for.
        Row(
            fields: [
                ("x-forwarded-for", "203.0.113.9"), ("x-forwarded-host", "live.example:8443"),
            ], client: "203.0.113.9", host: "live.example:8443"),
        Row(
            fields: [("x-forwarded-host", "evil.example, live.example")], client: "10.0.0.1",
            host: "live.example"),
        Row(fields: [("x-forwarded-host", "live example")], client: "10.0.0.1"),
        Row(fields: [("x-forwarded-host", "user@live.example")], client: "10.0.0.1"),
        Row(fields: [("x-forwarded-host", "")], client: "10.0.0.1"),

        Row(forwarded: "for=203.0.113.9", client: "203.0.113.9"),
        Row(
            forwarded: "For=\"203.0.113.9:4711\";proto=https;HOST=\"live.example\";by=_x",
            client: "203.0.113.9", host: "live.example"),
        Row(forwarded: "for=\"[2001:db8::9]:4711\"", client: "2001:db8::9"),
        Row(forwarded: "for=\"[2001:db8::9]:_port\"", client: "2001:db8::9"),
        Row(forwarded: "for=[2001:db8::9]", client: "2001:db8::9"),
        Row(
            forwarded: "for=6.6.6.6;host=evil.example, for=203.0.113.9;host=live.example",
            "for=10.1.2.3;host=inner.example", client: "203.0.113.9", host: "live.example"),
        Row(
            forwarded: "for=203.0.113.9;host=evil.example, for=_hidden;host=live.example",
            client: "10.0.0.1", host: "live.example"),
        Row(forwarded: "for=203.0.113.9, for=unknown", client: "10.0.0.1"),
        Row(forwarded: "for=203.0.113.9, proto=https", client: "10.0.0.1"),
        Row(
            forwarded: "for=6.6.6.6;x=\", for=203.0.113.9;host=live.example",
            client: "203.0.113.9", host: "live.example"),
        Row(forwarded: "for=\"", "for=203.0.113.9", client: "203.0.113.9"),
        Row(forwarded: "for=\"203.0.113.\\9\"", client: "203.0.113.9"),
        Row(forwarded: "for=203.0.113.9;", client: "203.0.113.9"),
        // Not well formed.
        Row(forwarded: "for = 203.0.113.9", client: "10.0.0.1"),
        Row(forwarded: "for=203.0.113.9;for=203.0.113.8", client: "10.0.0.1"),
        Row(forwarded: "for=203.0.113.9 host=live.example", client: "10.0.0.1"),
        Row(forwarded: "for=\"203.0.113.9\"x", client: "10.0.0.1"),
        Row(forwarded: "for=\"203.0.113.9", client: "10.0.0.1"),
        Row(forwarded: "for=\"203.0.113.9\\", client: "10.0.0.1"),
        Row(forwarded: "for=", client: "10.0.0.1"),
        Row(forwarded: "=203.0.113.9", client: "10.0.0.1"),
        Row(forwarded: ";for=203.0.113.9", client: "10.0.0.1"),
        Row(forwarded: "203.0.113.9", client: "10.0.0.1"),
    ]

    @Test("says who asks, and for which host", arguments: rows)
    func says(row: Row) {
        let trust = ProxyTrust(proxies: networks(["10.0.0.0/8"]), header: row.header)
        let block = block(row.fields)
        #expect(trust.readForwarded(block, from: address("10.0.0.1")) == address(row.client))
        #expect(block.text(block.authority) == row.host)
        // The rest of the request is as it came.
        #expect(block.text(block.path) == "/live")
        let last = block.firstField("x-last").map(block.text)
        #expect(last == "here")
    }

    private func block(_ fields: [(String, String)]) -> HeaderBlock {
        let block = HeaderBlock()
        let pseudo = [
            (":method", "GET"), (":scheme", "https"), (":authority", "weir.internal"),
            (":path", "/live"),
        ]
        for (name, value) in pseudo + fields + [("x-last", "here")] {
            block.append(name: Array(name.utf8).span, value: Array(value.utf8).span)
        }
        return block
    }

    @Test("is heard over a bounded number of proxies")
    func hops() {
        let trust = ProxyTrust(proxies: networks(["10.0.0.0/8"]))
        let count = Limits.forwardedHops
        let hops = ["203.0.113.9"] + (0..<count).map { "10.2.0.\($0)" }
        let all = block([("x-forwarded-for", hops.joined(separator: ","))])
        #expect(trust.readForwarded(all, from: address("10.0.0.1")) == address("10.2.0.0"))
        let fewer = block([("x-forwarded-for", hops.dropLast().joined(separator: ","))])
        #expect(trust.readForwarded(fewer, from: address("10.0.0.1")) == address("203.0.113.9"))
    }

    @Test("does not change what operators say of the host")
    func publicOrigin() {
        let trust = ProxyTrust(
            proxies: networks(["10.0.0.0/8"]), publicOrigin: "https://live.example:8443")
        let block = block([("x-forwarded-host", "other.example")])
        trust.setPublicAuthority(of: block)
        _ = trust.readForwarded(block, from: address("10.0.0.1"))
        #expect(block.text(block.authority) == "live.example:8443")
    }

    @Test("counts only from the networks that are named")
    func trust() {
        let trust = ProxyTrust(proxies: networks(["10.0.0.0/8", "2001:db8::/64"]))
        #expect(trust.trusts(address("10.255.0.1")) && trust.trusts(address("::ffff:10.0.0.1")))
        #expect(trust.trusts(address("2001:db8::5")))
        #expect(!trust.trusts(address("11.0.0.1")) && !trust.trusts(address("2001:db9::5")))
        #expect(!ProxyTrust.nobody.trusts(address("10.0.0.1")))
        #expect(!trust.trusts(PeerAddress(bytes: [])))
    }
}
