// `GET /api/channels/NAME`: what anybody may know of a channel, also while nothing is on
// (docs/http-api.md).
//
// Owner: the worker's loop thread.

import Channel
import Credentials
import Directory
import HTTP
import StreamState
import Streams
import Text

package final class ChannelRoutes {
    private let directory: ChannelDirectory
    private let streams: LiveStreams
    private let crossOrigin: CrossOrigin

    package init(directory: ChannelDirectory, streams: LiveStreams, crossOrigin: CrossOrigin) {
        self.directory = directory
        self.streams = streams
        self.crossOrigin = crossOrigin
    }

    package var routes: [Route] {
        [Route("channel", "/api/channels/{name}", readers: .everyPage, [.get: describe])]
    }

    private func describe(_ exchange: Exchange) {
        let headers = crossOrigin.publicHeaders(for: exchange.request)
        guard let name = try? StreamName(exchange.parameter(0)) else {
            return exchange.respond(.unknownChannel, headers: headers)
        }
        directory.find(name, for: exchange) { [streams] found in
            switch found {
            case .failure(let error): exchange.respond(Problem(error), headers: headers)
            case .success(nil): exchange.respond(.unknownChannel, headers: headers)
            case .success(let channel?):
                let json = ChannelDescription.json(
                    of: channel, live: streams.find(name).flatMap { $0.aboutWhileOn })
                exchange.respond(Content(json, headers: headers))
            }
        }
    }
}

extension LiveStream {
    /// What it says of itself; nil when it has ended.
    fileprivate var aboutWhileOn: About? { state == .ended ? nil : about }
}

extension Content {
    /// - Parameter headers: of every answer.
    fileprivate init(_ json: JSONValue, headers: [HeaderField]) {
        let bytes = Array(json.text.utf8)
        self.init(
            // Long enough for a crowd behind one cache, short enough for a page that waits.
            fields: [HeaderField("cache-control", "public, max-age=2")] + headers,
            contentFields: [HeaderField("content-type", "application/json")], bytes: bytes,
            tag: EntityTag("\"\(Fingerprint(of: bytes).text)\""))
    }
}
