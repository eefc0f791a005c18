// `GET /NAME/still`: a picture of a broadcast, or of the last one when none is on (docs/http-api.md).
//
// Anybody may read it, from any page, and no answer depends on who asks.
//
// Owner: the worker's loop thread.

import Credentials
import HTTP
import Media
import SegmentRing
import Settings
import StreamState
import Streams
import Text

package final class StillRoute {
    private let streams: LiveStreams
    private let lastStills: LastStills
    private let names: ChannelNames
    private let crossOrigin: CrossOrigin
    private let clockUs: () -> UInt64
    private var shelf = StillShelf()

    /// - Parameter clockUs: the monotonic clock.
    package init(
        streams: LiveStreams, lastStills: LastStills, names: ChannelNames,
        crossOrigin: CrossOrigin, clockUs: @escaping () -> UInt64
    ) {
        self.streams = streams
        self.lastStills = lastStills
        self.names = names
        self.crossOrigin = crossOrigin
        self.clockUs = clockUs
    }

    package var routes: [Route] {
        [Route("still", "/{name}/still", readers: .everyPage, [.get: answer])]
    }

    private func answer(_ exchange: Exchange) {
        guard let name = try? StreamName(exchange.parameter(0)) else {
            return refuse(exchange, .unknownStream)
        }
        let stream = streams.find(name)
        if let stream, stream.state != .ended {
            return answer(exchange, .noStill) { current(of: stream) }
        }
        if stream == nil, streams.fault(of: name) != nil {
            return refuse(exchange, .unreadableStream)
        }
        // What is there before the end was noted is of an earlier broadcast.
        let isNoted = stream?.ring.status.isNoted ?? true
        guard isNoted, lastStills.stamp(of: name) != nil else {
            if stream != nil { return refuse(exchange, .noStill) }
            return names.lookUp(name, for: exchange) { [self] isAnybodys in
                refuse(exchange, isAnybodys ? .unknownStream : .unknownChannel)
            }
        }
        answerLast(exchange, of: name)
    }

    /// - Parameter find: nil when too many are asked for at once.
    private func answer(
        _ exchange: Exchange, _ nothing: Problem, _ find: () -> StillShelf.Kept?
    ) {
        guard let kept = find() else { return refuse(exchange, .stillLater) }
        guard let resource = kept.resource else { return refuse(exchange, nothing) }
        resource.answer(exchange, headers: crossOrigin.publicHeaders(for: exchange.request))
    }

    private func refuse(_ exchange: Exchange, _ problem: Problem) {
        exchange.respond(problem, headers: crossOrigin.publicHeaders(for: exchange.request))
    }

    // MARK: Of a broadcast that is on

    private func current(of stream: LiveStream) -> StillShelf.Kept? {
        let choice = stream.stillChoice
        let epoch = stream.ring.epoch
        let (tag, isSeldom) =
            switch choice {
            case .studio(let atMs): ("s\(atMs)", true)
            case .keyFrame(let entry, _): ("\(entry.sequence)", false)
            case .none: ("none", false)
            }
        return find(
            stream.name, "\(String(epoch, radix: 16))-\(tag)", of: epoch, .live, isSeldom: isSeldom
        ) {
            (stream.still(choice), nil)
        }
    }

    /// What is kept, if it is the one of this tag or was made just now; else another one is made, as often as
    /// that may be.
    ///
    /// - Parameters:
    ///   - isSeldom: the tag does not change often, so what was made just now does not do.
    ///   - make: reads or makes it; and says whose it is.
    private func find(
        _ name: StreamName, _ tag: String, of broadcast: UInt64, _ age: StillAge, isSeldom: Bool,
        make: () -> (still: Still?, publisher: UInt64?)
    ) -> StillShelf.Kept? {
        let startUs = clockUs()
        var kept = shelf.find(name, nowUs: startUs)
        if kept?.broadcast != broadcast { kept = nil }
        if let kept {
            let isYoung = startUs < kept.madeUs + Limits.stillKeptMs * 1_000
            let serves = kept.tag == tag || isYoung && kept.resource != nil && !isSeldom
            if serves { return kept }
        }
        guard shelf.mayMake(nowUs: startUs) else { return kept }
        let (still, publisher) = make()
        let resource = still.map { Resource(Content($0, tag, age), isShared: false) }
        return shelf.put(
            resource, bytes: still?.bytes.count ?? 0, as: name, tag: tag, of: broadcast,
            by: publisher, startUs: startUs, endUs: clockUs())
    }

    // MARK: Of the last one

    private func answerLast(_ exchange: Exchange, of name: StreamName) {
        names.holder(of: name, for: exchange) { [self] holder in
            guard let stamp = lastStills.stamp(of: name) else { return refuse(exchange, .noStill) }
            let tag = "l\(String(stamp.inode, radix: 16))-\(String(stamp.changedNs, radix: 16))"
            let kept = find(name, tag, of: stamp.inode, .last, isSeldom: true) {
                let file = lastStills.find(name)
                return (file?.still, file?.publisher)
            }
            // It stays no longer than the account of whoever made it.
            if let kept, !holder.mayBe(kept.publisher) {
                lastStills.remove(name)
                shelf.remove(name)
                return refuse(exchange, holder == .nobody ? .unknownChannel : .unknownStream)
            }
            answer(exchange, .noStill) { kept }
        }
    }
}

/// Whether a still is of a broadcast that is on.
enum StillAge: String {
    case live, last

    /// For how long it may be shown without another question, in seconds.
    fileprivate var freshSeconds: Int { self == .live ? 5 : 60 }
}

extension Content {
    fileprivate init(_ still: Still, _ tag: String, _ age: StillAge) {
        self.init(
            fields: [
                HeaderField("cache-control", "public, max-age=\(age.freshSeconds)"),
                HeaderField("weir-still", age.rawValue),
                HeaderField("access-control-expose-headers", "weir-still"),
                HeaderField("cross-origin-resource-policy", "cross-origin"),
                HeaderField("x-content-type-options", "nosniff"),
                HeaderField("content-security-policy", "default-src 'none'; sandbox"),
            ],
            contentFields: [HeaderField("content-type", still.form.contentType)],
            bytes: still.bytes, tag: EntityTag("\"\(tag)\""),
            // Some browsers play nothing of which they cannot ask for parts.
            hasParts: true)
    }
}

extension Problem {
    static let noStill = Problem(
        status: 404, slug: "no-still", title: "There is no picture of this broadcast",
        detail:
            "It is only sound, or has had no key frame yet, or none from which a picture can be made."
    )

    static let stillLater = Problem(
        status: 503, slug: "still-later", title: "Too many pictures are asked for just now",
        headers: [.retryAfter(seconds: 2)])
}
