// Fuzzes what proxies say in front of connections and in requests. Whatever comes, it must not trap; a
// header means the same in whatever pieces it arrives, and never takes bytes that are the client's; and what
// a stranger puts in front of a proxy's word does not change it.
//
// Run it with the directory of the corpus:
//   FuzzProxies Tests/Fuzz/Proxies/Corpus -dict=Tests/Fuzz/Proxies/proxies.dict

import FuzzDriver
import LinuxIO
import Settings

@testable import HTTP

@main
enum FuzzProxies {
    static func main() { fuzz(check) }
}

private func check(_ input: [UInt8]) {
    checkHeader(input)
    for header in ForwardedHeader.allCases { checkFields(input, header) }
}

private func checkHeader(_ input: [UInt8]) {
    var position = 0
    var whole = ProxyHeader()
    let outcome = whole.take(input.span, from: &position)
    precondition(position <= input.count, "nothing is taken that has not come")
    precondition(position <= Limits.proxyHeaderBytes, "a header is bounded")
    precondition(outcome == .needsMore || position > 0, "an outcome needs bytes")
    var pieces = ProxyHeader()
    var taken = 0
    while taken < input.count {
        var inside = 0
        let next = pieces.take([input[taken]].span, from: &inside)
        taken += inside
        guard next == .needsMore else {
            precondition(next == outcome && taken == position, "pieces mean the same")
            return
        }
    }
    precondition(outcome == .needsMore, "pieces mean the same")
}

private let proxy = PeerAddress(bytes: [10, 0, 0, 1])
private let client = PeerAddress(bytes: [203, 0, 113, 9])
private let trusted = [NetworkRange.parse("10.0.0.0/8")].compactMap(\.self)

/// Each line is the value of a field.
private func checkFields(_ input: [UInt8], _ header: ForwardedHeader) {
    let trust = ProxyTrust(proxies: trusted, header: header)
    let lines = input.split(separator: UInt8(ascii: "\n")).prefix(20).map { $0.prefix(1_000) }
    let last = header == .forwarded ? "for=203.0.113.9;host=a.example" : "203.0.113.9"
    // Alone, with a field of the proxy behind it, and with the proxy's word in the same field.
    _ = read(lines.map(Array.init), trust, header)
    precondition(read(lines.map(Array.init) + [Array(last.utf8)], trust, header).0 == client)
    guard let end = lines.last else { return }
    let joined = lines.dropLast().map(Array.init) + [Array(end) + Array((", " + last).utf8)]
    let (found, authority) = read(joined, trust, header)
    precondition(found == client, "nothing in front of a proxy's word changes it")
    precondition(header != .forwarded || authority == "a.example")
}

private func read(
    _ values: [[UInt8]], _ trust: ProxyTrust, _ header: ForwardedHeader
) -> (PeerAddress, String) {
    let block = HeaderBlock()
    block.append(name: Array(":authority".utf8).span, value: Array("weir".utf8).span)
    for value in values {
        block.append(name: Array(header.rawValue.utf8).span, value: value.span)
        block.append(name: Array("x-forwarded-host".utf8).span, value: value.span)
    }
    let found = trust.readForwarded(block, from: proxy)
    let authority = block.text(block.authority)
    precondition(Authority.isValid(Array(authority.utf8).span), "a host is one")
    return (found, authority)
}
