@testable import Streams

/// Somebody to whom a stream is given.
final class Watcher: Waiter {
    var place = 0
    private(set) var wakes = 0
    private(set) var looks = 0
    private(set) var isLetGo = false
    private let stream: LiveStream
    private let isViewer: Bool
    /// Called whenever it is woken.
    var onWake: () -> Void = {}

    init(_ stream: LiveStream, isViewer: Bool = true) {
        self.stream = stream
        self.isViewer = isViewer
        if isViewer { stream.add(self) } else { stream.follow(self) }
    }

    func wake() {
        wakes += 1
        onWake()
    }

    func lookAfter(nowMs: UInt64) { looks += 1 }

    func letGo() {
        isLetGo = true
        if isViewer { stream.remove(self) } else { stream.unfollow(self) }
    }
}
