// The publishing side of the HTTP surface: reads what a request says of itself, and puts it into its
// stream's line.
//
// Owner: the worker's loop thread.

import Credentials
import HTTP
import LinuxIO
import SegmentRing
import Settings
import StreamState
import Streams
import Telemetry

package final class Publishing {
    private let streams: LiveStreams
    private let environment: IngestEnvironment
    private let crossOrigin: CrossOrigin
    /// Nil under open publishing.
    private let authority: PublishAuthority?
    private var drivers: [StreamName: TurnDriver] = [:]
    private let room = WaitingRoom()
    private let shares: PublisherShares?
    private let recheck: PublishRecheck?
    private var isShuttingDown = false
    /// Streams about whose account the store was asked a moment ago.
    private var accountsLookedAt: Set<StreamName> = []
    private var denialLine = LogPause(ms: Limits.logRepeatMs)

    /// - Parameter credentials: nil when anybody may publish.
    package init(
        streams: LiveStreams, crossOrigin: CrossOrigin, credentials: Credentials?,
        environment: IngestEnvironment
    ) {
        self.streams = streams
        self.crossOrigin = crossOrigin
        self.environment = environment
        authority = credentials.map { PublishAuthority(credentials: $0) }
        recheck = authority.map { PublishRecheck(authority: $0, loop: environment.loop) }
        let sharesAreByAddress = credentials == nil
        shares =
            sharesAreByAddress ? PublisherShares(streams: streams, environment: environment) : nil
        recheck?.requests = { [weak self] in
            self.map { $0.drivers.values.flatMap(\.requests) } ?? []
        }
        recheck?.onDenied = { [weak self] problem, name in self?.wasDenied(problem, name) }
        recheck?.start()
    }

    // MARK: Requests

    /// POST or PUT of media.
    package func publish(_ exchange: Exchange, to name: StreamName) {
        let request = exchange.request
        let arrivedUs = MonotonicClock.nowUs()
        if isShuttingDown { return refuse(exchange, PublishError.shuttingDown.problem) }
        if let bytes = request.contentLength, bytes > Limits.chunkBytes {
            return refuse(exchange, .bodyTooLarge(limitBytes: Limits.chunkBytes))
        }
        var facts: PublishFacts
        do {
            facts = try PublishFacts(request)
        } catch {
            return refuse(exchange, .badChunkNumber)
        }
        let body = WaitingBody(room: room, client: exchange.client)
        guard let authority else {
            return begin(
                exchange, name, facts, claim: nil, body: body, isComplete: !request.hasBody,
                arrivedUs: arrivedUs)
        }
        let claim = PublishClaim(exchange, name: name)
        let admission = PublishAdmission(
            exchange, body: body, headers: crossOrigin.headers(for: request))
        authority.judge(claim) { [weak self] verdict in
            guard let self, admission.isOpen, !exchange.isOver else { return }
            switch verdict {
            case .success(let identity):
                facts.identity = identity
                admission.handOn()
                self.begin(
                    exchange, name, facts, claim: claim, body: body,
                    isComplete: admission.isBodyComplete, arrivedUs: arrivedUs)
            case .failure(let problem):
                self.logDenial(of: exchange.request, problem, name)
                admission.refuse(problem)
                self.wasDenied(problem, name)
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

    /// DELETE: ends the stream at once, whoever is writing it.
    package func end(_ exchange: Exchange, name: StreamName) {
        guard let authority else {
            return end(exchange, name, identity: PublishFacts.identity(of: exchange.request))
        }
        let claim = PublishClaim(exchange, name: name)
        authority.judge(claim) { [weak self] verdict in
            guard let self, !exchange.isOver else { return }
            switch verdict {
            // Whoever owns the name may end what is live under it.
            case .success: self.end(exchange, name, identity: nil)
            case .failure(let problem): self.refuse(exchange, problem)
            }
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

    // MARK: Denials

    /// Somebody may not publish under that name: perhaps because its account is gone or disabled, and
    /// then its broadcast is over as well. Strangers can make us ask the store this way, so it is done
    /// only now and then, and only when there is something to end.
    private func wasDenied(_ problem: Problem, _ name: StreamName) {
        guard let authority, [401, 403].contains(problem.status),
            let stream = streams.find(name), stream.state != .ended,
            accountsLookedAt.insert(name).inserted
        else { return }
        environment.loop.schedule(afterMs: Limits.credentialFreshMs) { [weak self] in
            self?.accountsLookedAt.remove(name)
        }
        let publisher = stream.ring.status.publisherKey.identity
        guard PublisherIdentity.isAccount(publisher) else { return }
        authority.hasAccount(publisher, named: name) { hasAccount in
            guard !hasAccount, stream.ring.status.publisherKey.identity == publisher,
                stream.state != .ended
            else { return }
            // Whoever has closed or disabled the account has ended this too.
            stream.end(.stopped)
        }
    }

    /// Encoders tell the person in front of them little of what they are answered.
    private func logDenial(of request: Request, _ problem: Problem, _ name: StreamName) {
        guard let leftOut = denialLine.leftOut(nowMs: environment.loop.nowMs) else { return }
        environment.logger.notice(
            "broadcast refused",
            metadata: [
                "stream": "\(name)", "reason": "\(problem.slug)", "peer": "\(request.peer)",
                "leftOut": "\(leftOut)",
            ])
    }

    private func refuse(_ exchange: Exchange, _ problem: Problem) {
        exchange.respond(problem, headers: crossOrigin.headers(for: exchange.request))
    }

    private func driver(for name: StreamName) -> TurnDriver {
        if let driver = drivers[name] { return driver }
        let driver = TurnDriver(
            name: name, streams: streams, crossOrigin: crossOrigin, room: room, shares: shares,
            environment: environment)
        driver.onIdle = { [weak self] driver in self?.drivers[driver.name] = nil }
        drivers[name] = driver
        return driver
    }

    package func doorbellRang() {
        recheck?.doorbellRang()
        for driver in Array(drivers.values) { driver.doorbellRang() }
    }

    package func shutDown() {
        isShuttingDown = true
        shutDown(Array(drivers.values)[...])
    }

    /// In portions, since all of them may be very many.
    private func shutDown(_ rest: ArraySlice<TurnDriver>) {
        for driver in rest.prefix(Limits.publishersPerTurn) { driver.shutDown() }
        let others = rest.dropFirst(Limits.publishersPerTurn)
        guard !others.isEmpty else { return }
        environment.loop.schedule(afterMs: 1) { [weak self] in self?.shutDown(others) }
    }
}

extension PublishFacts {
    struct BadChunkNumber: Error {}

    /// Reads `Weir-Chunk: SESSION/N`, and `Weir-Take-Over: 1` or, from what can only be given an
    /// address, `?take-over=1`.
    init(_ request: Request) throws(BadChunkNumber) {
        self.init(
            chunk: try request.header("weir-chunk").map(Self.parseChunk), start: .unknown,
            identity: Self.identity(of: request),
            wantsTakeOver: request.header("weir-take-over") == "1"
                || NamedValues.inQuery(Self.query(of: request), named: "take-over") == ["1"],
            sharesConnectionWithWriter: false, hasLength: request.contentLength != nil)
    }

    private static func query(of request: Request) -> Substring {
        let target = request.target
        return target.firstIndex(of: "?").map { target[target.index(after: $0)...] } ?? ""
    }

    private static func parseChunk(_ value: String) throws(BadChunkNumber) -> ChunkNumber {
        let parts = value.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, (1...Limits.chunkSessionCharacters).contains(parts[0].utf8.count),
            parts[0].utf8.allSatisfy(isSessionCharacter),
            parts[1].utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let number = UInt64(parts[1]), number < UInt64.max
        else { throw BadChunkNumber() }
        return ChunkNumber(
            session: max(1, PublisherIdentity.digest("session \(parts[0])")), number: number)
    }

    /// The characters of a token (RFC 9110, section 5.6.2) that need no quoting anywhere.
    private static func isSessionCharacter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"),
            UInt8(ascii: "."):
            true
        default: false
        }
    }
}
