// `PUT /NAME/still`: a studio sends a small picture of what it broadcasts. It is looked through, not decoded
// (Picture), and kept beside the ring.
//
// Owner: the worker's loop thread.

import HTTP
import LinuxIO
import Pictures
import Settings
import StreamState
import Streams
import Telemetry

package final class StillUploads {
    private let streams: LiveStreams
    private let publishing: Publishing
    private let crossOrigin: CrossOrigin
    private let environment: IngestEnvironment

    package init(
        streams: LiveStreams, publishing: Publishing, crossOrigin: CrossOrigin,
        environment: IngestEnvironment
    ) {
        self.streams = streams
        self.publishing = publishing
        self.crossOrigin = crossOrigin
        self.environment = environment
    }

    package var routes: [Route] {
        [Route("still-upload", "/{name}/still", readers: .everyPage, [.put: take])]
    }

    private func take(_ exchange: Exchange) {
        guard let name = try? StreamName(exchange.parameter(0)) else {
            return refuse(exchange, .invalidName)
        }
        WholeBody.read(exchange, mostBytes: Limits.studioStillBytes) { [self] body in
            publishing.identify(exchange, as: name) { [self] identity in
                do throws(Problem) {
                    let stream = try live(name, identity.get())
                    guard let body else { throw .stillTooLarge }
                    try keep(body, of: stream)
                    exchange.respond(
                        status: 204, headers: crossOrigin.headers(for: exchange.request),
                        body: .none)
                } catch {
                    refuse(exchange, error)
                }
            }
        }
    }

    private func refuse(_ exchange: Exchange, _ problem: Problem) {
        exchange.respond(problem, headers: crossOrigin.headers(for: exchange.request))
    }

    /// - Parameter identity: of whoever has begun the broadcast; nil: the owner of the name asks.
    private func live(_ name: StreamName, _ identity: UInt64?) throws(Problem) -> LiveStream {
        guard let stream = streams.find(name), stream.state != .ended else { throw .notLive }
        guard identity == nil || stream.ring.status.publisherKey.identity == identity else {
            throw .notItsPublisher
        }
        return stream
    }

    private func keep(_ body: [UInt8], of stream: LiveStream) throws(Problem) {
        let nowMs = stream.ring.bootNowMs
        if let lastMs = stream.studioStillMs, nowMs < lastMs + Limits.studioStillEveryMs {
            let leftMs = lastMs + Limits.studioStillEveryMs - nowMs
            throw .stillTooSoon(seconds: Int(leftMs + 999) / 1_000)
        }
        let picture: Picture
        do {
            picture = try Picture(
                checking: body, as: [.jpeg], edgePixels: Limits.studioStillPixels)
        } catch {
            throw .notAStill(error)
        }
        do {
            try stream.keep(studioStill: picture)
        } catch {
            environment.logger.debug(
                "still not kept", metadata: ["stream": "\(stream.name)", "error": "\(error)"])
            throw .stillNotKept
        }
    }
}

extension Problem {
    fileprivate static let notItsPublisher = Problem(
        status: 403, slug: "not-the-owner", title: "This stream is not yours",
        detail: "Only its publisher can send a picture of it.")

    fileprivate static let stillTooLarge = Problem(
        status: 413, slug: "still-too-large", title: "The picture is too large",
        detail: "A still may have \(Limits.studioStillBytes) bytes.")

    fileprivate static func notAStill(_ fault: PictureFault) -> Problem {
        Problem(
            status: 415, slug: "not-a-still", title: "This is not a JPEG that is taken",
            detail: fault.sentence)
    }

    fileprivate static func stillTooSoon(seconds: Int) -> Problem {
        Problem(
            status: 429, slug: "still-too-soon", title: "There is one already",
            detail: "One in \(Limits.studioStillEveryMs / 1_000) seconds is enough.",
            headers: [.retryAfter(seconds: seconds)])
    }

    fileprivate static let stillNotKept = Problem(
        status: 507, slug: "no-space", title: "The server cannot keep it",
        detail: "Its disk is full, or failed. Its log says how.")
}
