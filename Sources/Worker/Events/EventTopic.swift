// The subscribers that want to hear of the same streams: of all, or of one.
//
// Owner: the worker's loop thread.

import StreamState
import Streams

final class EventTopic {
    /// Nil for all streams.
    let name: StreamName?
    private let subscribers = WaitList()
    /// Where in a round of keep-alives this topic's come, so that topics take turns.
    private let keepAlivePhase: Int

    init(name: StreamName?, keepAlivePhase: Int) {
        self.name = name
        self.keepAlivePhase = keepAlivePhase
    }

    var count: Int { subscribers.count }

    func add(_ subscriber: EventSubscriber) { subscribers.add(subscriber) }

    func remove(_ subscriber: EventSubscriber) { subscribers.remove(subscriber) }

    /// There is something to be told.
    func wake() { subscribers.wake() }

    /// Lets one of `steps` parts of the subscribers say something if they have been silent since
    /// the last time.
    func keepAlive(step: Int, of steps: Int, nowMs: UInt64) {
        subscribers.lookAfter(part: step + keepAlivePhase, of: steps, nowMs: nowMs)
    }
}
