// The address by which a client knows this server.

extension Request {
    /// "https://host:port", as the client (or the proxy that it asked) has called this server; nil when it
    /// has not called it anything.
    package var origin: String? {
        let authority = authority
        return authority.isEmpty ? nil : "https://\(authority)"
    }
}
