// How many streams each publisher has on air, where publishers are addresses: under open publishing, one
// client could otherwise have every stream of the server. (An account has one name.) Streams on disk are
// counted at most once a second, and those that have begun here and have no ring yet are added. Those
// that begin in other workers meanwhile are not, so the bound is approximate.
//
// Owner: the worker's loop thread.

import Settings
import StreamState
import Streams

final class PublisherShares {
    private let streams: LiveStreams
    private let environment: IngestEnvironment
    private var counts: [UInt64: Int] = [:]
    private var countedAtMs: UInt64?
    /// Streams that have begun here. They get a ring within `Limits.publishHeaderMs`, or are given up.
    private var begun: [StreamName: (identity: UInt64, atMs: UInt64)] = [:]
    private static let freshMs: UInt64 = 1_000

    init(streams: LiveStreams, environment: IngestEnvironment) {
        self.streams = streams
        self.environment = environment
    }

    /// Whether a request may begin a broadcast: the stream is its publisher's already, or its publisher
    /// may have one more.
    func admits(_ request: PublishRequest, _ name: StreamName, _ stream: LiveStream?) -> Bool {
        if request.exchange.client.isExempt { return true }
        let identity = request.facts.identity
        if let stream, stream.state != .ended, stream.ring.status.publisherKey.identity == identity
        {
            return true
        }
        return take(identity, name)
    }

    /// Whether that publisher may have one more stream, of that name; if so, it counts from now on.
    func take(_ identity: UInt64, _ name: StreamName) -> Bool {
        let nowMs = environment.loop.nowMs
        if countedAtMs.map({ nowMs >= $0 + Self.freshMs }) ?? true {
            count(nowMs: nowMs)
            countedAtMs = nowMs
        }
        // A stream that begins again and again counts once.
        if begun[name]?.identity == identity {
            begun[name] = (identity, nowMs)
            return true
        }
        guard counts[identity, default: 0] < Limits.streamsPerClient else { return false }
        counts[identity, default: 0] += 1
        begun[name] = (identity, nowMs)
        return true
    }

    private func count(nowMs: UInt64) {
        let streams = streams.all()
        counts = streams.reduce(into: [:]) { counts, stream in
            guard stream.state != .ended else { return }
            counts[stream.ring.status.publisherKey.identity, default: 0] += 1
        }
        // A ring that another publisher's new one is to replace is not yet theirs.
        for stream in streams
        where stream.state != .ended
            && begun[stream.name]?.identity == stream.ring.status.publisherKey.identity
        {
            begun[stream.name] = nil
        }
        begun = begun.filter { nowMs < $0.value.atMs + Limits.publishHeaderMs }
        for (identity, _) in begun.values { counts[identity, default: 0] += 1 }
    }
}
