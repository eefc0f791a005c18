// Which of its listening addresses a connection came to, as far as that decides how it is served.

package enum ListenerKind: UInt8, Sendable {
    /// TLS: everything that users see.
    case publicHTTPS = 0
    /// Plain HTTP/1.1 for those who run the server.
    case admin = 1
    /// Plain HTTP/1.1 that sends everybody to the TLS port.
    case redirect = 2

    var isEncrypted: Bool { self == .publicHTTPS }
}
