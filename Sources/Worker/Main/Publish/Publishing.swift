// The publishing side of the HTTP surface: reads what a request says of itself, and puts it into its
// stream's queue.
//
// Owner: the worker's loop thread.

import Accounts
import HTTP
import LinuxIO
import SegmentRing
import Settings

final class Publishing {
    private let streams: LiveStreams
    private let environment: WorkerEnvironment
    private let crossOrigin: CrossOrigin
    private var queues: [StreamName: PublishQueue] = [:]
    private var isShuttingDown = false

    init(streams: LiveStreams, crossOrigin: CrossOrigin, environment: WorkerEnvironment) {
        self.streams = streams
        self.crossOrigin = crossOrigin
        self.environment = environment
    }

    /// POST or PUT of media.
    func publish(_ exchange: Exchange, to name: StreamName) {
        let request = exchange.request
        if isShuttingDown { return refuse(exchange, PublishError.shuttingDown.problem) }
        if let bytes = request.contentLength, bytes > Limits.chunkBytes {
            return refuse(exchange, .bodyTooLarge(limitBytes: Limits.chunkBytes))
        }
        let facts: PublishFacts
        do {
            facts = try PublishFacts(request)
        } catch {
            return refuse(exchange, .badChunkNumber)
        }
        let queue = queue(for: name)
        let publish = PublishRequest(
            exchange: exchange, facts: facts, queue: queue, environment: environment)
        exchange.handler = publish
        queue.add(publish)
        if publish.isWaiting, queue.isOverfull(forConnection: request.connectionID) {
            publish.fail(.tooManyWaitingChunks)
        }
    }

    /// DELETE: ends the stream at once, whoever is writing it.
    func end(_ exchange: Exchange, name: StreamName) {
        guard let stream = streams.find(name), stream.state != .ended else {
            return refuse(exchange, .notLive)
        }
        let owner = stream.ring.status.publisherKey.0
        guard stream.state != .live || owner == PublishFacts.identity(of: exchange.request) else {
            return refuse(exchange, .notTheOwner)
        }
        stream.end()
        environment.logger.notice(
            "stream ended", metadata: ["stream": "\(name)", "reason": "deleted"])
        exchange.respond(
            status: 204, headers: crossOrigin.headers(for: exchange.request), body: .none)
    }

    private func refuse(_ exchange: Exchange, _ problem: Problem) {
        exchange.respond(problem, headers: crossOrigin.headers(for: exchange.request))
    }

    private func queue(for name: StreamName) -> PublishQueue {
        if let queue = queues[name] { return queue }
        let queue = PublishQueue(
            name: name, streams: streams, crossOrigin: crossOrigin, environment: environment)
        queue.onIdle = { [weak self] queue in self?.queues[queue.name] = nil }
        queues[name] = queue
        return queue
    }

    func doorbellRang() {
        for queue in Array(queues.values) { queue.doorbellRang() }
    }

    func shutDown() {
        isShuttingDown = true
        for queue in Array(queues.values) { queue.shutDown() }
    }
}

extension PublishFacts {
    struct BadChunkNumber: Error {}

    /// Reads `Weir-Chunk: SESSION/N` and `Weir-Take-Over: 1`.
    init(_ request: Request) throws(BadChunkNumber) {
        self.init(
            chunk: try request.header("weir-chunk").map(Self.parseChunk), start: .unknown,
            identity: Self.identity(of: request),
            wantsTakeOver: request.header("weir-take-over") == "1",
            sharesConnectionWithWriter: false)
    }

    /// Under open publishing, who publishes is told by the address.
    static func identity(of request: Request) -> UInt64 {
        digest("address \(request.peer)")
    }

    private static func parseChunk(_ value: String) throws(BadChunkNumber) -> ChunkNumber {
        let parts = value.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, (1...Limits.chunkSessionCharacters).contains(parts[0].utf8.count),
            parts[0].utf8.allSatisfy(isSessionCharacter),
            parts[1].utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let number = UInt64(parts[1]), number < UInt64.max
        else { throw BadChunkNumber() }
        return ChunkNumber(session: max(1, digest("session \(parts[0])")), number: number)
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

    /// FNV-1a, 64 bit: the same in every process, unlike Hasher. It tells publishers apart; it is no
    /// protection, which is what accounts are for.
    private static func digest(_ text: String) -> UInt64 {
        text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }
}
