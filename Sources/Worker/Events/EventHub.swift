// The listeners to `GET /api/events` in this worker, and when they are told something.
//
// A worker that starts, pauses, resumes or ends a stream adds to a counter that all workers share, and
// rings all doorbells. Then each worker with subscribers looks at its streams. Changes that come with
// time alone, and figures, are found by looking at intervals. Without subscribers, no stream is looked
// at; without subscribers to all streams, only the streams that are subscribed to by name.
//
// Owner: the worker's loop thread.

import HTTP
import LinuxIO
import Settings
import StreamState
import Streams
import Telemetry

package final class EventHub {
    let table = EventTable(goneLimit: Limits.eventsGoneKept)
    /// The worker is going: responses end, so that pages turn to another one.
    private(set) var isEnding = false

    private let streams: LiveStreams
    private let catalog: StreamCatalog
    private let streamChanges: StreamChanges
    private let crossOrigin: CrossOrigin
    private let loop: EventLoop
    private let all = EventTopic(name: nil, keepAlivePhase: 0)
    private var named: [StreamName: EventTopic] = [:]
    private var subscriberCount = 0
    private let subscribers: Gauge
    /// Changes of state are told at once, unless there are very many of them.
    private var statePace = EventPace(
        bytesPerSecond: Limits.eventStateBytesPerSecond, intervalMs: Limits.eventStateMs)
    /// Figures also have to wait for the cost of changes of state.
    private var figuresPace = EventPace(
        bytesPerSecond: Limits.eventFiguresBytesPerSecond, intervalMs: Limits.eventFiguresMs)

    /// The value of the shared counter of changes at the last look.
    private var seenChanges: UInt64 = 0
    private var lookIsScheduled = false
    private var isTicking = false
    private var ticks = 0
    /// In how many looks every subscriber has its turn to be kept alive.
    private static let ticksPerRound = Int(Limits.eventKeepAliveMs / Limits.eventLookMs / 2)

    package init(
        streams: LiveStreams, catalog: StreamCatalog, changes: StreamChanges,
        crossOrigin: CrossOrigin, loop: EventLoop, counters: SlotCounters
    ) {
        self.streams = streams
        self.catalog = catalog
        streamChanges = changes
        self.crossOrigin = crossOrigin
        self.loop = loop
        subscribers = Gauge(.eventSubscribers, in: counters)
    }

    // MARK: Subscribers

    package var routes: [Route] {
        [Route("events", "/api/events", readers: .everyPage, [.get: answer])]
    }

    /// `GET` or `HEAD` of the events of all streams, or of the one that the query names.
    private func answer(_ exchange: Exchange) {
        loop.assertOwner()
        let ofOrigin = crossOrigin.publicHeaders(for: exchange.request)
        let name: StreamName?
        do {
            name = try Self.name(in: exchange.request.query)
        } catch {
            return exchange.respond(.invalidName, headers: ofOrigin)
        }
        guard isEnding || exchange.client.mayTake(.eventSubscribers) else {
            let hasItsShare = exchange.client.hasItsShare(of: .eventSubscribers)
            return exchange.respond(
                hasItsShare ? .tooManySubscribersOfClient : .tooManySubscribers, headers: ofOrigin)
        }
        let headers =
            [
                HeaderField("content-type", "text/event-stream"),
                HeaderField("cache-control", "no-store, no-transform"),
                HeaderField("x-content-type-options", "nosniff"),
                // Asks a proxy not to buffer what is to be seen at once.
                HeaderField("x-accel-buffering", "no"),
            ] + ofOrigin
        guard !exchange.request.isHead else {
            return exchange.respond(status: 200, headers: headers, body: .none)
        }
        // A client that comes to a worker that is going is told to come back.
        let body: ResponseBody =
            isEnding
            ? .bytes(EventText.preamble(retryMs: Int.random(in: Limits.eventRetryMs)))
            : .stream(subscribe(exchange, to: name))
        exchange.respond(status: 200, headers: headers, body: body)
    }

    /// Reads `stream=NAME`; nil when it is absent.
    private static func name(in query: Substring) throws(StreamName.Invalid) -> StreamName? {
        let values = NamedValues.inQuery(query, named: "stream")
        guard let value = values.first else { return nil }
        guard values.count == 1 else { throw .malformed }
        return try StreamName(value)
    }

    private func subscribe(_ exchange: Exchange, to name: StreamName?) -> EventSubscriber {
        let topic = topic(name)
        let isFirst = topic.count == 0
        let subscriber = EventSubscriber(
            exchange: exchange, scope: name.map { .one($0.text) } ?? .all, topic: topic, hub: self,
            retryMs: Int.random(in: Limits.eventRetryMs))
        topic.add(subscriber)
        exchange.client.force(.eventSubscribers)
        subscriberCountChanged(by: 1)
        exchange.handler = subscriber
        if let name {
            // If the stream or all streams have subscribers already, only its state matters at once.
            let withFigures = isFirst && all.count == 0
            let stream = streams.find(name)
            if withFigures { stream?.refreshFigures() }
            tell(refresh(name, stream, withFigures: withFigures), areFigures: false)
        } else if isFirst || seenChanges != streamChanges.count {
            look(withFigures: isFirst)
        }
        if !isTicking { tick() }
        return subscriber
    }

    private func topic(_ name: StreamName?) -> EventTopic {
        guard let name else { return all }
        if let topic = named[name] { return topic }
        let topic = EventTopic(name: name, keepAlivePhase: named.count)
        named[name] = topic
        return topic
    }

    func left(_ subscriber: EventSubscriber) {
        let topic = subscriber.topic
        topic.remove(subscriber)
        subscriberCountChanged(by: -1)
        guard topic.count == 0 else { return }
        if let name = topic.name {
            named[name] = nil
            if all.count == 0 { table.forget(name.text) }
        } else {
            table.forget(allBut: Set(named.keys.map(\.text)))
        }
    }

    private func subscriberCountChanged(by change: Int) {
        subscriberCount += change
        subscribers.change(by: change)
    }

    /// The worker is going: ends all responses.
    package func end() {
        isEnding = true
        all.wake()
        for topic in named.values { topic.wake() }
    }

    // MARK: When to look

    /// This worker's doorbell has rung, for any reason.
    package func doorbellRang() {
        loop.assertOwner()
        guard subscriberCount > 0, !lookIsScheduled,
            seenChanges != streamChanges.count
        else { return }
        let nowMs = loop.nowMs
        if nowMs >= statePace.dueMs { return look(withFigures: false) }
        lookIsScheduled = true
        loop.schedule(afterMs: statePace.dueMs - nowMs) { [weak self] in
            self?.lookIsScheduled = false
            self?.look(withFigures: false)
        }
    }

    private func tick() {
        isTicking = subscriberCount > 0 && !isEnding
        guard isTicking else { return }
        let nowMs = loop.nowMs
        if nowMs >= figuresPace.dueMs {
            look(withFigures: true)
        } else if nowMs >= statePace.dueMs {
            look(withFigures: false)
        }
        ticks += 1
        all.keepAlive(step: ticks, of: Self.ticksPerRound, nowMs: nowMs)
        for topic in named.values {
            topic.keepAlive(step: ticks, of: Self.ticksPerRound, nowMs: nowMs)
        }
        loop.schedule(afterMs: Limits.eventLookMs) { [weak self] in self?.tick() }
    }

    // MARK: Looking

    /// A stream that has changed, and the bytes of its event.
    private typealias Change = (name: StreamName, bytes: Int)

    private func look(withFigures: Bool) {
        let nowMs = loop.nowMs
        seenChanges = streamChanges.count
        statePace.told(nowMs: nowMs)
        if withFigures { figuresPace.told(nowMs: nowMs) }
        let wanted = wantedStreams()
        if withFigures { refreshFigures(of: wanted) }
        let changes = wanted.flatMap { refresh($0.name, $0, withFigures: withFigures) }
        tell(changes + removeOthers(than: wanted), areFigures: withFigures)
    }

    /// The streams that have subscribers.
    private func wantedStreams() -> [LiveStream] {
        if all.count > 0 { return catalog.all() }
        // A few names are looked up one by one. But clients may ask for very many.
        if named.count <= Self.namesLookedUp { return named.keys.compactMap(streams.find) }
        return catalog.all().filter { named[$0.name] != nil }
    }

    private static let namesLookedUp = 50

    /// Updates the table about one stream; returns what has changed.
    private func refresh(
        _ name: StreamName, _ stream: LiveStream?, withFigures: Bool
    ) -> [Change] {
        guard let stream else {
            return table.remove(name.text).map { [(name, $0)] } ?? []
        }
        let mark = StreamMark(
            ringEpoch: stream.ring.epoch, state: stream.state, publisher: stream.publisher,
            isJoinable: stream.isJoinable, about: stream.about)
        let isKnown = table.find(name.text)?.mark == mark
        guard !isKnown || withFigures else { return [] }
        let bytes = table.update(name.text, json: stream.json, mark: mark)
        return bytes.map { [(name, $0)] } ?? []
    }

    /// Looks at a few here; when there are subscribers to all, the catalog looks at some in each turn.
    private func refreshFigures(of streams: [LiveStream]) {
        guard streams.count <= Self.namesLookedUp else { return catalog.refreshFigures() }
        for stream in streams { stream.refreshFigures() }
    }

    /// Removes streams that no longer exist. All present ones are in the table already.
    private func removeOthers(than present: [LiveStream]) -> [Change] {
        guard table.names.count > present.count else { return [] }
        let names = Set(present.map(\.name.text))
        return table.names.filter { !names.contains($0) }.compactMap { text in
            // The list may be a moment older than a stream that is subscribed to by name.
            guard let name = try? StreamName(text), streams.find(name) == nil,
                let bytes = table.remove(text)
            else { return nil }
            return (name, bytes)
        }
    }

    private func tell(_ changes: [Change], areFigures: Bool) {
        guard !changes.isEmpty else { return }
        // One that the table has forgotten may have been on the list.
        let listed = changes.filter { table.find($0.name.text)?.isToldToAll ?? true }
        var spent = 0
        if !listed.isEmpty {
            let bytes = listed.reduce(0) { $0 + $1.bytes }
            spent = all.count == 0 ? 0 : all.count * (bytes + Limits.eventWakeBytes)
            all.wake()
        }
        for change in changes {
            guard let topic = named[change.name] else { continue }
            spent += topic.count * (change.bytes + Limits.eventWakeBytes)
            topic.wake()
        }
        let nowMs = loop.nowMs
        figuresPace.spent(bytes: UInt64(spent), nowMs: nowMs)
        if !areFigures { statePace.spent(bytes: UInt64(spent), nowMs: nowMs) }
    }
}

extension Problem {
    fileprivate static let tooManySubscribers = Problem(
        status: 503, slug: "too-many-subscribers", title: "The server is full",
        detail: "As many pages listen for events as this server takes. Try again later.",
        headers: [.retryAfter(seconds: 10)])

    fileprivate static let tooManySubscribersOfClient = Problem(
        status: 429, slug: "too-many-subscribers-of-client",
        title: "Too many pages from one address",
        detail: "As many pages listen for events from there as one address may have.",
        headers: [.retryAfter(seconds: 10)])
}
