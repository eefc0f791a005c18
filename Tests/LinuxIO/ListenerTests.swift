// Listening sockets by numeric address.

import CLinux
import Glibc
import Testing

@testable import LinuxIO

/// Connects to 127.0.0.1 and returns the socket.
private func connect(to port: UInt16) -> Int32 {
    let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    let result = withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            Glibc.connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
    }
    #expect(result == 0)
    return socket
}

private func port(of listener: borrowing Listener) -> UInt16 {
    UInt16(listener.localAddress.split(separator: ":").last ?? "") ?? 0
}

/// The port of a listener for IPv4 that asks for this one; nil when somebody else has it.
private func ipv4Port(on wanted: UInt16) throws(SystemError) -> UInt16? {
    do {
        return port(of: try Listener(host: "127.0.0.1", port: wanted, backlog: 16))
    } catch {
        guard error.code == EADDRINUSE else { throw error }
        return nil
    }
}

@Suite("A listener")
struct ListenerTests {
    @Test("accepts what connects, non-blocking and close-on-exec, and then says that none waits")
    func accepts() throws {
        let listener = try Listener(host: "127.0.0.1", port: 0, backlog: 16)
        let client = connect(to: port(of: listener))
        defer { close(client) }
        var poll = pollfd(fd: listener.descriptor.raw, events: Int16(POLLIN), revents: 0)
        #expect(Glibc.poll(&poll, 1, -1) == 1)
        guard let connection = try listener.accept() else {
            Issue.record("one connection waits")
            return
        }
        #expect(fcntl(connection.descriptor.raw, F_GETFD) & FD_CLOEXEC != 0)
        #expect(fcntl(connection.descriptor.raw, F_GETFL) & O_NONBLOCK != 0)
        #expect(connection.peer == PeerAddress(bytes: [127, 0, 0, 1]))
        #expect(connection.peer == PeerAddress(socket: connection.descriptor.raw))
        let next = try listener.accept()
        let noneWaits = next == nil
        #expect(noneWaits)
    }

    @Test("binds both families side by side on one port")
    func families() throws {
        // Somebody else may have a port of one family that is free in the other.
        for _ in 0..<20 {
            let ipv6 = try Listener(host: "::1", port: 0, backlog: 16)
            #expect(ipv6.localAddress.hasPrefix("[::1]:"))
            guard let bound = try ipv4Port(on: port(of: ipv6)) else { continue }
            #expect(bound == port(of: ipv6))
            return
        }
        Issue.record("no port was free in both families")
    }

    @Test("says that a port is in use")
    func inUse() throws {
        let first = try Listener(host: "127.0.0.1", port: 0, backlog: 16)
        let port = port(of: first)
        #expect(throws: SystemError(code: EADDRINUSE, call: "listen")) {
            _ = try Listener(host: "127.0.0.1", port: port, backlog: 16)
        }
    }

    @Test(
        "takes numeric addresses only", arguments: ["localhost", "", "1.2.3", "::g", "1.2.3.4:5"])
    func notNumeric(host: String) {
        #expect(throws: SystemError(code: EINVAL, call: "listen")) {
            _ = try Listener(host: host, port: 0, backlog: 16)
        }
    }

    @Test("adopts a listening socket and nothing else")
    func adopts() throws {
        let original = try Listener(host: "127.0.0.1", port: 0, backlog: 16)
        let address = original.localAddress
        let copy = Descriptor(owning: dup(original.descriptor.raw))
        let adopted = try Listener(adopting: copy)
        #expect(adopted.localAddress == address)
        #expect(fcntl(adopted.descriptor.raw, F_GETFD) & FD_CLOEXEC != 0)

        let file = open("/dev/null", O_RDONLY)
        let plain = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        for raw in [file, plain] {
            #expect(throws: SystemError(code: ENOTSOCK, call: "getsockopt")) {
                _ = try Listener(adopting: Descriptor(owning: raw))
            }
        }
    }
}
