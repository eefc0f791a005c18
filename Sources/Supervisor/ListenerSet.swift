// The listening sockets of this instance: bound from the settings, or passed by a service manager,
// which then decides the addresses.

import Glibc
import LinuxIO
import Settings

/// A listener in a box, because arrays hold no noncopyable values.
final class BoundListener {
    let listener: Listener
    /// The address in use, as HOST:PORT or [HOST]:PORT.
    let address: String

    init(_ listener: consuming Listener) {
        address = listener.localAddress
        self.listener = listener
    }
}

enum ListenerSet {
    /// Adopts the sockets the service manager passed, or binds the addresses of the settings.
    static func open(
        _ addresses: [ListenAddress], passed: Range<Int32>
    ) throws(StartError) -> [BoundListener] {
        guard passed.isEmpty else { return try adopt(passed) }
        var listeners: [BoundListener] = []
        for address in addresses {
            if let listener = try bind(address) { listeners.append(BoundListener(listener)) }
        }
        guard !listeners.isEmpty else {
            throw StartError(
                message: "this machine has none of the addresses to listen on; change --listen")
        }
        return listeners
    }

    private static func adopt(_ passed: Range<Int32>) throws(StartError) -> [BoundListener] {
        var listeners: [BoundListener] = []
        for raw in passed {
            do throws(SystemError) {
                let listener = try Listener(adopting: Descriptor(inherited: raw))
                listeners.append(BoundListener(listener))
            } catch {
                throw StartError(
                    message:
                        "descriptor \(raw) from the service manager is not a listening TCP socket; "
                        + "use ListenStream= with an address and port, and Accept=no")
            }
        }
        return listeners
    }

    /// Nil: this machine lacks the address family of an address that may be missing.
    private static func bind(_ address: ListenAddress) throws(StartError) -> Listener? {
        do {
            return try Listener(
                host: address.host, port: address.port, backlog: Limits.listenBacklog)
        } catch {
            let isMissing = error.code == EAFNOSUPPORT || error.code == EADDRNOTAVAIL
            if address.isOptional && isMissing { return nil }
            throw explain(error, address)
        }
    }

    private static func explain(_ error: SystemError, _ address: ListenAddress) -> StartError {
        let remedy =
            switch error.code {
            case EADDRINUSE:
                "the port is in use; stop the program that uses it (ss -ltnp shows it), "
                    + "or choose another with --listen"
            case EACCES:
                "ports below 1024 need the capability CAP_NET_BIND_SERVICE; grant it, "
                    + "use socket activation, or choose another port with --listen"
            case EADDRNOTAVAIL:
                "no interface of this machine has that address; correct --listen"
            case EAFNOSUPPORT:
                "this machine has no such address family; correct --listen"
            default:
                "\(error.message); correct --listen"
            }
        return StartError(message: "cannot listen on \(address): \(remedy)")
    }
}
