// The requests that wait for their turn at one stream, in the order of arrival. The line is short (a few
// dozen, see Limits), so one pass over it costs microseconds. What every new request asks again is
// counted instead. Pure.

struct TurnLine: Equatable, Sendable {
    private(set) var requests: [TurnRequest] = []
    private var countPerConnection: [UInt64: Int] = [:]

    var isEmpty: Bool { requests.isEmpty }
    var count: Int { requests.count }

    func contains(_ id: TurnID) -> Bool { requests.contains { $0.id == id } }

    func count(ofConnection connectionID: UInt64) -> Int {
        countPerConnection[connectionID, default: 0]
    }

    /// - Parameter isFirst: the request comes back, and goes before all others.
    mutating func add(_ request: TurnRequest, isFirst: Bool = false) {
        requests.insert(request, at: isFirst ? 0 : requests.count)
        countPerConnection[request.connectionID, default: 0] += 1
    }

    /// Nil when it was not there.
    @discardableResult
    mutating func remove(_ id: TurnID) -> TurnRequest? {
        guard let index = requests.firstIndex(where: { $0.id == id }) else { return nil }
        let request = requests.remove(at: index)
        let left = count(ofConnection: request.connectionID) - 1
        countPerConnection[request.connectionID] = left == 0 ? nil : left
        return request
    }

    /// Changes a request in its place; nil when it is not there.
    mutating func update<Result>(_ id: TurnID, _ change: (inout TurnRequest) -> Result) -> Result? {
        guard let index = requests.firstIndex(where: { $0.id == id }) else { return nil }
        return change(&requests[index])
    }

    /// The requests to decide about when the turn is this chunk's: all but the later chunks of the same
    /// broadcast, which have to wait in any case.
    func candidates(whenTurnOf turn: ChunkNumber?) -> [TurnRequest] {
        guard let turn else { return requests }
        return requests.filter { request in
            guard let chunk = request.chunk, chunk.session == turn.session else { return true }
            return chunk.number <= turn.number
        }
    }
}
