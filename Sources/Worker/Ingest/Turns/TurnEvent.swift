// What the machine of turns is told, and what it wants to be done. See TurnMachine.

import SegmentRing
import StreamState

/// The clock, and what else is of the moment and not of the stream.
struct TurnMoment: Equatable, Sendable {
    /// Milliseconds of the loop.
    var nowMs: UInt64
    /// After how long a stream is looked at again for which no doorbell has rung: the longer, the more
    /// streams of the worker want that.
    var retryMs: UInt64
}

enum TurnEvent: Equatable, Sendable {
    /// A request asks for its turn. `isOwners`: the stream that is there is its publisher's.
    case arrived(TurnRequest, isOwners: Bool)
    /// More is known of its body.
    case learned(TurnID, BodyGlimpse)
    /// It was answered, or its client has gone; whatever it was doing.
    case finished(TurnID)
    /// It was to make a ring, and another worker has just made it.
    case lostRace(TurnID)
    /// The answer to `TurnCommand.look`.
    case saw(TurnSight)
    /// Something has changed at the stream, perhaps.
    case bell
    /// Whoever writes here has to stop.
    case interrupted(PublishError)
    /// The time has come for which `TurnCommand.arm` has asked.
    case timer
    case shutDown
}

/// To be carried out in their order. What follows from them (a request that is answered has finished) is
/// told to the machine afterwards.
enum TurnCommand: Equatable, Sendable {
    /// Look at the stream and say what is there, before anything else is said. Always the last one.
    /// `mayTry`: its lease may be asked for.
    case look(mayTry: Bool)
    /// It begins a broadcast, with the lease that has just been seen free, if there was one.
    case begin(TurnID)
    /// It goes on with the broadcast whose lease has just been seen free.
    case resume(TurnID)
    /// Its chunk was written before: its body is read and dropped.
    case repeatBody(TurnID)
    /// It needs a place among those who wait, or has to be refused.
    case takePlace(TurnID)
    case answer(TurnID, PublishError)
    /// Ask the writer in another worker to stop.
    case takeOver
    /// Wake these workers, one bit each: it is the turn of one of theirs.
    case ring(slots: UInt64)
    /// Whether requests here wait for another worker, or for a chunk that is missing.
    case awaitLease(Bool)
    /// Since when the oldest body without a number waits here; nil: none does.
    case announceOldest(us: UInt64?)
    /// Set the timer, of which there is one.
    case arm(afterMs: UInt64)
    case disarm
    /// Nobody is here, and nothing has to be remembered.
    case retire
}

/// What a look at the stream has found.
struct TurnSight: Equatable, Sendable {
    enum Lease: Equatable, Sendable {
        /// There is no such stream.
        case absent
        /// A request in this worker has it, and has brought nothing for so long.
        case isHere(silentMs: UInt64)
        /// Another worker has it; nil when that has not said yet who writes. `isOver`: the stream has
        /// ended and is being removed or replaced.
        case isElsewhere(WriterFacts?, isOver: Bool)
        /// It is ours for the taking, until the commands that follow are done.
        case isFree(StreamFacts)
        /// It was not asked for.
        case wasNotTried
        /// The ring was replaced or removed at this moment.
        case isGone
        /// The ring is damaged and makes way for a fresh one. `isDone`: it has.
        case makesWay(isDone: Bool)
        case failed(RingError)

        /// It was asked for, which costs something.
        var wasTried: Bool {
            switch self {
            case .absent, .isHere, .wasNotTried: false
            case .isElsewhere, .isFree, .isGone, .makesWay, .failed: true
            }
        }
    }

    var lease: Lease
    /// What the name has now, or had last.
    var past: BroadcastPast?
    /// The bodies without a number that wait in other workers.
    var elsewhere: [BodyElsewhere] = []
}

/// Whose broadcast is or was the last one under a name.
struct BroadcastPast: Equatable, Sendable {
    var publisher: PublisherKey
    /// Why it is over, if it is.
    var ended: EndReason?

    /// Why another broadcast, which may have been this one, is over; nil when nobody knows.
    func whyOver(_ broadcast: PublisherKey) -> EndReason? {
        guard publisher.identity == broadcast.identity else { return nil }
        return publisher.session == broadcast.session ? ended : .takenOver
    }
}

extension PublishError {
    /// What a request is told that cannot be a part of what the name has.
    static func broadcastOver(_ request: PublishFacts, _ past: BroadcastPast?) -> PublishError {
        .broadcastOver(past?.whyOver(request.publisherKey))
    }
}

extension StreamFacts {
    /// The chunk whose turn it is; nil when nothing says so, as of a broadcast that is over.
    var wanted: ChunkNumber? {
        guard case .free(_, let ingest?, _) = self else { return nil }
        return ChunkNumber(session: ingest.session, number: ingest.nextChunk)
    }
}
