// The subscribers to the same streams: to all, or to one.
//
// Owner: the worker's loop thread.

import StreamState
import Streams

final class EventTopic {
    /// Nil for all streams.
    let name: StreamName?
    private let subscribers = WaitList()
    /// The place of this topic in a round of keep-alives, so that topics take turns.
    private let keepAlivePhase: Int

    init(name: StreamName?, keepAlivePhase: Int) {
        self.name = name
        self.keepAlivePhase = keepAlivePhase
    }

    var count: Int { subscribers.count }

    func add(_ subscriber: EventSubscriber) { subscribers.add(subscriber) }

    func remove(_ subscriber: EventSubscriber) { subscribers.remove(subscriber) }

    /// There is something to tell.
    func wake() { subscribers.wake() }

    /// Keeps one of `steps` parts of the subscribers alive, if they have been sent nothing since the
    /// last time.
    func keepAlive(step: Int, of steps: Int, nowMs: UInt64) {
        subscribers.lookAfter(part: step + keepAlivePhase, of: steps, nowMs: nowMs)
    }
}
