// Accounts as the loop's thread sees them: questions that block are asked on threads beside it, and
// every one is answered within a bounded time, whatever the store does.
//
// Owner: the worker's loop thread.

import Accounts
import LinuxIO

final class AccountDesk {
    enum Weight {
        /// A look into the store.
        case quick
        /// Hashes a password: few at once, and behind everything else.
        case hashing
    }

    init(service: AccountService, loop: EventLoop) throws(SystemError) { fatalError("unwritten") }

    /// `then` is called once, on the loop's thread, after this has returned: with the answer, with what
    /// `work` throws, with `.busy` when too much is waiting, or with `.unavailable` when the answer
    /// takes longer than `Limits.accountAnswerMs`.
    func ask<Answer: Sendable>(
        _ weight: Weight,
        _ work: @escaping @Sendable (AccountService) throws(AccountError) -> Answer,
        then: @escaping (Result<Answer, AccountError>) -> Void
    ) { fatalError("unwritten") }
}
