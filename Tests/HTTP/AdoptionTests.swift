// What the server does to a socket that it takes over.

import Glibc
import LinuxIO
import Settings
import Testing

@testable import HTTP

@Suite(.serialized)
struct AdoptionTests {
    @Test("the other end of every connection is watched", arguments: [true, false])
    func deadPeers(overTLS: Bool) throws {
        try withServer { server in
            let ours = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            // Options belong to the socket, whatever number it is looked at by.
            let looked = dup(ours)
            defer { close(looked) }
            server.onLoop {
                server.server.adopt(Descriptor(owning: ours), over: overTLS ? .tls : .plain)
            }
            let tcp = Int32(IPPROTO_TCP)
            #expect(SocketOption.get(looked, SOL_SOCKET, SO_KEEPALIVE) == 1)
            #expect(
                SocketOption.get(looked, tcp, TCP_KEEPIDLE)
                    == Int32(Limits.deadPeerIdleSeconds))
            #expect(SocketOption.get(looked, tcp, TCP_USER_TIMEOUT) == Int32(Limits.deadPeerMs))
            #expect(SocketOption.get(looked, tcp, TCP_NODELAY) == 1)
        }
    }
}
