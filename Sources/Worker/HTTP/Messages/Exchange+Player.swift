// Who it is that asks, as far as that can be told.

extension Exchange {
    /// Tells players from each other: over HTTP/2 each has a connection; over HTTP/1.1 it may have several,
    /// and only its address is known. Spread evenly, and different in each process.
    package var playerIdentity: Int {
        var hasher = Hasher()
        hasher.combine(client.network)
        if streamID > 0 || client.isExempt { hasher.combine(request.connectionID) }
        return hasher.finalize()
    }
}
