// Exchanges that are over, with their memory, to be used for the next requests. So a request that is
// answered at once allocates nothing.
//
// They are chained, not put into arrays: what changes in place in this module is checked for overlapping
// accesses at each use.
//
// Owner: the loop's thread.

import Settings

final class SpentExchanges {
    /// Each has the memory of its last header section.
    private var exchange: Exchange?
    private var exchangeCount = 0
    private var block: HeaderBlock?
    private var blockCount = 0
    private var headers: IncomingHeaders?

    deinit {
        while takeExchange() != nil {}
        while takeBlock() != nil {}
    }

    /// Where to put a header section that begins. All come with the same limits.
    func headers(sinceMs: UInt64, _ limits: HTTPLimits) -> IncomingHeaders {
        guard let kept = headers else { return IncomingHeaders(sinceMs: sinceMs, limits: limits) }
        headers = nil
        kept.begin(sinceMs: sinceMs)
        return kept
    }

    /// Takes that back when its block belongs to a request.
    func keep(_ headers: IncomingHeaders) {
        guard self.headers == nil else { return }
        headers.clear(for: takeBlock() ?? HeaderBlock())
        self.headers = headers
    }

    private func takeBlock() -> HeaderBlock? {
        guard let taken = block else { return nil }
        block = taken.next
        taken.next = nil
        blockCount -= 1
        return taken
    }

    private func takeExchange() -> Exchange? {
        guard let taken = exchange else { return nil }
        exchange = taken.nextSpent
        taken.nextSpent = nil
        exchangeCount -= 1
        return taken
    }

    /// An exchange for a request that begins.
    func exchange(
        _ request: Request, client: ClientShare, transport: any ExchangeTransport,
        streamID: Int32
    ) -> Exchange {
        guard let exchange = takeExchange() else {
            return Exchange(
                request: request, client: client, transport: transport, streamID: streamID)
        }
        var last = exchange.renew(
            request: request, client: client, transport: transport, streamID: streamID)
        if let block = last.spentBlock(), blockCount < Limits.spentExchangesKept {
            block.clear()
            block.next = self.block
            self.block = block
            blockCount += 1
        }
        return exchange
    }

    /// Takes back an exchange that is over, unless another reference to it exists. Call only if it may
    /// be renewed.
    func keep(_ exchange: consuming Exchange) {
        guard isKnownUniquelyReferenced(&exchange), exchange.hasSpentBlock,
            exchangeCount < Limits.spentExchangesKept
        else { return }
        exchange.nextSpent = self.exchange
        self.exchange = exchange
        exchangeCount += 1
    }
}
