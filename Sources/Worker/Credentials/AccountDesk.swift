// Accounts as the loop's thread sees them: questions that block are asked on threads beside it, and
// every one is answered within a bounded time, whatever the store does.
//
// Both queues are everybody's. So that no client fills one, each has only so many questions that are not
// done (`ClientShare`), and only one password at a time that is being hashed or waits among others'.
// What is taken of a client's share is given back once, when the work is done or was not begun, not when
// its answer comes: a question that took too long is still in a queue.
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
    /// For passwords: few at once, and behind everything else.
    private let hashers: ThreadPool
    private let turns = ClientTurns()

    /// How far the threads that hash stand back for everything else, media first of all.
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

    // MARK: What is known without asking

    /// How long such an attempt to sign in is refused for certain; nil when that is to be asked.
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

    /// `then` is called once, on the loop's thread, after this has returned: with the answer, with what
    /// `work` throws, with `.busy` when too much is waiting, or with `.unavailable` when the answer
    /// takes longer than `Limits.accountAnswerMs`. What is done too late is done all the same.
    /// - Parameter client: who asks; nil for the server itself.
    package func ask<Answer: Sendable>(
        for client: ClientShare?,
        _ work: @escaping @Sendable (AccountService) throws(AccountError) -> Answer,
        then: @escaping (Result<Answer, AccountError>) -> Void
    ) {
        let question = Question(then, loop: loop)
        guard client?.take(.accountQuestions) ?? true else { return question.refuse(.busy) }
        let isTaken = run(on: lookups, question.deadline, work) { answer in
            client?.giveBack(.accountQuestions)
            question.answer(answer)
        }
        guard isTaken else {
            client?.giveBack(.accountQuestions)
            return question.refuse(.busy)
        }
        question.startTimer()
    }

    // MARK: Passwords

    /// The same for what hashes a password, in two steps. `admit` counts it, which is a look into the
    /// store, and only what it lets pass takes a place in the queue for `work`. `withdraw` is done when
    /// there was no place, no time, or no answer of the store: then it does not count. A client that wants too much at once is
    /// told `.tooManyAtOnce`.
    package func hash<Admitted: Sendable, Answer: Sendable>(
        for client: ClientShare,
        admit: @escaping @Sendable (AccountService) throws(AccountError) -> Admitted,
        withdraw: @escaping @Sendable (AccountService, Admitted) throws(AccountError) -> Void,
        _ work: @escaping @Sendable (AccountService, Admitted) throws(AccountError) -> Answer,
        then: @escaping (Result<Answer, AccountError>) -> Void
    ) {
        let question = Question(then, loop: loop)
        guard client.take(.passwordHashes) else { return question.refuse(.tooManyAtOnce) }
        question.startTimer()
        let done = { [turns] (answer: Result<Answer, AccountError>) in
            client.giveBack(.passwordHashes)
            turns.end(client)
            question.answer(answer)
        }
        turns.take(client) { [self] in
            let isTaken = run(on: lookups, question.deadline, admit) { [self] admission in
                switch admission {
                case .failure(let error): done(.failure(error))
                case .success(let admitted):
                    hash(admitted, question.deadline, withdraw: withdraw, work, then: done)
                }
            }
            if !isTaken { loop.schedule(afterMs: 0) { done(.failure(.busy)) } }
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

    /// False: too much is waiting, nothing will happen.
    private func run<Answer: Sendable>(
        on pool: ThreadPool, _ deadline: Deadline,
        _ work: @escaping @Sendable (AccountService) throws(AccountError) -> Answer,
        then: @escaping (Result<Answer, AccountError>) -> Void
    ) -> Bool {
        pool.run { [service] in
            // Nobody waits for it any more: a store that comes back is not made to work it off.
            guard !deadline.hasPassed else {
                return Result<Answer, AccountError>.failure(.busy)
            }
            return Result { () throws(AccountError) in try work(service) }
        } then: {
            then($0)
        }
    }
}

/// Until when an answer is of use.
private struct Deadline: Sendable {
    let expiresAtMs: UInt64
    var hasPassed: Bool { MonotonicClock.nowMs() > expiresAtMs }
}

/// Somebody who waits for one answer and takes no second.
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

    /// In the loop's next turn: nobody is answered within the question.
    func refuse(_ error: AccountError) {
        loop.schedule(afterMs: 0) { self.answer(.failure(error)) }
    }
}
