// Sockets whose other end is watched.

import Glibc
import Testing

@testable import LinuxIO

@Suite struct DeadPeerTests {
    private let watch = DeadPeerWatch(
        idleSeconds: 15, intervalSeconds: 5, probes: 3, userTimeoutMs: 30_000)

    @Test("a TCP socket is told all of it")
    func options() {
        let socket = Descriptor(owning: Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0))
        let tcp = Int32(IPPROTO_TCP)
        #expect(SocketOption.get(socket.raw, SOL_SOCKET, SO_KEEPALIVE) == 0)
        #expect(watch.start(on: socket.raw))
        #expect(SocketOption.get(socket.raw, SOL_SOCKET, SO_KEEPALIVE) == 1)
        #expect(SocketOption.get(socket.raw, tcp, TCP_KEEPIDLE) == 15)
        #expect(SocketOption.get(socket.raw, tcp, TCP_KEEPINTVL) == 5)
        #expect(SocketOption.get(socket.raw, tcp, TCP_KEEPCNT) == 3)
        #expect(SocketOption.get(socket.raw, tcp, TCP_USER_TIMEOUT) == 30_000)
    }

    @Test("a socket of another kind is left alone")
    func others() {
        let socket = Descriptor(owning: Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0))
        #expect(!watch.start(on: socket.raw))
        #expect(SocketOption.get(socket.raw, SOL_SOCKET, SO_KEEPALIVE) == 0)
    }
}
