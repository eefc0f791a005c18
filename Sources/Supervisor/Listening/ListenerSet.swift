// The listening sockets of this instance: bound from the settings, or passed by a service manager. Where it
// passes sockets of a kind, it decides the addresses of that kind.

import ControlChannel
import Glibc
import LinuxIO
import Settings

/// A listener in a box, because arrays hold no noncopyable values.
final class BoundListener {
    let listener: Listener
    private(set) var kind: ListenerKind
    /// The address in use, as HOST:PORT or [HOST]:PORT.
    let address: String

    init(_ listener: consuming Listener, kind: ListenerKind) {
        self.kind = kind
        address = listener.localAddress
        self.listener = listener
    }

    /// Only proxies come here, and say first for whom.
    fileprivate func expectProxies() { kind = kind == .redirect ? .proxiedRedirect : .proxied }

    fileprivate var expectsProxies: Bool { kind == .proxied || kind == .proxiedRedirect }
}

enum ListenerSet {
    /// Adopts the sockets that the service manager passed, and binds those of the other kinds.
    static func open(
        _ settings: Settings, passed: [ServiceManager.PassedSocket]
    ) throws(StartError) -> [BoundListener] {
        var adopted: [BoundListener] = []
        for socket in passed { adopted.append(try adopt(socket)) }
        let kinds = Set(passed.map(\.kind))
        let secure =
            kinds.contains(.https) ? [] : try bind(settings.listen, .https, .listen)
        let redirect =
            kinds.contains(.redirect)
            ? [] : try bind(settings.httpRedirect, .redirect, .httpRedirect)
        let open = adopted + secure + redirect
        try expectProxies(settings.proxyProtocol, among: open)
        return try open + bind(settings.admin, .admin, .admin)
    }

    /// Takes over the listener of another supervisor. Nil: it is none.
    static func adopt(_ descriptor: consuming Descriptor, kind: ListenerKind) -> BoundListener? {
        guard let listener = try? Listener(adopting: descriptor) else { return nil }
        return BoundListener(listener, kind: kind)
    }

    /// Each address has to be one that users come to. (One that stands for a whole family may be missing
    /// where one socket is for both, or where the machine lacks the family.)
    private static func expectProxies(
        _ addresses: [ListenAddress], among listeners: [BoundListener]
    ) throws(StartError) {
        for listener in listeners
        where addresses.contains(where: { $0.description == listener.address }) {
            listener.expectProxies()
        }
        for address in addresses {
            let isThere = listeners.contains { listener in
                listener.address == address.description
                    || (address.isForAll && listener.expectsProxies
                        && listener.address.hasSuffix(":\(address.port)"))
            }
            guard isThere else {
                throw StartError(
                    message:
                        "no listener for users has the address \(address) of "
                        + "\(Setting.named(.proxyProtocol).flag); weir listens on "
                        + listeners.map(\.address).joined(separator: ", "))
            }
        }
    }

    private static func bind(
        _ addresses: [ListenAddress], _ kind: ListenerKind, _ setting: Setting.Name
    ) throws(StartError) -> [BoundListener] {
        let flag = Setting.named(setting).flag
        var listeners: [BoundListener] = []
        for address in addresses {
            if let listener = try bind(address, flag) {
                listeners.append(BoundListener(listener, kind: kind))
            }
        }
        guard addresses.isEmpty || !listeners.isEmpty else {
            throw StartError(
                message: "this machine has none of the addresses to listen on; change \(flag)")
        }
        return listeners
    }

    private static func adopt(
        _ passed: ServiceManager.PassedSocket
    ) throws(StartError) -> BoundListener {
        do throws(SystemError) {
            let listener = try Listener(adopting: Descriptor(inherited: passed.raw))
            return BoundListener(listener, kind: passed.kind)
        } catch {
            throw StartError(
                message:
                    "descriptor \(passed.raw) from the service manager is not a listening TCP socket; "
                    + "use ListenStream= with an address and port, and Accept=no")
        }
    }

    /// Nil: the machine lacks the address family, and the address is one that may be missing.
    private static func bind(
        _ address: ListenAddress, _ flag: String
    ) throws(StartError) -> Listener? {
        do {
            return try Listener(
                host: address.host, port: address.port, backlog: Limits.listenBacklog)
        } catch {
            let isMissing = error.code == EAFNOSUPPORT || error.code == EADDRNOTAVAIL
            if address.isOptional && isMissing { return nil }
            throw explain(error, address, flag)
        }
    }

    private static func explain(
        _ error: SystemError, _ address: ListenAddress, _ flag: String
    ) -> StartError {
        let remedy =
            switch error.code {
            case EADDRINUSE:
                "the port is in use; stop the program that uses it (ss -ltnp shows it), "
                    + "or choose another with \(flag)"
            case EACCES:
                "ports below 1024 need the capability CAP_NET_BIND_SERVICE; "
                    + "let systemd open it (\(unit(flag))), grant it, or choose another port with \(flag)"
            case EADDRNOTAVAIL:
                "no interface of this machine has that address; correct \(flag)"
            case EAFNOSUPPORT:
                "this machine has no such address family; correct \(flag)"
            default:
                "\(error.message); correct \(flag)"
            }
        return StartError(message: "cannot listen on \(address): \(remedy)")
    }

    /// The unit that has systemd open what a setting asks for.
    private static func unit(_ flag: String) -> String {
        flag == Setting.named(.httpRedirect).flag ? "weir-redirect.socket" : "weir.socket"
    }
}
