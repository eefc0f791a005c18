// The publishing side of the HTTP surface: reads what a request says of itself, and puts it into the
// line of its stream.
//
// Owner: the worker's loop thread.

import Credentials
import HTTP
import LinuxIO
import SegmentRing
import Settings
import StreamState
import Streams

package final class Publishing {
    private let streams: LiveStreams
    private let environment: IngestEnvironment
    private let crossOrigin: CrossOrigin
    /// Nil under open publishing.
    private let authority: PublishAuthority?
    private var drivers: [StreamName: TurnDriver] = [:]
    private let room = WaitingRoom()
    private let shares: PublisherShares?
    /// Nil under open publishing.
    private let rights: RightsWatch?
    private let refusals: RefusalLog
    private var isShuttingDown = false

    /// - Parameter credentials: nil when anybody may publish.
    package init(
        streams: LiveStreams, crossOrigin: CrossOrigin, credentials: Credentials?,
        environment: IngestEnvironment
    ) {
        self.streams = streams
        self.crossOrigin = crossOrigin
        self.environment = environment
        authority = credentials.map { PublishAuthority(credentials: $0) }
        rights = authority.map {
            RightsWatch(authority: $0, streams: streams, environment: environment)
        }
        refusals = RefusalLog(loop: environment.loop, logger: environment.logger)
        let sharesAreByAddress = credentials == nil
        shares =
            sharesAreByAddress ? PublisherShares(streams: streams, environment: environment) : nil
        rights?.requests = { [weak self] in
            self.map { $0.drivers.values.flatMap(\.requests) } ?? []
        }
        rights?.start()
    }

    // MARK: Requests

    /// POST or PUT of media.
    package func publish(_ exchange: Exchange, to name: StreamName) {
        environment.loop.assertOwner()
        let request = exchange.request
        let arrivedUs = MonotonicClock.nowUs()
        if isShuttingDown { return refuse(exchange, PublishError.shuttingDown.problem) }
        if let bytes = request.contentLength, bytes > Limits.chunkBytes {
            return refuse(exchange, .bodyTooLarge(limitBytes: Limits.chunkBytes), for: name)
        }
        let headers: PublishHeaders
        do {
            headers = try PublishHeaders(request)
        } catch {
            return refuse(exchange, .badChunkNumber, for: name)
        }
        let body = WaitingBody(room: room, client: exchange.client)
        let hasLength = request.contentLength != nil
        guard let authority else {
            let facts = PublishFacts(
                headers, hasLength: hasLength, identity: PublishFacts.identity(of: request))
            return begin(
                exchange, name, facts, claim: nil, body: body, isComplete: !request.hasBody,
                arrivedUs: arrivedUs)
        }
        let claim = PublishClaim(exchange, name: name)
        let admission = PublishAdmission(
            exchange, body: body, headers: crossOrigin.headers(for: request),
            onRefusal: { [refusals] in refusals.note($0, to: exchange, for: name) })
        authority.judge(claim) { [weak self] verdict in
            guard let self, admission.isOpen, !exchange.isOver else { return }
            switch verdict {
            case .success(let publisher):
                exchange.account = name.text
                admission.handOn()
                self.begin(
                    exchange, name,
                    PublishFacts(
                        headers, hasLength: hasLength, identity: publisher.identity,
                        about: publisher.about),
                    claim: claim, body: body,
                    isComplete: admission.isBodyComplete, arrivedUs: arrivedUs)
            case .failure(let denial):
                let problem = Problem(denial, of: claim)
                admission.refuse(problem)
                self.rights?.endIfAccountIsGone(denial, name)
            }
        }
        admission.wait()
    }

    private func begin(
        _ exchange: Exchange, _ name: StreamName, _ facts: PublishFacts, claim: PublishClaim?,
        body: WaitingBody, isComplete: Bool, arrivedUs: UInt64
    ) {
        if isShuttingDown {
            // The admission, if there is one, gives back what it has kept when the exchange ends.
            return refuse(exchange, PublishError.shuttingDown.problem)
        }
        let driver = driver(for: name)
        let publish = PublishRequest(
            exchange: exchange, facts: facts, claim: claim, body: body, isBodyComplete: isComplete,
            arrivedUs: arrivedUs, driver: driver, environment: environment)
        exchange.handler = publish
        driver.add(publish)
        if !publish.isAnswered { exchange.withholdsContinue = false }
    }

    /// DELETE: ends the stream at once, even if another request is writing it.
    package func end(_ exchange: Exchange, name: StreamName) {
        environment.loop.assertOwner()
        identify(exchange, as: name) { [weak self] identity in
            guard let self else { return }
            switch identity {
            // The owner of the name may end what is live under it.
            case .success(let identity): self.end(exchange, name, identity: identity)
            case .failure(let problem): self.refuse(exchange, problem)
            }
        }
    }

    /// Who asks for something that only the publisher of a name may do. `then` gets nil for the owner of the
    /// name; under open publishing, who they are, which says what is theirs. It is called once, unless the
    /// exchange ends first.
    func identify(
        _ exchange: Exchange, as name: StreamName,
        then: @escaping (Result<UInt64?, Problem>) -> Void
    ) {
        guard let authority else {
            return then(.success(PublishFacts.identity(of: exchange.request)))
        }
        let claim = PublishClaim(exchange, name: name)
        authority.judge(claim) { verdict in
            guard !exchange.isOver else { return }
            then(verdict.map { _ in nil }.mapError { Problem($0, of: claim) })
        }
    }

    private func end(_ exchange: Exchange, _ name: StreamName, identity: UInt64?) {
        guard let stream = streams.find(name), stream.state != .ended else {
            return refuse(exchange, .notLive)
        }
        let publisher = stream.ring.status.publisherKey.identity
        guard stream.state != .live || identity == nil || publisher == identity else {
            return refuse(exchange, .notTheOwner)
        }
        stream.end(.stopped)
        exchange.respond(
            status: 204, headers: crossOrigin.headers(for: exchange.request), body: .none)
    }

    /// A refusal to publish, which has a line in the log.
    private func refuse(_ exchange: Exchange, _ problem: Problem, for name: StreamName) {
        refusals.note(problem, to: exchange, for: name)
        refuse(exchange, problem)
    }

    private func refuse(_ exchange: Exchange, _ problem: Problem) {
        exchange.respond(problem, headers: crossOrigin.headers(for: exchange.request))
    }

    private func driver(for name: StreamName) -> TurnDriver {
        if let driver = drivers[name] { return driver }
        let driver = TurnDriver(
            name: name, streams: streams, crossOrigin: crossOrigin, room: room, shares: shares,
            refusals: refusals, environment: environment)
        driver.onIdle = { [weak self] driver in self?.drivers[driver.name] = nil }
        drivers[name] = driver
        return driver
    }

    package func doorbellRang() {
        environment.loop.assertOwner()
        rights?.doorbellRang()
        for driver in Array(drivers.values) { driver.doorbellRang() }
    }

    package func shutDown() {
        isShuttingDown = true
        shutDown(Array(drivers.values)[...])
    }

    /// Works in portions, since there may be very many.
    private func shutDown(_ rest: ArraySlice<TurnDriver>) {
        for driver in rest.prefix(Limits.publishersPerTurn) { driver.shutDown() }
        let others = rest.dropFirst(Limits.publishersPerTurn)
        guard !others.isEmpty else { return }
        environment.loop.schedule(afterMs: 1) { [weak self] in self?.shutDown(others) }
    }
}
