// Large work, done a slice at a time: a list of things to do, and a little of it in each turn of
// the loop, so that nothing else waits for all of it.

/// Something that gets a slice of every turn of an event loop.
package protocol TurnTask: AnyObject {
    /// Whether there is something to do: then the next turn comes at once. Asked in every turn.
    var hasWork: Bool { get }
    /// Works for about one slice. Called in every turn, also when there is nothing to do.
    func work()
}

/// How long a slice may last. It ends with the piece of work during which its time runs out, and
/// always has at least one piece.
package struct TurnSlice {
    private let endUs: UInt64

    /// A slice of so many microseconds that begins now.
    package init(us: UInt64) {
        endUs = MonotonicClock.nowUs() + us
    }

    /// Costs a look at the clock, some tens of nanoseconds.
    package var isOver: Bool { MonotonicClock.nowUs() >= endUs }
}
