// What an HTTP/2 session counts against its peer, and where; for the budgets, see AbuseGuard and
// UselessBytes. Effects are counted rather than causes, because the library has many reasons to reset a
// stream, and does not report all of them. But a reset leaves only when the peer reads, so those that
// are reported are counted when they arise.

extension HTTP2Session {
    /// Counts what may be abuse; when it exceeds a budget, the connection ends.
    func count(_ event: AbuseGuard.Event) {
        // Not in place: see Connection.takeHeader.
        var budgets = abuse
        let isAllowed = budgets.allows(event, nowMs: nowMs)
        abuse = budgets
        guard !isAllowed else { return }
        connection.endForAbuse()
    }

    /// A stream was reset, by the peer or through its fault. Behind a proxy that is the doing of who has
    /// made the request, and no other client may lose its connection because of it.
    func countReset(of exchange: Exchange?) {
        guard clientResets != nil else { return count(.reset) }
        // Of a request that was answered a moment before, nobody can tell any more whose it was. It has cost
        // what a request costs.
        guard let exchange else { return }
        countReset(by: exchange.client)
    }

    /// A stream of that client was reset, over the connection of a proxy.
    func countReset(by client: ClientShare) {
        if !client.isExempt, client !== self.client,
            clientResets?.add(client.network, nowMs: nowMs) == true
        {
            return
        }
        count(.reset)
    }

    /// The peer broke the protocol: the library is about to reset a stream, or has just done so.
    func countResetAhead() {
        resetsCountedAhead += 1
        count(.reset)
    }

    /// A RST_STREAM leaves. It counts as the peer's doing unless we have asked for it.
    func didSendReset(_ streamID: Int32) {
        let exchange = exchange(of: streamID)
        if let exchange {
            guard !exchange.isResetByUs else {
                if !exchange.body.isComplete { useless.didCutOffBody() }
                return
            }
        }
        if refusedStreams > 0 {
            refusedStreams -= 1
        } else if resetsCountedAhead > 0 {
            resetsCountedAhead -= 1
        } else {
            countReset(of: exchange)
        }
    }

    /// This many bytes came, and all of them have been looked at.
    func countUselessBytes(of received: Int) {
        guard !useless.allows(received: received, nowMs: nowMs) else { return }
        connection.endForAbuse()
    }
}
