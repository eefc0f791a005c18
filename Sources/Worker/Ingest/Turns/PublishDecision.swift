// Who may write to a stream next, as a pure function of what is known of the request and the
// stream. The rules: chunks of one broadcast may overtake each other and may reach any worker; a
// second live publisher is refused; what was accepted is never written twice.

import Channel
import SegmentRing
import Settings
import StreamState

/// The place of a body in a broadcast that numbers its chunks (`Weir-Chunk: SESSION/N`).
struct ChunkNumber: Equatable, Sendable {
    /// A digest of SESSION; never 0.
    let session: UInt64
    /// Less than the greatest UInt64.
    let number: UInt64

    var next: ChunkNumber { ChunkNumber(session: session, number: number &+ 1) }
}

/// How a body begins, as far as its first bytes tell.
enum BodyStart: Equatable, Sendable {
    case unknown
    case header
    case continuation
}

/// What a publish request says of itself.
struct PublishFacts: Equatable, Sendable {
    var chunk: ChunkNumber?
    var start: BodyStart
    /// A digest of who publishes: the client's address, under open publishing.
    var identity: UInt64
    var wantsTakeOver: Bool
    /// The writer in this worker came over the same connection, so its end is in sight.
    var sharesConnectionWithWriter: Bool
    /// How long it has waited for its turn.
    var waitedMs: UInt64 = 0
    /// Its body has a length, so its end is in sight once it writes.
    var hasLength = false
    /// The numbered broadcast whose silent writer it has asked to stop.
    var replacedSession: UInt64?
    /// What the stream is to say of itself; nil when nobody is known to say it (open publishing).
    var about: About?

    var publisherKey: PublisherKey {
        PublisherKey(identity: identity, session: chunk?.session ?? 0)
    }

    var startsBroadcast: Bool {
        if let chunk { return chunk.number == 0 }
        return start == .header
    }
}

/// What is known of the request that holds the writer lease.
struct WriterFacts: Equatable, Sendable {
    /// The identity of the current publisher.
    var identity: UInt64
    var session: UInt64 = 0
    /// The number of the chunk it writes, if that is known.
    var chunk: UInt64?
    /// How long it has brought nothing.
    var silentMs: UInt64 = 0
    /// Its body has a length, so its end is in sight.
    var hasLength = false

    /// Whether it has moved since a request began to wait, `waitedMs` ago. Bytes that come in the first
    /// moment do not count: they may have been on their way when the connection died.
    func hasMoved(since waitedMs: UInt64) -> Bool {
        silentMs + Limits.newBroadcastTurnMs <= waitedMs
    }
}

/// What is known of the stream when a request asks for its turn.
enum StreamFacts: Equatable, Sendable {
    /// There is no such stream.
    case absent
    /// It has ended. `session` is that of its numbered broadcast; 0 when it was not numbered.
    case over(session: UInt64)
    /// Another request holds the writer lease.
    case held(WriterFacts)
    /// The lease is free for us to take. The last writer brought its last bytes `silentMs` ago.
    case free(state: StreamState, ingest: IngestState?, silentMs: UInt64 = 0)
}

enum PublishDecision: Equatable, Sendable {
    /// Starts a broadcast: a new stream, or the old one with a new header.
    case begin
    /// Goes on exactly where the last body stopped.
    case resume
    /// This chunk has been written before: read it, drop it, and give the same answer as then.
    case repeated
    case wait
    /// Ask the current writer to stop, and wait.
    case takeOver
    case refuse(Refusal)

    enum Refusal: Equatable, Sendable {
        case alreadyLive
        case missingInitialization
        /// A later chunk of a broadcast that this stream never had, or has no more.
        case unknownSession
    }

    static func decide(_ request: PublishFacts, _ stream: StreamFacts) -> PublishDecision {
        if request.chunk == nil && request.start == .unknown { return .wait }
        switch stream {
        case .absent: return decideAbsent(request)
        case .over(let session):
            // Its first chunk was here, so there is nothing to wait for.
            if !request.startsBroadcast, let chunk = request.chunk, chunk.session == session {
                return .refuse(.unknownSession)
            }
            return decideAbsent(request)
        case .held(let writer):
            if isRetry(request, writer) {
                return request.waitedMs >= Limits.deadTryMs ? .takeOver : .wait
            }
            return decideHeld(request, writer)
        case .free(let state, let ingest, let silentMs):
            return decideFree(request, state, ingest, silentMs: silentMs)
        }
    }

    private static func decideAbsent(_ request: PublishFacts) -> PublishDecision {
        if request.startsBroadcast { return .begin }
        return request.chunk != nil ? waitForFirstChunk(request) : .refuse(.missingInitialization)
    }

    /// The first chunk of the request's broadcast may still be on its way. Or it never comes, because
    /// the stream ended or another broadcast has taken it over.
    private static func waitForFirstChunk(_ request: PublishFacts) -> PublishDecision {
        request.waitedMs >= Limits.unknownSessionMs ? .refuse(.unknownSession) : .wait
    }

    /// Whether the request brings the very chunk that is being written. Its client has given up on the
    /// first attempt, perhaps because its connection is dead and we have not been told.
    private static func isRetry(_ request: PublishFacts, _ writer: WriterFacts) -> Bool {
        guard let chunk = request.chunk, let number = writer.chunk else { return false }
        return chunk == ChunkNumber(session: writer.session, number: number)
            && request.identity == writer.identity
    }

    private static func decideHeld(
        _ request: PublishFacts, _ writer: WriterFacts
    ) -> PublishDecision {
        // A later chunk of the broadcast that is being written, or a retry of its first one.
        if let chunk = request.chunk, chunk.session == writer.session { return .wait }
        guard request.identity == writer.identity else {
            return decideForStranger(request)
        }
        guard request.startsBroadcast else {
            if request.chunk != nil { return waitForFirstChunk(request) }
            // What is still on its way of the earlier body gets a little longer, since nothing is lost
            // by that.
            return writer.silentMs >= Limits.publisherSilenceMs ? .takeOver : .wait
        }
        if request.wantsTakeOver || writer.silentMs >= Limits.takeOverSilenceMs { return .takeOver }
        return mayWait(request, behind: writer) ? .wait : .refuse(.alreadyLive)
    }

    private static func decideForStranger(_ request: PublishFacts) -> PublishDecision {
        if request.startsBroadcast {
            return request.sharesConnectionWithWriter ? .wait : .refuse(.alreadyLive)
        }
        return request.chunk != nil ? waitForFirstChunk(request) : .wait
    }

    /// Whether a new header waits for a writer of the same publisher. It may be the next body of the
    /// same encoder, or that of an encoder whose last connection has just died. If it is a second
    /// encoder, it finds out that the first one is alive.
    private static func mayWait(_ request: PublishFacts, behind writer: WriterFacts) -> Bool {
        if request.sharesConnectionWithWriter || !writer.hasMoved(since: request.waitedMs) {
            return true
        }
        guard request.chunk == nil && writer.session == 0 else { return false }
        return writer.hasLength || request.waitedMs < Limits.takeOverSilenceMs
    }

    private static func decideFree(
        _ request: PublishFacts, _ state: StreamState, _ ingest: IngestState?, silentMs: UInt64
    ) -> PublishDecision {
        guard let ingest else { return decideAbsent(request) }
        if let chunk = request.chunk, chunk.session == ingest.session {
            if chunk.number < ingest.nextChunk { return .repeated }
            return chunk.number == ingest.nextChunk ? .resume : .wait
        }
        if state == .live && ingest.identity != request.identity { return .refuse(.alreadyLive) }
        if request.startsBroadcast {
            // A numbered broadcast comes in many requests, so it is not over when none is open: two tabs
            // of one broadcaster would take the stream from each other for ever. When it has been left,
            // no request comes, and it is soon paused.
            let interrupts =
                state == .live && ingest.session != 0 && !request.wantsTakeOver
                && request.replacedSession != ingest.session
            guard interrupts else { return .begin }
            let last = WriterFacts(identity: ingest.identity, silentMs: silentMs)
            let waits =
                !last.hasMoved(since: request.waitedMs)
                && request.waitedMs < Limits.takeOverSilenceMs
            return waits ? .wait : .refuse(.alreadyLive)
        }
        if request.chunk != nil { return waitForFirstChunk(request) }
        // A body without a number has no place in a broadcast of numbered chunks.
        return ingest.session == 0 ? .resume : .refuse(.alreadyLive)
    }
}

extension PublishFacts {
    /// Whether it goes on waiting although it has waited as long as requests may. Only a body without a
    /// number does, behind earlier ones of the same publisher that still move. Its sender cannot know
    /// that it would have to send it again.
    func outwaits(_ stream: StreamFacts) -> Bool {
        guard chunk == nil, start != .unknown else { return false }
        return switch stream {
        case .absent, .over: false
        case .held(let writer):
            identity == writer.identity && (start == .continuation || writer.hasLength)
                && writer.silentMs < Limits.publisherSilenceMs
        // One before it has just had its turn, so its own turn comes soon.
        case .free(let state, let ingest, _): state == .live && identity == ingest?.identity
        }
    }
}

/// Without numbers, arrival is the order: an earlier body keeps later ones waiting. But a body that has
/// not begun only holds up what came after it over the same connection, so no client can hold a name by
/// saying nothing.
struct ArrivalOrder {
    private var isTaken = false
    private var silentConnections: Set<UInt64> = []

    /// Whether the turn may be this request's. Ask about each request, in order of arrival.
    mutating func admits(_ request: PublishFacts, connectionID: UInt64) -> Bool {
        guard request.chunk == nil else { return true }
        guard !isTaken, !silentConnections.contains(connectionID) else { return false }
        if request.start == .unknown {
            silentConnections.insert(connectionID)
        } else {
            isTaken = true
        }
        return true
    }
}
