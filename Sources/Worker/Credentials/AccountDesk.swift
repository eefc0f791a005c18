// Accounts as the loop's thread sees them. Questions that block are asked on other threads, and every
// one is answered within a bounded time, whatever the store does.
//
// All clients share both queues. So that none can fill one, each may have only a few unfinished
// questions (`ClientShare`), and only one password that is being hashed or waits behind others'. What is
// taken of a client's share is given back once, when the work is done or was not begun. The answer may
// come earlier: a question that took too long is still in a queue.
//
// Owner: the worker's loop thread.

import Accounts
import HTTP
import LinuxIO
import Settings

package final class AccountDesk {
    private let service: AccountService
    private let loop: EventLoop
    /// For looks into the store.
    private let lookups: ThreadPool
    /// For passwords: few at once, and after everything else.
    private let hashers: ThreadPool
    private let turns = ClientTurns()

    /// How far the threads that hash yield to everything else, above all to media.
    private static let hashingNiceness: Int32 = 15

    package init(service: AccountService, loop: EventLoop) throws(SystemError) {
        self.service = service
        self.loop = loop
        lookups = try ThreadPool(
            loop: loop, threads: Limits.accountThreads,
            queueLimit: Limits.accountQueue, niceness: 0)
        hashers = try ThreadPool(
            loop: loop, threads: Limits.passwordThreads,
            queueLimit: Limits.passwordQueue, niceness: Self.hashingNiceness)
    }

    // MARK: Without asking the store

    /// How long such an attempt to sign in is certain to be refused, in milliseconds; nil when the store
    /// has to be asked.
    /// - Parameter device: as `AccountService.admitLogIn` takes it.
    package func refusesLogInForMs(
        name: String, device: String?, from origin: ClientOrigin
    ) -> UInt64? {
        service.refusesLogInForMs(name: name, device: device, from: origin)
    }

    /// The same for signing up.
    package func refusesSignUpsForMs(from origin: ClientOrigin) -> UInt64? {
        service.refusesSignUpsForMs(from: origin)
    }

    // MARK: Looks into the store

    /// `then` is called once, on the loop's thread, after this has returned. It gets the answer, or what
    /// `work` throws, or `.tooManyQuestions` when too much of this client is waiting, or `.busy` when too much of
    /// all is, or `.unavailable` when the answer takes longer than `Limits.accountAnswerMs`. Work that is too
    /// late is still done.
    /// - Parameters:
    ///   - client: who asks; nil for the server itself.
    ///   - done: called when `work` has been done, before `then`, and even when it is too late for that.
    package func ask<Answer: Sendable>(
        for client: ClientShare?,
        _ work: @escaping @Sendable (AccountService) throws(AccountError) -> Answer,
        done: @escaping (Answer) -> Void = { _ in },
        then: @escaping (Result<Answer, AccountError>) -> Void
    ) {
        loop.assertOwner()
        let question = Question(then, loop: loop)
        guard client?.take(.accountQuestions) ?? true else {
            return question.refuse(.tooManyQuestions)
        }
        let isTaken = run(on: lookups, question.deadline, work) { answer in
            client?.giveBack(.accountQuestions)
            if case .success(let answer) = answer { done(answer) }
            question.answer(answer)
        }
        guard isTaken else {
            client?.giveBack(.accountQuestions)
            return question.refuse(.busy)
        }
        question.startTimer()
    }

    // MARK: Passwords

    /// The same for work that hashes a password, in two steps. `admit` counts it, which is a look into
    /// the store; only what it admits takes a place in the queue for `work`. `withdraw` takes the count
    /// back when there was no place, no time, or no answer of the store. A client that wants too much at
    /// once gets `.tooManyAtOnce`.
    package func hash<Admitted: Sendable, Answer: Sendable>(
        for client: ClientShare,
        admit: @escaping @Sendable (AccountService) throws(AccountError) -> Admitted,
        withdraw: @escaping @Sendable (AccountService, Admitted) throws(AccountError) -> Void,
        _ work: @escaping @Sendable (AccountService, Admitted) throws(AccountError) -> Answer,
        done: @escaping (Answer) -> Void = { _ in },
        then: @escaping (Result<Answer, AccountError>) -> Void
    ) {
        loop.assertOwner()
        let question = Question(then, loop: loop)
        guard client.take(.passwordHashes) else { return question.refuse(.tooManyAtOnce) }
        question.startTimer()
        let finish = { [turns] (answer: Result<Answer, AccountError>) in
            client.giveBack(.passwordHashes)
            turns.end(client)
            if case .success(let answer) = answer { done(answer) }
            question.answer(answer)
        }
        turns.take(client) { [self] in
            let isTaken = run(on: lookups, question.deadline, admit) { [self] admission in
                switch admission {
                case .failure(let error): finish(.failure(error))
                case .success(let admitted):
                    hash(admitted, question.deadline, withdraw: withdraw, work, then: finish)
                }
            }
            if !isTaken { loop.schedule(afterMs: 0) { finish(.failure(.busy)) } }
        }
    }

    private func hash<Admitted: Sendable, Answer: Sendable>(
        _ admitted: Admitted, _ deadline: Deadline,
        withdraw: @escaping @Sendable (AccountService, Admitted) throws(AccountError) -> Void,
        _ work: @escaping @Sendable (AccountService, Admitted) throws(AccountError) -> Answer,
        then done: @escaping (Result<Answer, AccountError>) -> Void
    ) {
        let finish = { [self] (answer: Result<Answer, AccountError>) in
            switch answer {
            case .failure(.busy), .failure(.unavailable):
                ask(for: nil) { service throws(AccountError) in
                    try withdraw(service, admitted)
                } then: { _ in
                }
            default: break
            }
            done(answer)
        }
        let isTaken = run(
            on: hashers, deadline,
            { service throws(AccountError) in try work(service, admitted) }, then: finish)
        if !isTaken { finish(.failure(.busy)) }
    }

    // MARK: Threads

    /// False: too much is waiting, and `work` will not be done.
    private func run<Answer: Sendable>(
        on pool: ThreadPool, _ deadline: Deadline,
        _ work: @escaping @Sendable (AccountService) throws(AccountError) -> Answer,
        then: @escaping (Result<Answer, AccountError>) -> Void
    ) -> Bool {
        pool.run { [service] in
            // The answer comes too late: a store that comes back does not have to catch up on old
            // questions.
            guard !deadline.hasPassed else {
                return Result<Answer, AccountError>.failure(.busy)
            }
            return Result { () throws(AccountError) in try work(service) }
        } then: {
            then($0)
        }
    }
}

/// How long an answer is of use.
private struct Deadline: Sendable {
    let expiresAtMs: UInt64
    var hasPassed: Bool { MonotonicClock.nowMs() > expiresAtMs }
}

/// A caller that waits for one answer and takes no second.
private final class Question<Answer: Sendable> {
    let deadline = Deadline(expiresAtMs: MonotonicClock.nowMs() + Limits.accountAnswerMs)
    private let loop: EventLoop
    private var then: ((Result<Answer, AccountError>) -> Void)?
    private var timer: TimerID?

    init(_ then: @escaping (Result<Answer, AccountError>) -> Void, loop: EventLoop) {
        self.then = then
        self.loop = loop
    }

    func startTimer() {
        timer = loop.schedule(afterMs: Limits.accountAnswerMs) {
            let reason = "no answer within \(Limits.accountAnswerMs / 1_000) s"
            self.answer(.failure(.unavailable(reason: reason)))
        }
    }

    func answer(_ answer: Result<Answer, AccountError>) {
        if let timer { loop.cancel(timer) }
        timer = nil
        let then = then
        self.then = nil
        then?(answer)
    }

    /// In the loop's next turn: `then` is never called before the question returns.
    func refuse(_ error: AccountError) {
        loop.schedule(afterMs: 0) { self.answer(.failure(error)) }
    }
}
