// What one look at a stream has found: what decides about those who wait, and what the one whose turn it
// is needs to write.
//
// Owner: the worker's loop thread.

import SegmentRing
import Settings
import StreamState
import Streams

/// A turn to write that is to be given away: nobody has the stream's lease but this.
struct PublishTurn {
    let facts: StreamFacts
    /// Nil when there is none, and then there is neither of the others.
    var stream: LiveStream?
    var writer: RingWriter?
    var ingest: IngestState?

    /// The name is free.
    static var absent: PublishTurn { PublishTurn(facts: .absent) }

    private init(facts: StreamFacts) {
        self.facts = facts
    }

    /// - Parameter writer: holds the lease of the stream's ring.
    init(_ stream: LiveStream, _ writer: RingWriter) {
        let state = stream.state
        let ingest = state == .ended ? nil : IngestState(decoding: writer.state)
        facts =
            state == .ended
            ? .absent : .free(state: state, ingest: ingest, silentMs: stream.ring.writerSilentMs)
        self.stream = stream
        self.writer = writer
        self.ingest = ingest
    }

    /// The chunk whose turn it is; nil when nothing says so, as of a broadcast that is over.
    var wanted: ChunkNumber? {
        ingest.map { ChunkNumber(session: $0.session, number: $0.nextChunk) }
    }

    /// The session of a request that begins a broadcast, or goes on with one; nil when the decision is
    /// another one.
    func session(
        _ decision: PublishDecision, _ request: PublishRequest, name: StreamName,
        streams: LiveStreams, environment: IngestEnvironment
    ) throws(PublishError) -> IngestSession? {
        switch decision {
        case .begin:
            // The ring of a stream that has ended is replaced, not continued. That its grace is over may
            // not have been noted yet, and then its viewers are still waiting.
            let isOver = stream?.state == .ended
            if isOver { stream?.endIfOver() }
            return IngestSession(
                beginning: name, facts: request.facts, on: isOver ? nil : stream, writer: writer,
                streams: streams, environment: environment)
        case .resume:
            guard let stream, let writer, let ingest else { return nil }
            do {
                return try IngestSession(
                    resuming: ingest, facts: request.facts, on: stream, writer: writer,
                    streams: streams, environment: environment)
            } catch {
                throw .missingInitialization
            }
        default:
            return nil
        }
    }
}

extension WriterFacts {
    /// Of a request that writes in this worker.
    init(_ request: PublishRequest, nowMs: UInt64) {
        let facts = request.facts
        self.init(
            identity: facts.identity, session: facts.chunk?.session ?? 0,
            chunk: facts.chunk?.number,
            silentMs: nowMs - min(request.session?.heardMs ?? nowMs, nowMs),
            hasLength: facts.hasLength)
    }

    /// Of one in another worker; nil when that has not said yet who it is.
    init?(on ring: Ring) {
        let status = ring.status
        let publisher = status.publisherKey
        if publisher == .nobody { return nil }
        self.init(
            identity: publisher.identity, session: publisher.session, chunk: status.writerChunk,
            silentMs: ring.writerSilentMs, hasLength: status.writerHasLength)
    }
}

extension Ring {
    /// For how long the holder of the lease has brought nothing.
    fileprivate var writerSilentMs: UInt64 {
        let nowMs = bootNowMs
        return nowMs - min(status.writerHeardBootMs, nowMs)
    }
}

extension PublishError {
    /// What a request is told that cannot be a part of what the name has.
    static func broadcastOver(_ request: PublishFacts, _ stream: LiveStream?) -> PublishError {
        .broadcastOver(request, stream.map { BroadcastPast($0) })
    }
}

extension BroadcastPast {
    init(_ stream: LiveStream) {
        self.init(publisher: stream.ring.status.publisherKey, ended: stream.endReason)
    }
}
