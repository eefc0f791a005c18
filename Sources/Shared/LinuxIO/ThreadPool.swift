// A few threads for blocking work beside an event loop that must not block. Work goes to a bounded
// queue; results come back through an eventfd and are handed out on the loop's thread. Only work
// and answers travel between threads; the completion never leaves the loop's thread.

import Glibc
import Synchronization

/// Owned by the loop's thread; only `work` closures run on others.
package final class ThreadPool: EventHandler {
    private let loop: EventLoop
    private let queueLimit: Int
    private let queue: WorkQueue
    private var registration: Registration?
    private var completions: [UInt64: (any Sendable) -> Void] = [:]
    private var lastID: UInt64 = 0

    /// How many answers are handed out in one turn of the loop; one answer may lead to a whole
    /// page.
    private static let answersPerTurn = 32

    /// - Parameters:
    ///   - threads: how many there are, and so how many jobs run at once.
    ///   - queueLimit: how many jobs may wait.
    ///   - niceness: how far these threads yield to others (0...19, setpriority(2)).
    /// Errors: those of eventfd, epoll_ctl and pthread_create.
    package init(
        loop: EventLoop, threads: Int, queueLimit: Int, niceness: Int32
    ) throws(SystemError) {
        self.loop = loop
        self.queueLimit = queueLimit
        queue = WorkQueue(doorbell: try EventDescriptor(), niceness: niceness)
        registration = try loop.add(
            queue.doorbell.descriptor.raw, interest: .readable, handler: self)
        for _ in 0..<threads { try WorkThread.start(serving: queue) }
    }

    /// Runs `work` on one of the threads, then `then` with its result on the loop's thread. False
    /// if too many jobs are waiting; then nothing will happen.
    package func run<Answer: Sendable>(
        _ work: @escaping @Sendable () -> Answer, then: @escaping (Answer) -> Void
    ) -> Bool {
        lastID += 1
        let id = lastID
        guard queue.add(WorkQueue.Job(id: id) { Boxed(work()) }, limit: queueLimit) else {
            return false
        }
        completions[id] = { answer in
            guard let boxed = answer as? Boxed<Answer> else {
                preconditionFailure("an answer belongs to its work")
            }
            then(boxed.answer)
        }
        return true
    }

    package func handleReadiness(_ readiness: Readiness) {
        queue.doorbell.clear()
        let answers = queue.takeAnswers(most: Self.answersPerTurn)
        // More may be waiting: they come in the next turn.
        if answers.count == Self.answersPerTurn { queue.doorbell.ring() }
        for (id, answer) in answers { completions.removeValue(forKey: id)?(answer) }
    }

    /// Threads end when they have finished their current job; no more results come back.
    package func stop() {
        if let registration { loop.remove(registration) }
        registration = nil
        queue.stop()
        completions = [:]
    }

    /// An optional answer survives the cast only in a box.
    private struct Boxed<Answer: Sendable>: Sendable {
        let answer: Answer
        init(_ answer: Answer) { self.answer = answer }
    }
}

/// The jobs that wait, and the answers. All threads of a pool share it.
///
/// Unsafe use: the mutex and the condition live on the heap, where they stay as long as the queue.
/// Variables that threads share are touched only while the mutex is held, which is why the class
/// may call itself Sendable.
@safe
private final class WorkQueue: @unchecked Sendable {
    struct Job: Sendable {
        let id: UInt64
        let work: @Sendable () -> any Sendable
    }

    let doorbell: EventDescriptor
    let niceness: Int32
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var jobs: [Job] = []
    /// Jobs before this one have been taken.
    private var head = 0
    private var answers: [(UInt64, any Sendable)] = []
    private var isStopped = false

    init(doorbell: consuming EventDescriptor, niceness: Int32) {
        self.doorbell = doorbell
        self.niceness = niceness
        unsafe pthread_mutex_init(mutex, nil)
        unsafe pthread_cond_init(condition, nil)
    }

    deinit {
        unsafe pthread_cond_destroy(condition)
        unsafe pthread_mutex_destroy(mutex)
        unsafe condition.deallocate()
        unsafe mutex.deallocate()
    }

    /// False: `limit` jobs are waiting already.
    func add(_ job: Job, limit: Int) -> Bool {
        locked {
            guard jobs.count - head < limit else { return false }
            jobs.append(job)
            unsafe pthread_cond_signal(condition)
            return true
        }
    }

    /// Blocks until there is one; nil when the pool has been stopped.
    func take() -> Job? {
        locked {
            while head == jobs.count && !isStopped { unsafe pthread_cond_wait(condition, mutex) }
            guard !isStopped else { return nil }
            let job = jobs[head]
            head += 1
            if head == jobs.count || head >= 256 {
                jobs.removeFirst(head)
                head = 0
            }
            return job
        }
    }

    func answer(_ id: UInt64, _ answer: any Sendable) {
        locked { answers.append((id, answer)) }
        doorbell.ring()
    }

    /// The oldest answers.
    func takeAnswers(most: Int) -> [(UInt64, any Sendable)] {
        locked {
            let taken = Array(answers.prefix(most))
            answers.removeFirst(taken.count)
            return taken
        }
    }

    func stop() {
        locked {
            isStopped = true
            jobs = []
            head = 0
            unsafe pthread_cond_broadcast(condition)
        }
    }

    private func locked<Result>(_ body: () -> Result) -> Result {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        return body()
    }
}

/// Unsafe use: the queue travels to the new thread as a retained reference, which that thread, and
/// nobody else, takes back; where no thread was made, this one does.
private enum WorkThread {
    /// Errors: EAGAIN, when the system has no threads left.
    static func start(serving queue: WorkQueue) throws(SystemError) {
        // Signals are for the loop's thread, which reads them from a descriptor.
        var all = sigset_t()
        var before = sigset_t()
        unsafe sigfillset(&all)
        unsafe pthread_sigmask(SIG_BLOCK, &all, &before)
        defer { unsafe pthread_sigmask(SIG_SETMASK, &before, nil) }

        let argument = unsafe Unmanaged.passRetained(queue)
        var thread = pthread_t()
        let error = unsafe pthread_create(
            &thread, nil,
            { argument in
                guard let argument = unsafe argument else { return nil }
                WorkThread.serve(
                    unsafe Unmanaged<WorkQueue>.fromOpaque(argument).takeRetainedValue())
                return nil
            }, argument.toOpaque())
        guard error == 0 else {
            unsafe argument.release()
            throw SystemError(code: error, call: "pthread_create")
        }
        pthread_detach(thread)
    }

    private static func serve(_ queue: WorkQueue) {
        // On Linux this is about the calling thread alone (setpriority(2), "C library/kernel
        // differences"). Where it is not allowed, work is done at ordinary priority.
        if queue.niceness != 0 {
            _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, queue.niceness)
        }
        while let job = queue.take() { queue.answer(job.id, job.work()) }
    }
}
