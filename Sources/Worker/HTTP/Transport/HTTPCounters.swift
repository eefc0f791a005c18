// What this module counts, as plain numbers that only grow. Owned by the loop's thread; the worker
// copies them to where others read them.

package final class HTTPCounters {
    /// Connections adopted.
    package var connectionsOpened: UInt64 = 0
    package var connectionsClosed: UInt64 = 0
    /// Connections that exceeded the limit and were closed at once.
    package var connectionsRefused: UInt64 = 0
    /// Connections that had to begin with the header of a proxy, and did not in time.
    package var proxyHeadersRefused: UInt64 = 0
    package var handshakes: UInt64 = 0
    package var handshakesFailed: UInt64 = 0
    package var requests: UInt64 = 0
    /// TLS bytes read from and written to sockets.
    package var bytesReceived: UInt64 = 0
    package var bytesSent: UInt64 = 0
    /// Connections closed because their peer exceeded a budget of the AbuseGuard.
    package var abuseCloses: UInt64 = 0

    package init() {}
}
