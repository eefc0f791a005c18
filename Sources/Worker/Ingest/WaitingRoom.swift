// What waits to be published in one worker: requests (to be judged, for their turn, for the rest of a
// header) and bytes of their bodies. Both are bounded for the worker, for each client and, once it is
// known that a request may publish there, for each stream: nobody fills the room for all others.
//
// Owner: the worker's loop thread.

import HTTP
import Settings

/// The worker's part of it.
final class WaitingRoom {
    fileprivate(set) var requests = 0
    fileprivate(set) var bytes = 0
    /// Streams whose requests wait for what another worker, or a chunk that is missing, has to do.
    var streams = 0

    /// When a stream's ring is looked at again that nobody has rung for: the later, the more streams
    /// want that, so that all together cost little.
    var retryMs: UInt64 {
        max(Limits.chunkRetryMs, UInt64(streams) * 1_000 / Limits.leaseRetriesPerSecond)
    }
}

/// One stream's part of it.
final class WaitingTally {
    fileprivate(set) var bytes = 0
}

/// Whose bound does not let one more wait.
enum WaitingBound: Equatable, Sendable {
    case connection, stream, client, worker
}

/// One request's part of it: a place, as long as it waits, and the bytes of its body that have come and
/// are not used yet. They are not credited, so flow control bounds them too.
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

    /// Takes a place, unless it has one already. Not nil: there is none.
    func takePlace() -> WaitingBound? {
        if hasPlace { return nil }
        guard room.requests < Limits.waitingRequestsPerWorker else { return .worker }
        guard client.take(.waitingRequests) else { return .client }
        room.requests += 1
        hasPlace = true
        return nil
    }

    /// It waits no more, or has never done so.
    func leavePlace() {
        guard hasPlace else { return }
        hasPlace = false
        room.requests -= 1
        client.giveBack(.waitingRequests)
    }

    /// From now on, what is kept counts for that stream too.
    func join(_ tally: WaitingTally) {
        precondition(stream == nil, "a body belongs to one stream")
        stream = tally
        tally.bytes += bytes.count
    }

    /// Keeps bytes of the body. Not nil: there is no room, and they were not kept.
    /// - Parameter isOfTurn: it is this request's turn, so it finds room for the header that begins its
    ///   broadcast although others have filled the worker's.
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
