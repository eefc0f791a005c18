// Accounts as the loop's thread sees them: questions that block are asked on threads beside it, and
// every one is answered within a bounded time, whatever the store does.
//
// Owner: the worker's loop thread.

import Accounts
import LinuxIO
import Settings

final class AccountDesk {
    enum Weight {
        /// A look into the store.
        case quick
        /// Hashes a password: few at once, and behind everything else.
        case hashing
    }

    private let service: AccountService
    private let loop: EventLoop
    private let lookups: ThreadPool
    private let hashers: ThreadPool

    /// How far the threads that hash stand back for everything else, media first of all.
    private static let hashingNiceness: Int32 = 15

    init(service: AccountService, loop: EventLoop) throws(SystemError) {
        self.service = service
        self.loop = loop
        lookups = try ThreadPool(
            loop: loop, threads: Limits.accountThreads,
            queueLimit: Limits.accountQueue, niceness: 0)
        hashers = try ThreadPool(
            loop: loop, threads: Limits.passwordThreads,
            queueLimit: Limits.passwordQueue, niceness: Self.hashingNiceness)
    }

    /// How long attempts to sign in from there are refused for certain; nil when that is to be asked.
    func refusesAttemptsForMs(from origin: ClientOrigin) -> UInt64? {
        service.refusesAttemptsForMs(from: origin)
    }

    /// The same for signing up.
    func refusesSignUpsForMs(from origin: ClientOrigin) -> UInt64? {
        service.refusesSignUpsForMs(from: origin)
    }

    /// `then` is called once, on the loop's thread, after this has returned: with the answer, with what
    /// `work` throws, with `.busy` when too much is waiting, or with `.unavailable` when the answer
    /// takes longer than `Limits.accountAnswerMs`. What is done too late is done all the same.
    func ask<Answer: Sendable>(
        _ weight: Weight,
        _ work: @escaping @Sendable (AccountService) throws(AccountError) -> Answer,
        then: @escaping (Result<Answer, AccountError>) -> Void
    ) {
        let question = Question(then)
        let deadline = Deadline(expiresAtMs: MonotonicClock.nowMs() + Limits.accountAnswerMs)
        let pool = weight == .quick ? lookups : hashers
        let service = service
        let isTaken = pool.run {
            // Nobody waits for it any more: a store that comes back is not made to work it off.
            guard !deadline.hasPassed else {
                return Result<Answer, AccountError>.failure(.busy)
            }
            return Result { () throws(AccountError) in try work(service) }
        } then: { [loop] answer in
            if let timer = question.timer { loop.cancel(timer) }
            question.answer(answer)
        }
        guard isTaken else {
            loop.schedule(afterMs: 0) { question.answer(.failure(.busy)) }
            return
        }
        question.timer = loop.schedule(afterMs: Limits.accountAnswerMs) {
            let reason = "no answer within \(Limits.accountAnswerMs / 1_000) s"
            question.answer(.failure(.unavailable(reason: reason)))
        }
    }

    /// Until when an answer is of use.
    private struct Deadline: Sendable {
        let expiresAtMs: UInt64
        var hasPassed: Bool { MonotonicClock.nowMs() > expiresAtMs }
    }

    /// Somebody who waits for one answer and takes no second.
    private final class Question<Answer: Sendable> {
        private var then: ((Result<Answer, AccountError>) -> Void)?
        var timer: TimerID?

        init(_ then: @escaping (Result<Answer, AccountError>) -> Void) {
            self.then = then
        }

        func answer(_ answer: Result<Answer, AccountError>) {
            let then = then
            self.then = nil
            then?(answer)
        }
    }
}
