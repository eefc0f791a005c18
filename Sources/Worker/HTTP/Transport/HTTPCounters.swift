// What this module counts, as plain numbers that only grow. Owned by the loop's thread; the worker
// copies them to where others read them.

package struct HTTPCounts {
    /// Connections adopted.
    package internal(set) var connectionsOpened: UInt64 = 0
    package internal(set) var connectionsClosed: UInt64 = 0
    /// Connections that exceeded the limit and were closed at once.
    package internal(set) var connectionsRefused: UInt64 = 0
    /// Connections that had to begin with the header of a proxy, and did not in time.
    package internal(set) var proxyHeadersRefused: UInt64 = 0
    package internal(set) var handshakes: UInt64 = 0
    package internal(set) var handshakesFailed: UInt64 = 0
    package internal(set) var requests: UInt64 = 0
    /// TLS bytes read from and written to sockets.
    package internal(set) var bytesReceived: UInt64 = 0
    package internal(set) var bytesSent: UInt64 = 0
    /// Connections closed because their peer exceeded a budget of the AbuseGuard.
    package internal(set) var abuseCloses: UInt64 = 0
}

package final class HTTPCounters {
    /// For this module alone, so that the compiler sees all accesses: others would have each one checked.
    var counts = HTTPCounts()

    package init() {}

    package var current: HTTPCounts { counts }
}
