// A few threads for work that blocks, beside an event loop that must not: work goes to a bounded queue,
// results come back through an eventfd and are handed out on the loop's thread.

/// Owned by the loop's thread; only `work` closures run on others.
package final class ThreadPool {
    /// - Parameters:
    ///   - threads: how many there are, and so how much is done at once.
    ///   - queueLimit: how much may wait.
    ///   - niceness: how far these threads stand back for others (0...19, setpriority(2)).
    /// Errors: those of eventfd, epoll_ctl and pthread_create.
    package init(
        loop: EventLoop, name: String, threads: Int, queueLimit: Int, niceness: Int32
    ) throws(SystemError) { fatalError("unwritten") }

    /// Runs `work` on one of the threads, then `then` with its result on the loop's. False: too much
    /// is waiting, nothing will happen.
    package func run<Answer: Sendable>(
        _ work: @escaping @Sendable () -> Answer, then: @escaping (Answer) -> Void
    ) -> Bool { fatalError("unwritten") }
}
