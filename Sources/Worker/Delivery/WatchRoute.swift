// `GET /NAME/live`: who may watch a stream now, from which place in it, and with which header fields.
//
// Owner: the worker's loop thread.

import Credentials
import HTTP
import SegmentRing
import Settings
import StreamState
import Streams

package final class WatchRoute {
    private let streams: LiveStreams
    private let names: ChannelNames
    private let crossOrigin: CrossOrigin
    private let ringMs: UInt64
    private let maxLagMs: UInt64
    private let showPlayer: (Exchange, StreamName) -> Void

    /// - Parameter showPlayer: answers people who open the address of a stream in a browser.
    package init(
        streams: LiveStreams, names: ChannelNames, crossOrigin: CrossOrigin, settings: Settings,
        showPlayer: @escaping (Exchange, StreamName) -> Void
    ) {
        self.showPlayer = showPlayer
        self.streams = streams
        self.names = names
        self.crossOrigin = crossOrigin
        ringMs = settings.ringMs
        maxLagMs = settings.maxLagMs
    }

    package var routes: [Route] {
        [Route("watch", "/{name}/live", readers: .everyPage, [.get: answer])]
    }

    private func answer(_ exchange: Exchange) {
        guard let name = try? StreamName(exchange.parameter(0)) else {
            return refuse(exchange, .unknownStream)
        }
        // A person opens the address of a stream: shows the player.
        if exchange.request.isNavigation { return showPlayer(exchange, name) }
        answer(exchange, name: name)
    }

    private func answer(_ exchange: Exchange, name: StreamName) {
        guard let stream = streams.find(name) else {
            if streams.fault(of: name) != nil { return refuse(exchange, .unreadableStream) }
            return names.lookUp(name, for: exchange) { [self] isAnybodys in
                refuse(exchange, isAnybodys ? .unknownStream : .unknownChannel)
            }
        }
        guard stream.state != .ended else { return refuse(exchange, .notLive) }
        guard let start = RingCursor.Start(query: exchange.request.query, ringMs: ringMs) else {
            return refuse(exchange, .invalidStart)
        }
        let headers =
            [
                HeaderField("content-type", stream.contentType),
                HeaderField("cache-control", "no-store, no-transform"),
                HeaderField("x-content-type-options", "nosniff"),
                // A live stream has no end to count ranges from.
                HeaderField("accept-ranges", "none"),
                // Asks a proxy not to buffer what is to be seen at once.
                HeaderField("x-accel-buffering", "no"),
            ] + crossOrigin.publicHeaders(for: exchange.request)
        if exchange.request.isHead {
            return exchange.respond(status: 200, headers: headers, body: .none)
        }
        if let problem = exchange.client.takeViewer() { return refuse(exchange, problem) }
        let viewer = Viewer(
            exchange: exchange, stream: stream, start: start, maxLagMs: maxLagMs)
        stream.add(viewer)
        exchange.handler = viewer
        viewer.begin(headers: headers) { [unowned self, unowned exchange] in
            refuse(exchange, $0)
        }
    }

    /// Refuses a request to read something public.
    private func refuse(_ exchange: Exchange, _ problem: Problem) {
        exchange.respond(problem, headers: crossOrigin.publicHeaders(for: exchange.request))
    }
}

extension RingCursor.Start {
    /// Reads `start=-N` (seconds) from a query; nil when it is present but cannot be understood.
    init?(query: Substring, ringMs: UInt64) {
        let values = NamedValues.inQuery(query, named: "start")
        guard let value = values.first else {
            self = .newest
            return
        }
        guard values.count == 1, value.allSatisfy({ "-.0123456789".contains($0) }),
            let seconds = Double(value), seconds <= 0, seconds > -1e6
        else { return nil }
        self = seconds == 0 ? .newest : .rewound(byMs: min(UInt64(-seconds * 1_000), ringMs))
    }
}

extension Problem {
    static let unreadableStream = Problem(
        status: 500, slug: "storage-failed", title: "The stream cannot be read",
        detail: "The server's storage failed. Its log says how.")

    static let invalidStart = Problem(
        status: 400, slug: "invalid-start", title: "The start cannot be understood",
        detail: "start is 0 or a negative number of seconds, for example ?start=-10.")
}
