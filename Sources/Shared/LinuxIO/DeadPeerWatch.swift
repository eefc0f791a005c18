// Has the kernel find out that the other end of a TCP connection is gone without a word: its machine has
// lost its power or its network, or a router on the way has forgotten the connection.
//
// Unsafe: integers of ours, which outlive the one call they are passed to.

import Glibc

/// What a connection that says nothing is asked, and how long an answer may take.
package struct DeadPeerWatch: Equatable, Sendable {
    /// When nothing has come for so long, the other end is asked whether it is there,
    package let idleSeconds: Int
    /// and again so much later,
    package let intervalSeconds: Int
    /// so many times in all.
    package let probes: Int
    /// When what we have sent, or asked, is not acknowledged for so long, the connection is at its end.
    /// To Linux this goes before the number of probes.
    package let userTimeoutMs: Int

    package init(idleSeconds: Int, intervalSeconds: Int, probes: Int, userTimeoutMs: Int) {
        self.idleSeconds = idleSeconds
        self.intervalSeconds = intervalSeconds
        self.probes = probes
        self.userTimeoutMs = userTimeoutMs
    }

    /// False when the socket is none of TCP, and then nothing is watched.
    @discardableResult
    package func start(on raw: Int32) -> Bool {
        SocketOption.set(raw, Int32(IPPROTO_TCP), TCP_KEEPIDLE, Int32(clamping: idleSeconds))
            && SocketOption.set(
                raw, Int32(IPPROTO_TCP), TCP_KEEPINTVL, Int32(clamping: intervalSeconds))
            && SocketOption.set(raw, Int32(IPPROTO_TCP), TCP_KEEPCNT, Int32(clamping: probes))
            && SocketOption.set(
                raw, Int32(IPPROTO_TCP), TCP_USER_TIMEOUT, Int32(clamping: userTimeoutMs))
            && SocketOption.set(raw, SOL_SOCKET, SO_KEEPALIVE, 1)
    }
}

/// Options of sockets that are one number.
package enum SocketOption {
    /// False: the socket has no such option.
    @discardableResult
    package static func set(
        _ raw: Int32, _ level: Int32, _ option: Int32, _ value: Int32
    ) -> Bool {
        var value = value
        let size = socklen_t(MemoryLayout<Int32>.size)
        return unsafe setsockopt(raw, level, option, &value, size) == 0
    }

    /// Nil: the socket has no such option.
    package static func get(_ raw: Int32, _ level: Int32, _ option: Int32) -> Int32? {
        var value: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        return unsafe getsockopt(raw, level, option, &value, &size) == 0 ? value : nil
    }
}
