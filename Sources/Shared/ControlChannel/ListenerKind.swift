// What an address that Weir listens on is for. It decides how a worker serves what comes in there.

package enum ListenerKind: UInt8, CaseIterable, Sendable {
    /// TLS: everything that users see.
    case https = 0
    /// Plain HTTP: a redirect to the former.
    case redirect = 1
    /// Plain HTTP for those who run the server: its health and its figures.
    case admin = 2
}
