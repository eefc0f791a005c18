// What a listening address of Weir is for. It decides how a worker serves the connections that come
// in there.

package enum ListenerKind: UInt8, CaseIterable, Sendable {
    /// TLS: everything that users see.
    case https = 0
    /// Plain HTTP: a redirect to the former.
    case redirect = 1
    /// Plain HTTP for operators: the server's health and its metrics.
    case admin = 2
    /// HTTP over the control socket, from root or the server's own user: what the admin listener has, and
    /// what only operators may do.
    case control = 3
    /// TLS behind a header of the PROXY protocol, from a trusted proxy.
    case proxied = 4
    /// Plain HTTP, a redirect, behind such a header.
    case proxiedRedirect = 5
}
