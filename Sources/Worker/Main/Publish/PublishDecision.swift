// Who may write to a stream next, as a pure function of what is known of the request and the stream.
// DESIGN: chunks of one broadcast may overtake each other and may reach any worker; a second live
// publisher is refused; what was accepted is never written twice.

import Settings

/// The place of a body in a broadcast that numbers its chunks (`Weir-Chunk: SESSION/N`).
struct ChunkNumber: Equatable, Sendable {
    /// A digest of SESSION; never 0.
    let session: UInt64
    /// Less than the greatest number there is.
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

    var startsBroadcast: Bool {
        if let chunk { return chunk.number == 0 }
        return start == .header
    }
}

/// What is known of the stream when a request asks for its turn.
enum StreamFacts: Equatable, Sendable {
    /// There is no such stream, or it has ended.
    case absent
    /// Another request holds the writer lease. `identity` is the current publisher's.
    /// `chunk` is the number of the chunk it writes, if that is known.
    case held(identity: UInt64, session: UInt64, chunk: UInt64? = nil)
    /// The lease is ours for the taking.
    case free(state: StreamState, ingest: IngestState?)
}

enum PublishDecision: Equatable, Sendable {
    /// Starts a broadcast: a new stream, or the old one with a new header.
    case begin
    /// Goes on exactly where the last body stopped.
    case resume
    /// This chunk has been written before: read it, drop it, answer as then.
    case repeated
    case wait
    /// Ask the current writer to stop, and wait.
    case takeOver
    case refuse(Refusal)

    enum Refusal: Equatable, Sendable {
        case alreadyLive
        case missingInitialization
        /// A later chunk of a broadcast that this stream does not have, or has no more.
        case unknownSession
    }

    static func decide(_ request: PublishFacts, _ stream: StreamFacts) -> PublishDecision {
        if request.chunk == nil && request.start == .unknown { return .wait }
        switch stream {
        case .absent: return decideAbsent(request)
        case .held(let identity, let session, let chunk):
            if isRetry(request, identity, session, chunk) {
                return request.waitedMs >= Limits.deadTryMs ? .takeOver : .wait
            }
            return decideHeld(request, identity, session)
        case .free(let state, let ingest): return decideFree(request, state, ingest)
        }
    }

    private static func decideAbsent(_ request: PublishFacts) -> PublishDecision {
        if request.startsBroadcast { return .begin }
        return request.chunk != nil ? waitForFirstChunk(request) : .refuse(.missingInitialization)
    }

    /// The first chunk of the request's broadcast may still be on its way; or it never comes, because
    /// the stream ended, or another broadcast has taken it over.
    private static func waitForFirstChunk(_ request: PublishFacts) -> PublishDecision {
        request.waitedMs >= Limits.unknownSessionMs ? .refuse(.unknownSession) : .wait
    }

    /// Whether the request brings the very chunk that is being written. Its client has given up on
    /// the first try, perhaps over a connection that is dead without our having been told.
    private static func isRetry(
        _ request: PublishFacts, _ identity: UInt64, _ session: UInt64, _ number: UInt64?
    ) -> Bool {
        guard let chunk = request.chunk, let number else { return false }
        return chunk == ChunkNumber(session: session, number: number)
            && request.identity == identity
    }

    private static func decideHeld(
        _ request: PublishFacts, _ identity: UInt64, _ session: UInt64
    ) -> PublishDecision {
        // A later chunk of the broadcast that is being written, or a retry of its first one.
        if let chunk = request.chunk, chunk.session == session { return .wait }
        guard request.startsBroadcast else {
            return request.chunk != nil ? waitForFirstChunk(request) : .wait
        }
        if request.wantsTakeOver && request.identity == identity { return .takeOver }
        if request.sharesConnectionWithWriter { return .wait }
        return .refuse(.alreadyLive)
    }

    private static func decideFree(
        _ request: PublishFacts, _ state: StreamState, _ ingest: IngestState?
    ) -> PublishDecision {
        guard let ingest else { return decideAbsent(request) }
        if let chunk = request.chunk, chunk.session == ingest.session {
            if chunk.number < ingest.nextChunk { return .repeated }
            return chunk.number == ingest.nextChunk ? .resume : .wait
        }
        if state == .live && ingest.identity != request.identity { return .refuse(.alreadyLive) }
        if request.startsBroadcast {
            // A numbered broadcast comes in many requests, so that none is open now does not mean that
            // it is over: two tabs of one broadcaster would take the stream from each other for ever.
            let interrupts = state == .live && ingest.session != 0 && !request.wantsTakeOver
            return interrupts ? .refuse(.alreadyLive) : .begin
        }
        if request.chunk != nil { return waitForFirstChunk(request) }
        // A body without a number cannot be placed in a broadcast that has them.
        return ingest.session == 0 ? .resume : .refuse(.alreadyLive)
    }
}

/// Without numbers, arrival is the order: whoever came first keeps the others waiting. But one
/// whose body has not begun keeps back only what came after it over the same connection: nobody can
/// hold a name by saying nothing.
struct ArrivalOrder {
    private var isTaken = false
    private var silentConnections: Set<UInt64> = []

    /// Whether it may be this request's turn. To be asked about each request, in order of arrival.
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
