// Which ends of a connection count as failed handshakes.

import Glibc
import Testing

@testable import HTTP

struct HandshakeCountTests {
    struct Row: CustomTestStringConvertible {
        let testDescription: String
        let bytes: [UInt8]
        let end: End
        let failures: UInt64

        enum End: Sendable {
            /// It waits for the server to close.
            case none
            case close
            /// With a reset.
            case abort
        }

        init(_ testDescription: String, _ bytes: [UInt8], _ end: End, failures: UInt64) {
            self.testDescription = testDescription
            self.bytes = bytes
            self.end = end
            self.failures = failures
        }
    }

    /// The beginning of a record with a handshake message of 508 bytes.
    private static let halfHello: [UInt8] = [22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3]

    @Test(
        "a handshake fails when it takes too long, is none, or its client goes in the middle",
        arguments: [
            Row("silence", [], .none, failures: 1),
            Row("half a greeting, and then silence", halfHello, .none, failures: 1),
            Row("half a greeting, and gone", halfHello, .close, failures: 1),
            Row("half a greeting, and a reset", halfHello, .abort, failures: 1),
            Row("noise", [UInt8](repeating: 7, count: 50), .none, failures: 1),
            Row("HTTP", Array("GET / HTTP/1.1\r\n\r\n".utf8), .none, failures: 1),
            Row("a look whether somebody is there", [], .close, failures: 0),
            Row("the same with a reset", [], .abort, failures: 0),
        ])
    func counts(row: Row) throws {
        // Who goes by itself is not hurried, so that a busy machine does not do it.
        let limits = row.end == .none ? shortLimits(for: "handshake") : HTTPLimits()
        try withServer(limits) { server in
            let client = connect(to: server.port)
            var sent = 0
            if !row.bytes.isEmpty { sent = send(client, row.bytes, row.bytes.count, 0) }
            #expect(sent == row.bytes.count)
            if !row.bytes.isEmpty {
                while server.onLoop({ server.counters.counts.bytesReceived }) == 0 {}
            }
            switch row.end {
            case .none:
                var byte: UInt8 = 0
                while recv(client, &byte, 1, 0) > 0 {}
                Glibc.close(client)
            case .close: Glibc.close(client)
            case .abort:
                var linger = Glibc.linger(l_onoff: 1, l_linger: 0)
                setsockopt(
                    client, SOL_SOCKET, SO_LINGER, &linger,
                    socklen_t(MemoryLayout<Glibc.linger>.size))
                Glibc.close(client)
            }
            while server.onLoop({ server.counters.counts.connectionsClosed }) == 0 {}
            #expect(server.onLoop { server.counters.counts.handshakesFailed } == row.failures)
            #expect(server.onLoop { server.counters.counts.handshakes } == 0)
        }
    }

    @Test("a handshake that succeeds, and its connection's end, are no failures")
    func success() throws {
        try withServer { server in
            #expect(server.curl("\(server.base)/hello").text == "hello")
            while server.onLoop({ server.counters.counts.connectionsClosed }) == 0 {}
            #expect(server.onLoop { server.counters.counts.handshakes } == 1)
            #expect(server.onLoop { server.counters.counts.handshakesFailed } == 0)
        }
    }

    private func connect(to port: UInt16) -> Int32 {
        let client = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(client, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        precondition(result == 0)
        return client
    }
}
