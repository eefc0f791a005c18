// What Weir finds where it was started, and goes on in spite of: a file system that may fail in ways of its
// own, an address family that the machine lacks. Said once, when it is certain that there is a server.

import ControlChannel
import Settings
import Telemetry

extension Supervisor {
    func reportPlace() {
        let path = settings.dataDirectory
        if let kind = FileSystemKind.at(path), let text = kind.text(about: path) {
            if case .warning = kind.verdict {
                logger.report(.fileSystemRisky, "\(text)")
            } else {
                logger.info("\(text)")
            }
        }
        let missing = absentAddresses
        guard let first = missing.first else { return }
        let listed = missing.map(\.description).joined(separator: ", ")
        logger.report(
            .addressFamilyMissing,
            "this machine has no \(first.isIPv6 ? "IPv6" : "IPv4"): not listening on \(listed)")
    }

    /// Those halves of addresses that stand for both families (":8443") that could not be had. What a service
    /// manager passes is its choice.
    private var absentAddresses: [ListenAddress] {
        let wanted: [(ListenerKind, [ListenAddress])] = [
            (.https, hasPassedSockets ? [] : settings.listen),
            (.redirect, hasPassedSockets ? [] : settings.httpRedirect), (.admin, settings.admin),
        ]
        return wanted.flatMap { kind, addresses in
            let behindProxies: [ListenerKind: ListenerKind] = [
                .https: .proxied, .redirect: .proxiedRedirect,
            ]
            let had =
                self.addresses[kind, default: []]
                + (behindProxies[kind].map { self.addresses[$0, default: []] } ?? [])
            return addresses.filter { $0.isOptional && !had.contains($0.description) }
        }
    }
}
