// Exchanges that are over, with their memory, to be used for the next requests. So a request that is
// answered at once allocates nothing.
//
// Owner: the loop's thread.

import Settings

final class SpentExchanges {
    /// Each has the memory of its last header section.
    private var exchanges: [Exchange] = []
    private var blocks: [HeaderBlock] = []

    /// The memory for a header section that begins.
    func block() -> HeaderBlock { blocks.popLast() ?? HeaderBlock() }

    /// An exchange for a request that begins.
    func exchange(
        _ request: consuming Request, client: ClientShare, transport: any ExchangeTransport,
        streamID: Int32
    ) -> Exchange {
        guard let exchange = exchanges.popLast() else {
            return Exchange(
                request: request, client: client, transport: transport, streamID: streamID)
        }
        var last = exchange.renew(
            request: request, client: client, transport: transport, streamID: streamID)
        if let block = last.spentBlock(), blocks.count < Limits.spentExchangesKept {
            block.clear()
            blocks.append(block)
        }
        return exchange
    }

    /// Takes back an exchange that is over, unless another reference to it exists. Call only if it may
    /// be renewed.
    func keep(_ exchange: consuming Exchange) {
        guard isKnownUniquelyReferenced(&exchange), exchange.hasSpentBlock else { return }
        if exchanges.count < Limits.spentExchangesKept { exchanges.append(exchange) }
    }
}
