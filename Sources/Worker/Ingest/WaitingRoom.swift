// What waits to be published in one worker: requests (for a verdict, for their turn, for the rest of a
// header) and bytes of their bodies. Both are bounded for the worker, for each client and, once a
// request is known to be allowed to publish there, for each stream. So no one client or stream can fill
// the room for all others.
//
// Owner: the worker's loop thread.

import HTTP
import Settings

/// The worker's part of the waiting room.
final class WaitingRoom {
    fileprivate(set) var requests = 0
    fileprivate(set) var bytes = 0
    /// Streams whose requests wait for another worker, or for a chunk that is missing.
    var streams = 0

    /// How soon to look again at a ring whose doorbell has not rung, in milliseconds. The more streams
    /// want that, the longer it takes, so that all of them together cost little.
    var retryMs: UInt64 {
        max(Limits.chunkRetryMs, UInt64(streams) * 1_000 / Limits.leaseRetriesPerSecond)
    }
}

/// One stream's part of the waiting room.
final class WaitingTally {
    fileprivate(set) var bytes = 0
}

/// The bound that keeps another request from waiting.
enum WaitingBound: Equatable, Sendable {
    case connection, stream, client, worker
}

/// One request's part of the waiting room: its place, as long as it waits, and the bytes of its body
/// that have come and are not used yet. They are not credited, so flow control bounds them too.
final class WaitingBody {
    private let room: WaitingRoom
    private let client: ClientShare
    private var stream: WaitingTally?
    private(set) var bytes: [UInt8] = []
    private var hasPlace = false

    init(room: WaitingRoom, client: ClientShare) {
        self.room = room
        self.client = client
    }

    /// Takes a place, unless it has one already. Returns the bound that was reached when there is none.
    func takePlace() -> WaitingBound? {
        if hasPlace { return nil }
        guard room.requests < Limits.waitingRequestsPerWorker else { return .worker }
        guard client.take(.waitingRequests) else { return .client }
        room.requests += 1
        hasPlace = true
        return nil
    }

    /// The request waits no more, or never did.
    func leavePlace() {
        guard hasPlace else { return }
        hasPlace = false
        room.requests -= 1
        client.giveBack(.waitingRequests)
    }

    /// From now on, bytes that are kept count for that stream too.
    func join(_ tally: WaitingTally) {
        precondition(stream == nil, "a body belongs to one stream")
        stream = tally
        tally.bytes += bytes.count
    }

    /// Keeps bytes of the body. Returns the bound that was reached when there is no room; then they are
    /// not kept.
    /// - Parameter isOfTurn: the turn is this request's, so the header that begins its broadcast finds
    ///   room even when others have filled the worker's.
    func keep(_ more: UnsafeRawBufferPointer, isOfTurn: Bool = false) -> WaitingBound? {
        if let stream, stream.bytes + more.count > Limits.waitingBytesPerStream { return .stream }
        let isFirst = isOfTurn && bytes.count + more.count <= Limits.requestWindowBytes
        guard isFirst || room.bytes + more.count <= Limits.waitingBytesPerWorker else {
            return .worker
        }
        guard client.take(.waitingBytes, more.count) else { return .client }
        stream?.bytes += more.count
        room.bytes += more.count
        unsafe bytes.append(contentsOf: more)
        return nil
    }

    /// Forgets what was kept; returns how many bytes that was.
    @discardableResult
    func drop() -> Int {
        let count = bytes.count
        stream?.bytes -= count
        room.bytes -= count
        client.giveBack(.waitingBytes, count)
        bytes = []
        return count
    }
}
