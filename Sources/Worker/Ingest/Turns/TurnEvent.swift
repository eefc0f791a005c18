// What the machine of turns is told, and what it asks for. See TurnMachine.

import SegmentRing
import StreamState

/// The clock, and the other things that depend on the moment rather than on the stream.
struct TurnMoment: Equatable, Sendable {
    /// Milliseconds of the loop.
    var nowMs: UInt64
    /// How soon a stream is looked at again when no doorbell has rung, in milliseconds: the more streams
    /// of the worker want that, the longer it takes.
    var retryMs: UInt64
}

enum TurnEvent: Equatable, Sendable {
    /// A request asks for its turn. `isOwners`: the present stream belongs to the request's publisher.
    case arrived(TurnRequest, isOwners: Bool)
    /// More is known of its body.
    case learned(TurnID, BodyGlimpse)
    /// It was answered, or its client has gone, in any phase.
    case finished(TurnID)
    /// It was to make a ring, and another worker has just made it.
    case lostRace(TurnID)
    /// The answer to `TurnCommand.look`.
    case saw(TurnSight)
    /// Something may have changed about the stream.
    case bell
    /// The request that writes here has to stop.
    case interrupted(PublishError)
    /// The timer that `TurnCommand.arm` has set ran out.
    case timer
    case shutDown
}

/// Commands are carried out in order. Their results (a request that is answered has finished) are
/// reported to the machine afterwards.
enum TurnCommand: Equatable, Sendable {
    /// Look at the stream and report what is found, before any other event. Always the last command.
    /// `mayTry`: the look may ask for the lease.
    case look(mayTry: Bool)
    /// It begins a broadcast, with the lease that has just been found free, if there is one.
    case begin(TurnID)
    /// It resumes the broadcast whose lease has just been found free.
    case resume(TurnID)
    /// Its chunk was written before: read its body and drop it.
    case repeatBody(TurnID)
    /// It needs a place among those who wait, or has to be refused.
    case takePlace(TurnID)
    case answer(TurnID, PublishError)
    /// Ask the writer in another worker to stop.
    case takeOver
    /// Wake these workers, one bit for each: the turn belongs to one of their requests.
    case ring(slots: UInt64)
    /// Whether requests here wait for another worker, or for a chunk that is missing.
    case awaitLease(Bool)
    /// Since when the oldest body without a number waits here; nil: none does.
    case announceOldest(us: UInt64?)
    /// Set the timer. There is only one.
    case arm(afterMs: UInt64)
    case disarm
    /// No request is here, and nothing has to be remembered.
    case retire
}

/// What a look at the stream has found.
struct TurnSight: Equatable, Sendable {
    enum Lease: Equatable, Sendable {
        /// There is no such stream.
        case absent
        /// A request in this worker holds it, and has brought nothing for so long.
        case isHere(silentMs: UInt64)
        /// Another worker holds it; nil when that worker has not said yet who writes. `isOver`: the
        /// stream has ended and is being removed or replaced.
        case isElsewhere(WriterFacts?, isOver: Bool)
        /// The lease is ours until the commands that follow are done.
        case isFree(StreamFacts)
        /// The look did not ask for the lease.
        case wasNotTried
        /// The ring was replaced or removed at this moment.
        case isGone
        /// The ring is damaged and has to make way for a fresh one. `isDone`: it has done so.
        case makesWay(isDone: Bool)
        case failed(RingError)

        /// The look asked for the lease, which has its cost.
        var wasTried: Bool {
            switch self {
            case .absent, .isHere, .wasNotTried: false
            case .isElsewhere, .isFree, .isGone, .makesWay, .failed: true
            }
        }
    }

    var lease: Lease
    /// The broadcast that has the name, or had it last.
    var past: BroadcastPast?
    /// The bodies without a number that wait in other workers.
    var elsewhere: [BodyElsewhere] = []
}

/// Whose broadcast is, or was, the last one under a name.
struct BroadcastPast: Equatable, Sendable {
    var publisher: PublisherKey
    /// Why it is over, if it is.
    var ended: EndReason?

    /// Why another broadcast, which may have been this one, is over; nil when it is not known.
    func whyOver(_ broadcast: PublisherKey) -> EndReason? {
        guard publisher.identity == broadcast.identity else { return nil }
        return publisher.session == broadcast.session ? ended : .takenOver
    }
}

extension PublishError {
    /// What to answer a request that cannot be part of the broadcast that has the name.
    static func broadcastOver(_ request: PublishFacts, _ past: BroadcastPast?) -> PublishError {
        .broadcastOver(past?.whyOver(request.publisherKey))
    }
}

extension StreamFacts {
    /// The chunk whose turn it is; nil when nothing says so, as with a broadcast that is over.
    var wanted: ChunkNumber? {
        guard case .free(_, let ingest?, _) = self else { return nil }
        return ChunkNumber(session: ingest.session, number: ingest.nextChunk)
    }
}
