// What an HTTP/2 session counts against its peer, and where: see AbuseGuard and UselessBytes for the
// budgets. Effects are counted rather than causes, because the library has many reasons to reset a
// stream, some of which it reports nowhere; but a reset leaves only when the peer reads, so those that
// are reported are counted when they arise.

extension HTTP2Session {
    /// Counts what may be abuse; over budget, the connection ends.
    func count(_ event: AbuseGuard.Event) {
        guard !abuse.allows(event, nowMs: nowMs) else { return }
        connection.endForAbuse()
    }

    /// The peer broke the protocol: the library resets a stream now, or has done so before.
    func countResetAhead() {
        resetsCountedAhead += 1
        count(.reset)
    }

    /// A RST_STREAM leaves. It is the peer's doing unless we have asked for it.
    func didSendReset(_ streamID: Int32) {
        if let exchange = exchange(of: streamID) {
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
            count(.reset)
        }
    }

    /// So many bytes came, and all of them have been looked at.
    func countUselessBytes(of received: Int) {
        guard !useless.allows(received: received, nowMs: nowMs) else { return }
        connection.endForAbuse()
    }
}
