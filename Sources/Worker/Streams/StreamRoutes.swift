// What everyone is told about streams over HTTP: the list of them, and each one (docs/http-api.md).
//
// Owner: the worker's loop thread.

import HTTP
import StreamState

package final class StreamRoutes {
    private let streams: LiveStreams
    private let catalog: StreamCatalog
    private let crossOrigin: CrossOrigin
    /// The list as strangers get it, and when the catalog made it.
    private var list: (response: PreparedResponse, madeUs: UInt64)?

    private static let fields = [
        HeaderField("content-type", "application/json"), HeaderField("cache-control", "no-store"),
    ]

    package init(streams: LiveStreams, catalog: StreamCatalog, crossOrigin: CrossOrigin) {
        self.streams = streams
        self.catalog = catalog
        self.crossOrigin = crossOrigin
    }

    package var routes: [Route] {
        [
            Route("streams", "/api/streams", readers: .everyPage, [.get: answerList]),
            Route("stream", "/api/streams/{name}", readers: .everyPage, [.get: describe]),
        ]
    }

    /// The response is made when the catalog has a new list, and not at each request.
    private func answerList(_ exchange: Exchange) {
        let isStrangers = !crossOrigin.isNamed(exchange.request)
        if isStrangers, let list, catalog.isListFresh, list.madeUs == catalog.listMadeUs {
            return exchange.respond(list.response)
        }
        let json = catalog.listJSON()
        guard isStrangers else {
            return exchange.respond(
                status: 200,
                headers: Self.fields + crossOrigin.publicHeaders(for: exchange.request),
                body: .shared(json))
        }
        let response = PreparedResponse(
            status: 200, headers: Self.fields + crossOrigin.strangersHeaders, body: json)
        list = (response, catalog.listMadeUs)
        exchange.respond(response)
    }

    private func describe(_ exchange: Exchange) {
        let headers = crossOrigin.publicHeaders(for: exchange.request)
        guard let name = try? StreamName(exchange.parameter(0)), let stream = streams.find(name)
        else {
            return exchange.respond(.unknownStream, headers: headers)
        }
        stream.refreshFigures()
        exchange.respond(status: 200, headers: Self.fields + headers, body: .bytes(stream.json))
    }
}
