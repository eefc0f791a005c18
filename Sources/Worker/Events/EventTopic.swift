// The subscribers that want to hear of the same streams: of all, or of one.
//
// Owner: the worker's loop thread.

import StreamState

final class EventTopic {
    /// Nil for all streams.
    let name: StreamName?
    private var subscribers: [EventSubscriber] = []
    /// Where in a round of keep-alives this topic's come, so that topics take turns.
    private let keepAlivePhase: Int

    init(name: StreamName?, keepAlivePhase: Int) {
        self.name = name
        self.keepAlivePhase = keepAlivePhase
    }

    var count: Int { subscribers.count }

    func add(_ subscriber: EventSubscriber) {
        subscriber.index = subscribers.count
        subscribers.append(subscriber)
    }

    func remove(_ subscriber: EventSubscriber) {
        let index = subscriber.index
        precondition(subscribers[index] === subscriber, "a subscriber is removed once")
        subscribers.swapAt(index, subscribers.count - 1)
        subscribers.removeLast()
        if index < subscribers.count { subscribers[index].index = index }
    }

    /// There is something to be told.
    func wake() {
        for subscriber in subscribers { subscriber.wake() }
    }

    /// Lets one of `steps` parts of the subscribers say something if they have been silent since
    /// the last time.
    func keepAlive(step: Int, of steps: Int) {
        for index in stride(from: (step + keepAlivePhase) % steps, to: count, by: steps) {
            subscribers[index].keepAlive()
        }
    }
}
