// Listening TCP sockets, bound by numeric address or adopted from a service manager. A listener is
// non-blocking and close-on-exec; so is every connection it accepts. One process owns it.
//
// Unsafe: C strings and text buffers of ours, which outlive the one call they are passed to.

import CLinux
import Glibc

/// A connection that was just accepted, and where it comes from.
package struct AcceptedConnection: ~Copyable {
    package let descriptor: Descriptor
    package let peer: PeerAddress
}

/// A listening TCP socket over IPv4 or IPv6.
package struct Listener: ~Copyable {
    package let descriptor: Descriptor

    /// Binds and listens. `host` is a numeric IPv4 or IPv6 address, port 0 lets the kernel choose.
    /// `backlog` is how many connections may wait to be accepted; the kernel caps it at
    /// net.core.somaxconn. An IPv6 listener takes IPv6 only.
    /// Errors: EINVAL (not a numeric address), EADDRINUSE, EADDRNOTAVAIL, EACCES, EMFILE.
    package init(host: String, port: UInt16, backlog: Int32) throws(SystemError) {
        let raw = try systemCall("listen") { unsafe weir_listen(host, port, backlog) }
        descriptor = Descriptor(owning: raw)
    }

    /// Adopts a socket that somebody else has bound. Errors: ENOTSOCK when it is not a listening TCP
    /// socket.
    package init(adopting descriptor: consuming Descriptor) throws(SystemError) {
        let raw = descriptor.raw
        guard weir_is_tcp_listener(raw) == 1 else {
            throw SystemError(code: ENOTSOCK, call: "getsockopt")
        }
        try systemCall("fcntl") { weir_secure_inherited(raw, 1) }
        self.descriptor = descriptor
    }

    /// The address in use, as 127.0.0.1:8443 or [::1]:8443.
    package var localAddress: String {
        var text = [CChar](repeating: 0, count: 80)
        let result = unsafe text.withUnsafeMutableBufferPointer { buffer in
            unsafe weir_local_address(descriptor.raw, buffer.baseAddress, buffer.count)
        }
        guard result == 0 else { return "unknown address" }
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// Accepts the next waiting connection; nil when none waits.
    ///
    /// Linux reports errors of the connection that was just accepted through this call; such a
    /// connection is gone, so the next one is tried (accept(2), "Error handling").
    /// Errors: EMFILE, ENFILE, ENOBUFS, ENOMEM: the system is out of something, try again later.
    package func accept() throws(SystemError) -> AcceptedConnection? {
        while true {
            do throws(SystemError) {
                return try acceptOnce()
            } catch {
                switch error.code {
                case EAGAIN: return nil
                case EMFILE, ENFILE, ENOBUFS, ENOMEM, EINVAL: throw error
                default: continue
                }
            }
        }
    }

    private func acceptOnce() throws(SystemError) -> AcceptedConnection {
        var address = [UInt8](repeating: 0, count: 16)
        var count = 0
        let raw = try systemCall("accept4") {
            unsafe weir_accept(descriptor.raw, &address, &count)
        }
        address.removeLast(address.count - count)
        return AcceptedConnection(
            descriptor: Descriptor(owning: raw), peer: PeerAddress(bytes: address))
    }
}
