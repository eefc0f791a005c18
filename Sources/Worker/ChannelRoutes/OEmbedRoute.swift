// `GET /api/oembed?url=ADDRESS`: how another site shows a channel's player (oEmbed 1.0, oembed.com). JSON only.
//
// Owner: the worker's loop thread.

import Credentials
import HTTP
import StreamState
import Streams
import Text
import Web

package final class OEmbedRoute {
    private let streams: LiveStreams
    private let names: ChannelNames
    private let siteName: String
    private let crossOrigin: CrossOrigin

    package init(
        streams: LiveStreams, names: ChannelNames, siteName: String, crossOrigin: CrossOrigin
    ) {
        self.streams = streams
        self.names = names
        self.siteName = siteName
        self.crossOrigin = crossOrigin
    }

    package var routes: [Route] {
        [Route("oembed", "/api/oembed", readers: .everyPage, [.get: answer])]
    }

    private func answer(_ exchange: Exchange) {
        let headers = crossOrigin.publicHeaders(for: exchange.request)
        let question: OEmbedQuestion
        do throws(Problem) {
            question = try OEmbedQuestion(
                query: exchange.request.query, origin: exchange.request.origin)
        } catch { return exchange.respond(error, headers: headers) }
        names.lookUp(question.name, for: exchange) { [self] isAnybodys in
            guard isAnybodys else { return exchange.respond(.unknownChannel, headers: headers) }
            let bytes = Array(json(question).text.utf8)
            exchange.respond(
                Content(
                    fields: [HeaderField("cache-control", "public, max-age=60")] + headers,
                    contentFields: [HeaderField("content-type", "application/json")],
                    bytes: bytes, tag: EntityTag("\"\(Fingerprint(of: bytes).text)\"")))
        }
    }

    private func json(_ question: OEmbedQuestion) -> JSONValue {
        let (name, origin) = (question.name.text, question.origin)
        let stream = streams.find(question.name).flatMap { $0.state == .ended ? nil : $0 }
        let about = stream?.about
        let displayName = about.flatMap { $0.displayName.isEmpty ? nil : $0.displayName } ?? name
        let title = about.flatMap { $0.words.title.isEmpty ? nil : $0.words.title } ?? displayName
        let code = question.code
        return .object(
            [
                JSONMember("version", .string("1.0")), JSONMember("type", .string("video")),
                JSONMember("provider_name", .string(siteName)),
                JSONMember("provider_url", .string("\(origin)/")),
                JSONMember("title", .string(title)),
                JSONMember("author_name", .string(displayName)),
                JSONMember("author_url", .string("\(origin)/\(name)/watchLive")),
                JSONMember("cache_age", .integer(60)),
                JSONMember("html", .string(code.html(origin: origin, name: name, title: title))),
                JSONMember("width", .integer(Int64(code.width))),
                JSONMember("height", .integer(Int64(code.height))),
            ] + (stream.flatMap { thumbnail(of: $0, origin: origin) } ?? []))
    }

    /// Nil when there is no picture, or its size is not known: oEmbed wants both.
    private func thumbnail(of stream: LiveStream, origin: String) -> [JSONMember]? {
        stream.refreshFigures()
        guard let form = stream.stillForm, form == .webP || form == .avif,
            let video = stream.tracks.first(where: { $0.kind == .video }),
            let width = video.width, let height = video.height
        else { return nil }
        return [
            JSONMember("thumbnail_url", .string("\(origin)/\(stream.name)/still")),
            JSONMember("thumbnail_width", .integer(Int64(width))),
            JSONMember("thumbnail_height", .integer(Int64(height))),
        ]
    }
}
