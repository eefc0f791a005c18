// What a stream asks of those who are given it. They add themselves to it and remove themselves.
//
// Owner: the worker's loop thread.

package protocol StreamViewer: AnyObject {
    /// The position in the stream's list of viewers, kept by the stream.
    var index: Int { get set }

    /// There may be more to send, or the stream has ended.
    func wake()

    /// Called about once a second.
    func lookAfter(nowMs: UInt64)

    /// Has the response reset, whatever its client has taken. The ring is free at once, also when the
    /// connection takes nothing.
    func letGo()
}
