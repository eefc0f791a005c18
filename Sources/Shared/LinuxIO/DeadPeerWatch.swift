// Lets the kernel find out that the other end of a TCP connection has vanished silently: its
// machine has lost power or its network, or a router on the way has forgotten the connection.
//
// Unsafe: integers of ours, which outlive the one call they are passed to.

import Glibc

/// When a silent connection is probed, and how long an answer may take.
package struct DeadPeerWatch: Equatable, Sendable {
    /// After this much silence, the other end is probed,
    package let idleSeconds: Int
    /// and probed again at this interval,
    package let intervalSeconds: Int
    /// this many times in all.
    package let probes: Int
    /// If data or probes are not acknowledged for this long, the connection ends. Linux gives this
    /// precedence over the number of probes.
    package let userTimeoutMs: Int

    package init(idleSeconds: Int, intervalSeconds: Int, probes: Int, userTimeoutMs: Int) {
        self.idleSeconds = idleSeconds
        self.intervalSeconds = intervalSeconds
        self.probes = probes
        self.userTimeoutMs = userTimeoutMs
    }

    /// False if the socket is not a TCP socket; then nothing is watched.
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

/// Socket options that are a single number.
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
