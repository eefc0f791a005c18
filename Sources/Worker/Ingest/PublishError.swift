// Why a publish request is refused or ends early, and what the client is told.

import HTTP
import Media
import SegmentRing
import Settings
import StreamState
import Text

enum PublishError: Error, Equatable {
    case alreadyLive
    case missingInitialization
    case chunkGap(expectedChunk: UInt64)
    /// An earlier chunk of the same broadcast took longer to come in than this one could wait.
    case chunkEarly
    case takenOver
    /// It was stopped while this request was publishing.
    case streamEnded
    /// The broadcast that this belongs to is over; nil: the reason is not known.
    case broadcastOver(EndReason?)
    case stalled
    case tooManyStreams
    /// The publisher already has as many streams as one may have.
    case tooManyOwnStreams
    case tooManyWait(WaitingBound)
    /// Earlier rings of the name are still in use, or too many were made in a short time.
    case tooManyRings
    case shuttingDown
    case media(MediaError)
    case ring(RingError)
}

extension PublishError {
    var problem: Problem {
        switch self {
        case .alreadyLive: .alreadyLive
        case .missingInitialization: .missingInitialization
        case .chunkGap(let expectedChunk):
            Problem(
                status: 409, slug: "chunk-gap", title: "An earlier chunk is missing",
                detail: "Chunk \(expectedChunk) has not arrived. Send it, then this one again.",
                members: [JSONMember("expectedChunk", .integer(Int64(clamping: expectedChunk)))])
        case .chunkEarly:
            Problem(
                status: 409, slug: "chunk-gap", title: "An earlier chunk is not complete",
                detail: "A chunk before this one is still being received. Send this one again.",
                headers: [.retryAfter(seconds: 1)])
        case .takenOver:
            Problem(
                status: 409, slug: "taken-over", title: "Another request took over",
                detail: "The same publisher has started this broadcast anew elsewhere.")
        case .streamEnded:
            Problem(
                status: 409, slug: "stream-ended", title: "The stream was ended",
                detail: "Somebody who may has ended it while this request was publishing.")
        case .broadcastOver(let reason): .broadcastOver(reason)
        case .stalled: .requestTimeout
        case .tooManyStreams: .tooManyStreams
        case .tooManyRings: .tooManyRings
        case .tooManyOwnStreams:
            Problem(
                status: 429, slug: "too-many-own-streams", title: "You have too many streams",
                detail:
                    "One address may have \(Limits.streamsPerClient) streams at a time. End one "
                    + "of them, or let it end, before you begin another.",
                headers: [.retryAfter(seconds: 10)])
        case .tooManyWait(let bound): bound.problem
        case .shuttingDown: .shuttingDown
        case .media(let error): error.problem
        case .ring(let error): error.problem
        }
    }
}

extension PublishError {
    /// The answer to a request that got no turn in time, given what is known of the stream then.
    static func afterWaiting(_ request: PublishFacts, _ stream: StreamFacts) -> PublishError {
        guard let chunk = request.chunk else {
            return request.start == .unknown ? .stalled : .alreadyLive
        }
        switch stream {
        case .absent, .over: return .chunkGap(expectedChunk: 0)
        case .held(let writer):
            return writer.session == chunk.session ? .chunkEarly : .chunkGap(expectedChunk: 0)
        case .free(_, let ingest, _):
            let isSameSession = ingest?.session == chunk.session
            return .chunkGap(expectedChunk: isSameSession ? ingest?.nextChunk ?? 0 : 0)
        }
    }
}

extension Problem {
    fileprivate static let alreadyLive = Problem(
        status: 409, slug: "already-live", title: "Someone is live under this name",
        detail: "Wait until that broadcast has ended, choose another name, or, if it is "
            + "yours, take over with the header Weir-Take-Over: 1, or ?take-over=1 in the "
            + "address.")

    fileprivate static let missingInitialization = Problem(
        status: 412, slug: "missing-initialization",
        title: "The broadcast has no beginning",
        detail:
            "The first body of a broadcast begins with the EBML header and holds all of "
            + "Tracks. Start the recorder anew.")

    fileprivate static let tooManyStreams = Problem(
        status: 503, slug: "too-many-streams", title: "The server is full",
        detail: "As many streams are live as this server takes. Try again later.",
        headers: [.retryAfter(seconds: 10)])

    fileprivate static let tooManyRings = Problem(
        status: 429, slug: "too-many-restarts",
        title: "The broadcast starts anew too often",
        detail:
            "What it was before is still being watched, or it has begun very often just now. "
            + "Try again in some seconds.",
        headers: [.retryAfter(seconds: 5)])

    fileprivate static func broadcastOver(_ reason: EndReason?) -> Problem {
        let detail =
            switch reason {
            case .stopped: "Somebody who may has ended it. "
            case .silent: "Nothing came from its publisher for longer than the server waits. "
            case .gone: "Its publisher was away for longer than the server waits. "
            case .takenOver: "Another broadcast of the same publisher has taken its name. "
            case .server: "The server has lost it. "
            case nil: "The stream has no such broadcast, or has it no more. "
            }
        return Problem(
            status: 412, slug: "broadcast-over", title: "This broadcast is over",
            detail: detail + "What comes next begins anew, with a header.",
            members: [JSONMember("reason", .string(reason?.word ?? "unknown"))])
    }
}

extension WaitingBound {
    fileprivate var problem: Problem {
        let retry = [HeaderField.retryAfter(seconds: 1)]
        return switch self {
        case .connection:
            Problem(
                status: 429, slug: "too-many-waiting-chunks", title: "Too many chunks wait",
                detail:
                    "Several chunks of this connection wait for an earlier one. Send that first.",
                headers: retry)
        case .stream:
            Problem(
                status: 429, slug: "too-many-waiting", title: "Too much waits for this stream",
                detail: "Many requests to publish wait for their turn at this stream. Send what is "
                    + "missing first.",
                headers: retry)
        case .client:
            Problem(
                status: 429, slug: "too-many-waiting", title: "Too much of yours waits",
                detail: "Many requests to publish from your address wait for their turn.",
                headers: retry)
        case .worker:
            Problem(
                status: 503, slug: "too-busy", title: "Too many bodies wait",
                detail:
                    "The server holds as much as it can for publishers who wait for their turn.",
                headers: retry)
        }
    }
}

extension MediaError {
    fileprivate var problem: Problem {
        switch self {
        case .notWebM:
            Problem(
                status: 415, slug: "not-webm", title: "Not WebM or Matroska",
                detail: "The body does not begin like a WebM or Matroska file.")
        case .missingInitialization: PublishError.missingInitialization.problem
        case .malformed(let reason):
            Problem(
                status: 400, slug: "malformed-media", title: "The media is not well-formed",
                detail: reason)
        case .tooLarge(let reason):
            Problem(
                status: 400, slug: "element-too-large", title: "A part of the media is too large",
                detail: reason)
        case .unsupported(let what):
            Problem(
                status: 415, slug: "unsupported-media", title: what,
                detail: "Viewers could not decode it. Send the track without it.")
        }
    }
}

extension RingError {
    fileprivate var problem: Problem {
        switch self {
        case .noSpace:
            Problem(
                status: 507, slug: "no-space", title: "No room for another stream",
                detail: "The server's disk has no room for this stream's ring.")
        case .fragmentTooLarge(let bytes):
            Problem(
                status: 400, slug: "element-too-large", title: "A part of the media is too large",
                detail: "\(bytes) bytes in one piece are more than this server's rings take.")
        case .exists, .busy:
            PublishError.alreadyLive.problem
        default:
            Problem(
                status: 500, slug: "storage-failed", title: "The stream could not be stored",
                detail: "The server's storage failed. Its log says how.", cause: cause)
        }
    }

    private var cause: String {
        switch self {
        case .system(let error): "\(error)"
        case .invalid(let what): "the ring is damaged: \(what)"
        case .missing: "the stream's folder is gone"
        default: "\(self)"
        }
    }
}
