// Whom a server believes when a connection or a request is said to be somebody else's, and where that is
// said. From all others, such fields are what anybody may make up, and mean nothing.
//
// Pure.

import LinuxIO
import Settings

package struct ProxyTrust: Sendable {
    private let proxies: [NetworkRange]
    private let header: ForwardedHeader
    /// The host by which browsers know this server, whatever a request says.
    private let publicAuthority: [UInt8]?

    /// Nobody is believed.
    package static let nobody = ProxyTrust(proxies: [])

    package init(
        proxies: [NetworkRange], header: ForwardedHeader = .xForwardedFor,
        publicOrigin: String? = nil
    ) {
        self.proxies = proxies
        self.header = header
        publicAuthority = publicOrigin.map { Array($0.utf8.dropFirst("https://".utf8.count)) }
    }

    package init(_ settings: Settings) {
        self.init(
            proxies: settings.trustedProxies, header: settings.forwardedHeader,
            publicOrigin: settings.publicOrigin)
    }

    func trusts(_ address: PeerAddress) -> Bool {
        guard !proxies.isEmpty else { return false }
        return proxies.contains { $0.contains(address.bytes) }
    }

    /// Whether requests from anybody are taken as asking for another host than they name.
    var hasPublicAuthority: Bool { publicAuthority != nil }

    /// Who asks, of a request over the connection of a trusted proxy. The request is changed so that it
    /// asks for the host that the browser asked for.
    func readForwarded(_ block: HeaderBlock, from proxy: PeerAddress) -> PeerAddress {
        let (client, host) =
            switch header {
            case .xForwardedFor: readForwardedFor(block, from: proxy)
            case .forwarded: readForwardedElements(block, from: proxy)
            }
        if publicAuthority == nil, let host, Authority.isValid(host.span) {
            block.replaceAuthority(host.span)
        }
        return client
    }

    /// Changes a request so that it asks for the host by which browsers know this server, if that was
    /// set.
    func setPublicAuthority(of block: HeaderBlock) {
        if let publicAuthority { block.replaceAuthority(publicAuthority.span) }
    }

    /// Each proxy has written behind the others who had asked it. So the way is walked backwards, as long
    /// as it leads to proxies that are trusted: what lies further back is what a stranger has said.
    private func readForwardedFor(
        _ block: HeaderBlock, from proxy: PeerAddress
    ) -> (PeerAddress, host: [UInt8]?) {
        var client = proxy
        var hops = BackwardList(block.values(of: "x-forwarded-for"))
        for _ in 0..<Limits.forwardedHops {
            guard let hop = hops.next(), let address = ForwardedNode.address(hop) else { break }
            client = address
            guard trusts(address) else { break }
        }
        var hosts = BackwardList(block.values(of: "x-forwarded-host"))
        return (client, hosts.next().map(Array.init))
    }

    private func readForwardedElements(
        _ block: HeaderBlock, from proxy: PeerAddress
    ) -> (PeerAddress, host: [UInt8]?) {
        var client = proxy
        var host: [UInt8]?
        var hops = BackwardList(block.values(of: "forwarded"))
        for _ in 0..<Limits.forwardedHops {
            guard let hop = hops.next(), let element = ForwardedElement(hop) else { break }
            host = element.host ?? host
            guard let node = element.node, let address = ForwardedNode.address(node[...]) else {
                break
            }
            client = address
            guard trusts(address) else { break }
        }
        return (client, host)
    }
}

extension HeaderBlock {
    /// The values of all fields of that name (lower case), in their order.
    fileprivate func values(of name: StaticString) -> [[UInt8]] {
        var values: [[UInt8]] = []
        forEachField { field, value in
            if matches(field, name) {
                var bytes: [UInt8] = []
                withBytes(value) { bytes.append($0) }
                values.append(bytes)
            }
            return true
        }
        return values
    }
}
