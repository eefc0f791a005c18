// Who is behind a request, or a name. The digest of what the request presents (a session's cookie, a
// stream key) is looked up in the store, and the answer is remembered for a short while, so that a
// broadcast of four requests a second, or a page, does not ask the store each time. Changes made here are told to all workers at once
// (`changed`); changes made elsewhere are noticed within `Limits.credentialFreshMs`.
//
// Owner: the worker's loop thread.

import Accounts
import HTTP
import LinuxIO
import Settings
import StreamState
import Telemetry

package final class Credentials {
    private let desk: AccountDesk
    private let loop: EventLoop
    private let counters: SlotCounters
    private let tellWorkers: () -> Void
    private let sessions = CredentialCache<SecretDigest, SessionHolder>()
    private let keys = CredentialCache<SecretDigest, Account>()
    private let owners = CredentialCache<StreamName, Account>()

    /// - Parameter tellWorkers: makes every worker, including this one, look whether something has
    ///   changed.
    package init(
        desk: AccountDesk, loop: EventLoop, counters: SlotCounters,
        tellWorkers: @escaping () -> Void
    ) {
        self.desk = desk
        self.loop = loop
        self.counters = counters
        self.tellWorkers = tellWorkers
    }

    /// The holder of the session whose cookie the request brings; nil when there is none. `then` is
    /// called once, and at once when nothing has to be asked.
    package func session(
        of exchange: Exchange, then: @escaping (Result<SessionHolder?, AccountError>) -> Void
    ) {
        guard let session = SessionCookie.session(of: exchange.request) else {
            return then(.success(nil))
        }
        self.session(session, for: exchange.client) { found in
            if case .success(let holder?) = found { exchange.account = holder.account.name.text }
            then(found)
        }
    }

    /// The holder of that session.
    /// - Parameter client: to which a question to the store is charged.
    package func session(
        _ session: SecretDigest, for client: ClientShare,
        then: @escaping (Result<SessionHolder?, AccountError>) -> Void
    ) {
        sessions.lookUp(
            session, nowMs: loop.nowMs, changes: changeCount,
            ask: { [desk] answer in
                desk.ask(for: client) { service throws(AccountError) in
                    try service.holder(ofSession: session)
                } then: {
                    answer($0)
                }
            }, then: then)
    }

    /// The account with that stream key, even a disabled one; nil when there is none.
    package func account(
        withStreamKey key: SecretDigest, for client: ClientShare,
        then: @escaping (Result<Account?, AccountError>) -> Void
    ) {
        keys.lookUp(
            key, nowMs: loop.nowMs, changes: changeCount,
            ask: { [desk] answer in
                desk.ask(for: client) { service throws(AccountError) in
                    try service.account(withStreamKey: key)
                } then: {
                    answer($0)
                }
            }, then: then)
    }

    /// The account of that name, even a disabled one; nil when there is none.
    package func owner(
        of name: StreamName, for client: ClientShare,
        then: @escaping (Result<Account?, AccountError>) -> Void
    ) {
        owners.lookUp(
            name, nowMs: loop.nowMs, changes: changeCount,
            ask: { [desk] answer in
                desk.ask(for: client) { service throws(AccountError) in
                    try service.account(named: name.text)
                } then: {
                    answer($0)
                }
            }, then: then)
    }

    /// The account of that name as the store has it now: always asks the store.
    package func account(
        named name: StreamName, then: @escaping (Result<Account?, AccountError>) -> Void
    ) {
        desk.ask(
            for: nil,
            { service throws(AccountError) in
                try service.account(named: name.text)
            }, then: then)
    }

    /// This worker has changed sessions, keys or accounts: every worker looks again before it trusts
    /// what it remembers.
    package func changed() {
        counters.add(.credentialChanges)
        counters.page.note(.ofCredentials)
        tellWorkers()
    }

    /// How often `changed` has been called by any worker.
    package var changeCount: UInt64 { counters.page.count(of: .ofCredentials) }
}
