// A turn to write that can be given to a request: it alone holds the stream's lease.
//
// Owner: the worker's loop thread.

import SegmentRing
import StreamState
import Streams

struct PublishTurn {
    let facts: StreamFacts
    /// Nil when there is no stream; then there is no lease and no ingest state either.
    let stream: LiveStream?
    private let lease: RingWriter?
    private let ingest: IngestState?

    /// The name is free.
    init() {
        facts = .absent
        stream = nil
        lease = nil
        ingest = nil
    }

    /// - Parameter lease: of the stream's ring.
    init(_ stream: LiveStream, _ lease: RingWriter) {
        let state = stream.state
        let ingest = state == .ended ? nil : IngestState(decoding: lease.state)
        facts =
            state == .ended
            ? .over(session: stream.ring.status.publisherKey.session)
            : .free(state: state, ingest: ingest, silentMs: stream.ring.writerSilentMs)
        self.stream = stream
        self.lease = lease
        self.ingest = ingest
    }

    /// No request takes the turn: the lease is released.
    func letGo() { lease?.release() }

    /// The session of a request that begins a broadcast.
    func beginning(
        _ name: StreamName, _ facts: PublishFacts, streams: LiveStreams,
        environment: IngestEnvironment
    ) -> IngestSession {
        // The ring of a stream that has ended is replaced, not continued. The end of its grace may not
        // have been noted yet; then its viewers are still waiting.
        let isOver = stream?.state == .ended
        if isOver { stream?.endIfOver() }
        return IngestSession(
            beginning: name, facts: facts, on: isOver ? nil : stream, lease: lease,
            streams: streams, environment: environment)
    }

    /// The session of a request that goes on where the last body stopped.
    func resuming(
        _ facts: PublishFacts, streams: LiveStreams, environment: IngestEnvironment
    ) throws(PublishError) -> IngestSession {
        guard let stream, let lease, let ingest else { throw .missingInitialization }
        do {
            return try IngestSession(
                resuming: ingest, facts: facts, on: stream, lease: lease, streams: streams,
                environment: environment)
        } catch {
            throw .missingInitialization
        }
    }
}
