// How many streams each publisher has on air, where publishers are addresses: under open publishing one
// client could otherwise have every stream of the server. (An account has one name.) What is on disk is
// counted at most once a second, and what begins here in between is added; what begins in other workers
// in that second is not, so the bound holds approximately.
//
// Owner: the worker's loop thread.

import Settings

final class PublisherShares {
    private let streams: LiveStreams
    private let environment: WorkerEnvironment
    private var counts: [UInt64: Int] = [:]
    private var countedAtMs: UInt64?
    private static let freshMs: UInt64 = 1_000

    init(streams: LiveStreams, environment: WorkerEnvironment) {
        self.streams = streams
        self.environment = environment
    }

    /// Whether one more stream may be that publisher's; it counts then.
    func take(_ identity: UInt64) -> Bool {
        let nowMs = environment.loop.nowMs
        if countedAtMs.map({ nowMs >= $0 + Self.freshMs }) ?? true {
            counts = count()
            countedAtMs = nowMs
        }
        guard counts[identity, default: 0] < Limits.streamsPerClient else { return false }
        counts[identity, default: 0] += 1
        return true
    }

    private func count() -> [UInt64: Int] {
        streams.all().reduce(into: [:]) { counts, stream in
            guard stream.state != .ended else { return }
            counts[stream.ring.status.publisherKey.0, default: 0] += 1
        }
    }
}
