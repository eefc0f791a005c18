// `/NAME/hls/…` and `/NAME/dash/…`: playlists, manifests, and the media that they name.
//
// Anybody may read all of it, from any page, and no answer depends on who asks: so caches may stand in
// between. A list that is not there yet, or a part that a list hints at, is waited for.
//
// Owner: the worker's loop thread.

import Credentials
import HTTP
import Media
import SegmentRing
import Settings
import StreamState
import Streams

package final class PackagedRoutes {
    private let streams: LiveStreams
    private let names: ChannelNames
    let indexes: IndexedStreams

    /// - Parameters:
    ///   - later: does something after so many milliseconds, on this thread.
    ///   - clockUs: the monotonic clock.
    package init(
        streams: LiveStreams, names: ChannelNames,
        later: @escaping (UInt64, @escaping () -> Void) -> Void, clockUs: @escaping () -> UInt64
    ) {
        self.streams = streams
        self.names = names
        indexes = IndexedStreams(later: later, clockUs: clockUs)
    }

    package var routes: [Route] {
        [
            Route("hls", "/{name}/hls/{path...}", readers: .everyPage, [.get: answerHLS]),
            Route("dash", "/{name}/dash/{path...}", readers: .everyPage, [.get: answerDASH]),
        ]
    }

    // MARK: Which stream

    private func answerHLS(_ exchange: Exchange) { answer(exchange, in: .hls) }

    private func answerDASH(_ exchange: Exchange) { answer(exchange, in: .dash) }

    private func answer(_ exchange: Exchange, in root: ResourceName.Root) {
        let name = exchange.withParameter(0) { try? StreamName($0) }
        guard let name else { return refuse(exchange, .unknownStream) }
        let known = streams.find(name)
        if let known, answerReady(exchange, of: known) { return }
        let resource = exchange.withParameter(1) { ResourceName($0, in: root) }
        guard let resource else { return refuse(exchange, .unknownResource) }
        guard let stream = known else {
            if streams.fault(of: name) != nil { return refuse(exchange, .unreadableStream) }
            return names.lookUp(name, for: exchange) { [self] isAnybodys in
                refuse(exchange, isAnybodys ? .unknownStream : .unknownChannel)
            }
        }
        if case .media(let media) = resource, media.epoch != stream.ring.epoch,
            !stream.needsPastRing(epoch: media.epoch)
        {
            return refuse(exchange, .unknownResource)
        }
        let indexed = indexes.index(of: stream)
        if let problem = refusal(of: resource, indexed) {
            return refuse(exchange, problem)
        }
        indexed.note(exchange.playerIdentity)
        HeldRequest.begin(exchange, resource, in: root, of: indexed, for: self)
    }

    /// The stream that has the name now, when another ring has replaced that of this one; nil: none has.
    func successor(of indexed: IndexedStream) -> IndexedStream? {
        guard let stream = streams.find(indexed.stream.name), stream !== indexed.stream else {
            return nil
        }
        return indexes.index(of: stream)
    }

    // MARK: What of it

    /// What can be said without a look at the ring: nobody need read one for what cannot be there.
    func refusal(of resource: ResourceName, _ indexed: IndexedStream) -> Problem? {
        let tracks = indexed.packaged.tracks
        switch resource {
        case .multivariant, .presentation, .lowLatencyPresentation:
            return tracks.fault.map { .notPackaged($0, hasSound: !tracks.sounds.isEmpty) }
        case .soundMultivariant: return tracks.sounds.isEmpty ? .noSound : nil
        case .playlist(let name), .keyFrames(let name):
            if case .keyFrames = resource, name.kind != .video { return .unknownResource }
            let isKnown =
                tracks.track(name) != nil
                || indexed.pasts.contains { $0.tracks.track(name) != nil }
            return isKnown ? nil : .unknownResource
        case .media(let name):
            let isThis = name.epoch == indexed.stream.ring.epoch
            let tracks = isThis ? tracks : indexed.past(epoch: name.epoch)?.tracks
            return tracks?.track(name.rendition) == nil ? .unknownResource : nil
        }
    }

    /// Decides about a request. The index is current.
    func step(
        _ exchange: Exchange, _ resource: ResourceName, in root: ResourceName.Root,
        of indexed: IndexedStream
    ) -> Step {
        let tracks = indexed.packaged.tracks
        switch resource {
        case .multivariant, .presentation, .lowLatencyPresentation:
            return list(exchange, resource, tracks.all, indexed)
        case .soundMultivariant: return list(exchange, resource, tracks.sounds, indexed)
        case .playlist(let name), .keyFrames(let name):
            guard let track = tracks.track(name) else {
                return endedList(exchange, resource, name, indexed)
            }
            return list(exchange, resource, [track], indexed)
        case .media(let name):
            guard name.epoch == indexed.stream.ring.epoch else {
                return pastMedia(exchange, name, indexed)
            }
            guard let track = tracks.track(name.rendition) else {
                return .refuse(.unknownResource)
            }
            return media(exchange, name.content, track, indexed, grows: root == .dash)
        }
    }

    /// - Parameter listed: the tracks that the list speaks of. Each must have segments first: players may
    ///   read a list only once. A player of the browser waits longer; what it gets is the list of all.
    private func list(
        _ exchange: Exchange, _ resource: ResourceName, _ listed: [PackagedTrack],
        _ indexed: IndexedStream
    ) -> Step {
        guard let track = listed.first else { return .refuse(.unknownResource) }
        guard let view = indexed.packaged.view else {
            return awaitFirst(nil, missing: 0, track, indexed)
        }
        let isForElement = exchange.request.isOfMediaElement
        // A list of all tracks says how they are, and so needs the first segments of these.
        let isOfThisRing = resource == .multivariant || resource == .soundMultivariant
        for track in listed {
            let missing = view.missingSegments(
                of: track, isForElement: isForElement, isOfThisRing: isOfThisRing)
            if missing > 0 { return awaitFirst(view, missing: missing, track, indexed) }
        }
        switch resource {
        case .playlist, .keyFrames: return playlist(exchange, resource, track, view, indexed)
        default: break
        }
        let lifetime = Lifetime.currentList(targetDurationMs: view.plan.targetDurationMs)
        switch resource {
        case .multivariant, .soundMultivariant:
            return multivariant(exchange, resource, view, indexed, lifetime)
        case .lowLatencyPresentation:
            return lowLatency(exchange, view, track, indexed, lifetime)
        default:
            answer(exchange, indexed, resource, nil, lifetime) {
                view.manifest(createdWallMs: indexed.stream.listsBegunWallMs).text
            }
            return .answered
        }
    }

    private func lowLatency(
        _ exchange: Exchange, _ view: IndexView, _ track: PackagedTrack, _ indexed: IndexedStream,
        _ lifetime: Lifetime
    ) -> Step {
        switch view.lowLatency {
        case .withoutParts: return .refuse(.noLowLatencyWithoutParts)
        case .withoutPace: return .refuse(.noLowLatencyWithoutPace)
        case .notYet: return awaitFirst(view, missing: 1, track, indexed)
        case .offered:
            answer(exchange, indexed, .lowLatencyPresentation, nil, lifetime) {
                view.lowLatencyManifest(createdWallMs: indexed.stream.listsBegunWallMs).text
            }
            return .answered
        }
    }

    private func multivariant(
        _ exchange: Exchange, _ resource: ResourceName, _ view: IndexView,
        _ indexed: IndexedStream, _ lifetime: Lifetime
    ) -> Step {
        // Players go no further back than the list does, so any length will do.
        guard let start = RingCursor.Start(query: exchange.request.query, ringMs: .max) else {
            return .refuse(.invalidStart)
        }
        let made = indexed.packaged.multivariant(resource, lifetime) {
            view.multivariant(isSoundOnly: resource == .soundMultivariant)
        }
        if case .rewound(let rewindMs) = start {
            // Not kept: there are as many as there are numbers.
            var playlist = made.playlist
            playlist.rewindMs = rewindMs
            PackagedStream.unkept(resource, lifetime, text: playlist.text).answer(
                exchange, headers: [], refusalHeaders: [])
        } else {
            give(made.resource, as: resource, exchange, indexed)
        }
        return .answered
    }

    /// - Parameters:
    ///   - view: nil: there is no segment at all.
    ///   - missing: how many more segments the list needs.
    private func awaitFirst(
        _ view: IndexView?, missing: UInt64, _ track: PackagedTrack, _ indexed: IndexedStream
    ) -> Step {
        if indexed.index.isFinished { return .refuse(.noSegments) }
        let seconds = view.map { secondsToRetry($0, missing: missing, indexed.stream.ring) } ?? 1
        return .wait(
            SegmentPoint(ordinal: view?.next(of: track) ?? 0), place: track.place,
            mostMs: Limits.firstListAwaitedMs, late: .noSegmentsYet(forSeconds: seconds))
    }

    /// When a list will be there that is not before its request is given up.
    private func secondsToRetry(_ view: IndexView, missing: UInt64, _ ring: Ring) -> Int {
        let nowMs = Int64(clamping: ring.wallClockMs(ofBootMs: ring.bootNowMs))
        let begunMs = Int64(clamping: view.index.segments.last?.wallMs ?? 0)
        let neededMs = Int64(clamping: missing * UInt64(view.plan.targetDurationMs))
        let (sinceMs, isOdd) = nowMs.subtractingReportingOverflow(begunMs)
        let leftMs = neededMs - Int64(Limits.firstListAwaitedMs) - (isOdd ? 0 : max(sinceMs, 0))
        return min(Int(max(leftMs, 0) / 1_000) + 1, Limits.retryFirstListSeconds)
    }

    private func playlist(
        _ exchange: Exchange, _ resource: ResourceName, _ track: PackagedTrack, _ view: IndexView,
        _ indexed: IndexedStream
    ) -> Step {
        let progress = view.progress(of: track)
        let answer = exchange.request.withQuery { PlaylistAnswer(query: $0, for: progress) }
        switch answer {
        case .badRequest(let sentence): return .refuse(.badDirectives(sentence))
        case .wait(let segment, let part):
            // Of a former ring nothing comes any more: what follows its last part is in this one.
            let isFormer =
                segment < progress.nextSegment
                && segment < indexed.index.segments.first?.ordinal ?? .max
            let point =
                isFormer
                ? SegmentPoint(ordinal: progress.nextSegment, part: 0)
                : SegmentPoint(ordinal: segment, part: part.map { Int(clamping: $0) })
            return .wait(
                point, place: track.place, mostMs: view.control?.longestWaitMs ?? 0,
                late: .notInTime)
        case .send(let form):
            let targetMs = view.plan.targetDurationMs
            let lifetime =
                exchange.request.awaits(news: progress)
                ? Lifetime.awaitedList(targetDurationMs: targetMs)
                : Lifetime.currentList(targetDurationMs: targetMs)
            self.answer(exchange, indexed, resource, form, lifetime) {
                view.playlist(of: track, resource.listContent).text(form)
            }
            return .answered
        }
    }

    private func media(
        _ exchange: Exchange, _ content: MediaName.Content, _ track: PackagedTrack,
        _ indexed: IndexedStream, grows: Bool
    ) -> Step {
        if case .initialization(let version) = content {
            let found = indexed.packaged.initialization(
                of: track, version: version, in: indexed.index, epoch: indexed.stream.ring.epoch)
            guard let found else { return .refuse(.unknownResource) }
            found.answer(exchange)
            keep(.resource(found), for: exchange, of: indexed)
            return .answered
        }
        guard let view = indexed.packaged.view else { return .refuse(.unknownResource) }
        let longestWaitMs = view.control?.longestWaitMs ?? 0
        switch view.find(content, of: track, grows: grows) {
        case .nothing: return .refuse(.unknownResource)
        case .hinted(let point):
            guard !indexed.index.isFinished else { return .refuse(.unknownResource) }
            return .wait(
                point, place: track.place, mostMs: longestWaitMs, late: .notInTime)
        case .growing(let ordinal):
            // HTTP/1.0 cannot tell a body that was cut off from one that is whole.
            guard exchange.request.marksEnds else {
                return .wait(
                    SegmentPoint(ordinal: ordinal), place: track.place, mostMs: longestWaitMs,
                    late: .notInTime)
            }
            return .handOver { [self] in
                GrowingBody.answer(
                    exchange, indexed, ordinal, track: track, patienceMs: longestWaitMs
                ) { refuse(exchange, $0) }
            }
        case .there(let ordinal, let parts):
            let name = MediaName(epoch: view.epoch, rendition: track.name, content)
            let ready = exchange.withTarget {
                indexed.packaged.ready.findUnchanging($0, in: indexed.state)
            }
            let found = ready ?? media(named: name, ordinal, parts, track, indexed)
            guard let found, answer(exchange, with: found, of: indexed) else {
                return .refuse(.unknownResource)
            }
            keep(found, for: exchange, of: indexed)
            return .answered
        }
    }

    /// Nil when it is gone.
    private func media(
        named name: MediaName, _ ordinal: UInt64, _ parts: Range<Int>?, _ track: PackagedTrack,
        _ indexed: IndexedStream
    ) -> ReadyAnswers.Answer? {
        let body = indexed.index.body(
            of: ordinal, rendition: track.place, parts: parts, from: indexed.stream.hold)
        guard let body else { return nil }
        if parts != nil, body.byteCount <= Limits.keptPartBytes {
            return MediaAnswer.small(body, of: track, named: name).map { .resource($0) }
        }
        return .media(
            MediaAnswer(
                of: ordinal, parts: parts, track: track, length: body.byteCount, named: name))
    }

    // MARK: Answers

    /// Of every answer.
    static let fields = [
        HeaderField("access-control-allow-origin", "*"),
        // What players read besides: how old an answer is, and when to ask again.
        HeaderField("access-control-expose-headers", "age, date, retry-after"),
        HeaderField("x-content-type-options", "nosniff"),
    ]

    func answer(
        _ exchange: Exchange, _ indexed: IndexedStream, _ resource: ResourceName,
        _ form: MediaPlaylist.Form?, _ lifetime: Lifetime, text: () -> [UInt8]
    ) {
        let made = indexed.packaged.list(resource, form, lifetime, text: text)
        give(made, as: resource, exchange, indexed)
    }

    private func give(
        _ made: Resource, as resource: ResourceName, _ exchange: Exchange, _ indexed: IndexedStream
    ) {
        _ = answer(exchange, with: .resource(made), of: indexed)
        if indexed.packaged.isUpToDate(resource) {
            keep(.resource(made), for: exchange, of: indexed)
        }
    }

    /// Caches keep a refusal for a second, so that a crowd's requests become one.
    func refuse(_ exchange: Exchange, _ problem: Problem) {
        let fields =
            [400, 404, 503].contains(problem.status)
            ? problem.fields.filter { $0.name != "cache-control" } + [Lifetime.momentary.field]
            : problem.fields
        exchange.respond(
            status: problem.status, headers: fields + Self.fields,
            body: .bytes(problem.body(requestID: exchange.requestID)))
    }
}

extension ResourceName {
    var listContent: MediaPlaylist.Content {
        if case .keyFrames = self { return .keyFrames }
        return .segments
    }
}

extension Request {
    /// Whether it asks for the newest segment or part of a list, and so gets an answer that is as good
    /// for all who ask the same. Without a segment, or with an old one, it gets the list of now.
    fileprivate func awaits(news progress: PlaylistProgress) -> Bool {
        guard progress.control != nil, !progress.hasEnded else { return false }
        let segment = withQuery { (try? PlaylistDirectives(query: $0))?.segment }
        return segment.map { progress.isNews(segment: $0) } ?? false
    }
}
