// Exchanges that are over, with their memory, to be used for the next requests. So a request that is
// answered at once allocates nothing.
//
// Owner: the loop's thread.

import Settings

final class SpentExchanges {
    /// Each has the memory of its last header section.
    private var exchanges: [Exchange] = []
    private var blocks: [HeaderBlock] = []
    private var headers: [IncomingHeaders] = []

    /// The memory for a header section that begins.
    func headers(sinceMs: UInt64) -> IncomingHeaders {
        let block = blocks.popLast() ?? HeaderBlock()
        guard let spent = headers.popLast() else {
            return IncomingHeaders(sinceMs: sinceMs, block: block)
        }
        spent.renew(sinceMs: sinceMs, block: block)
        return spent
    }

    /// Takes back the memory of a section that has become a request.
    func keep(_ spent: IncomingHeaders) {
        if headers.count < Limits.spentExchangesKept { headers.append(spent) }
    }

    /// An exchange for a request that begins.
    func exchange(
        _ request: Request, client: ClientShare, transport: any ExchangeTransport, streamID: Int32
    ) -> Exchange {
        guard let exchange = exchanges.popLast() else {
            return Exchange(
                request: request, client: client, transport: transport, streamID: streamID)
        }
        if let block = exchange.spentBlock(), blocks.count < Limits.spentExchangesKept {
            block.clear()
            blocks.append(block)
        }
        exchange.renew(
            request: request, client: client, transport: transport, streamID: streamID)
        return exchange
    }

    /// Takes back an exchange that is over, unless another reference to it exists. Call only if it may
    /// be renewed.
    func keep(_ exchange: inout Exchange) {
        // One with a long header section would keep all of its memory.
        guard isKnownUniquelyReferenced(&exchange), exchange.spentBlock() != nil else { return }
        if exchanges.count < Limits.spentExchangesKept { exchanges.append(exchange) }
    }
}
