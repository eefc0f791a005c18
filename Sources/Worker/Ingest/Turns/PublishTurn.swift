// A turn to write that is to be given away: nobody has the stream's lease but this.
//
// Owner: the worker's loop thread.

import SegmentRing
import StreamState
import Streams

struct PublishTurn {
    let facts: StreamFacts
    /// Nil when there is none, and then there is neither of the others.
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

    /// Nobody takes it.
    func letGo() { lease?.release() }

    /// The session of a request that begins a broadcast.
    func beginning(
        _ name: StreamName, _ facts: PublishFacts, streams: LiveStreams,
        environment: IngestEnvironment
    ) -> IngestSession {
        // The ring of a stream that has ended is replaced, not continued. That its grace is over may not
        // have been noted yet, and then its viewers are still waiting.
        let isOver = stream?.state == .ended
        if isOver { stream?.endIfOver() }
        return IngestSession(
            beginning: name, facts: facts, on: isOver ? nil : stream, lease: lease,
            streams: streams, environment: environment)
    }

    /// The session of one that goes on where the last body stopped.
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
