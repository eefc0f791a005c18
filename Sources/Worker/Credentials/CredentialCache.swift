// What is remembered about credentials of one kind (or names), by their digest: who holds them, how long
// that may be believed, and who waits for an answer.
//
// Owner: the worker's loop thread. Times are milliseconds of the loop's clock.

import Accounts
import Settings

package final class CredentialCache<ID: Hashable, Holder> {
    package typealias Finding = Result<Holder?, AccountError>
    package typealias Ask = (@escaping (Finding) -> Void) -> Void

    private struct Entry {
        /// Nil: no one holds it.
        var holder: Holder?
        /// When the store last said so; nil if it never has.
        var checkedAtMs: UInt64?
        /// The count of changes at that time (see `Credentials.changed`).
        var changes: UInt64 = 0
        /// The store did not answer the last time it was asked.
        var isUnanswered = false
        var isBeingAsked = false
        var waiting: [Waiting] = []
    }

    private struct Waiting {
        let sinceMs: UInt64
        /// The count of changes at that time: an answer to an earlier question will not do.
        let changes: UInt64
        let ask: Ask
        let then: (Finding) -> Void
    }

    private var entries: [ID: Entry] = [:]
    private let freshMs: UInt64
    private let mostRemembered: Int

    /// - Parameters:
    ///   - freshMs: how long an answer is believed without asking, if nothing has been changed.
    ///   - mostRemembered: more make those that were asked for long ago be forgotten.
    package init(
        freshMs: UInt64 = Limits.credentialFreshMs,
        mostRemembered: Int = Limits.credentialsRemembered
    ) {
        self.freshMs = freshMs
        self.mostRemembered = mostRemembered
    }

    /// - Parameters:
    ///   - changes: how often credentials have been changed so far, on this node.
    ///   - ask: asks the store.
    ///   - then: called once, and at once when the remembered answer will do.
    package func lookUp(
        _ id: ID, nowMs: UInt64, changes: UInt64,
        ask: @escaping Ask, then: @escaping (Finding) -> Void
    ) {
        if entries[id] == nil, entries.count >= mostRemembered { forget(nowMs) }
        var entry = entries[id] ?? Entry()
        let isAnswered = isBelievable(entry, nowMs: nowMs, changes: changes)
        let isFresh = isFresh(entry, nowMs: nowMs, changes: changes)
        let mustAsk = !isFresh && !entry.isBeingAsked
        if !isAnswered {
            // All who wait are answered in one turn, so there must not be too many.
            guard entry.waiting.count < Limits.credentialWaiters else {
                return then(.failure(.busy))
            }
            entry.waiting.append(
                Waiting(sinceMs: nowMs, changes: changes, ask: ask, then: then))
        }
        if mustAsk { entry.isBeingAsked = true }
        entries[id] = entry
        if isAnswered { then(.success(entry.holder)) }
        guard mustAsk else { return }
        ask { [weak self] finding in
            self?.learn(finding, of: id, askedAtMs: nowMs, changes: changes)
        }
    }

    /// The store has said this recently, and nothing has been changed since.
    private func isFresh(_ entry: Entry, nowMs: UInt64, changes: UInt64) -> Bool {
        guard let checkedAtMs = entry.checkedAtMs, entry.changes == changes else { return false }
        return nowMs - checkedAtMs < freshMs
    }

    /// Whether the remembered answer will do without asking. A holder in the middle of something does
    /// not wait: a slightly older answer is believed while the store is asked again, and a much older
    /// one when the store does not answer. Both are true of good credentials only.
    private func isBelievable(_ entry: Entry, nowMs: UInt64, changes: UInt64) -> Bool {
        if isFresh(entry, nowMs: nowMs, changes: changes) { return true }
        guard let checkedAtMs = entry.checkedAtMs, entry.holder != nil else { return false }
        let ageMs = nowMs - checkedAtMs
        if entry.isUnanswered { return ageMs < Limits.credentialTrustMs }
        return entry.changes == changes && ageMs < max(freshMs, Limits.credentialStaleMs)
    }

    private func learn(
        _ finding: Finding, of id: ID, askedAtMs: UInt64, changes: UInt64
    ) {
        guard var entry = entries[id] else { return }
        var told = entry.waiting
        entry.waiting = []
        var answer = finding
        switch finding {
        case .success(let holder):
            entry.holder = holder
            entry.checkedAtMs = askedAtMs
            entry.changes = changes
            entry.isUnanswered = false
            // This answer may not contain what was changed meanwhile.
            entry.waiting = told.filter { $0.changes != changes }
            told.removeAll { $0.changes != changes }
        case .failure:
            entry.isUnanswered = true
            if isBelievable(entry, nowMs: askedAtMs, changes: changes) {
                answer = .success(entry.holder)
            }
        }
        let next = entry.waiting.last
        entry.isBeingAsked = next != nil
        entries[id] = entry.checkedAtMs == nil ? nil : entry
        for waiting in told { waiting.then(answer) }
        guard let next else { return }
        next.ask { [weak self] finding in
            self?.learn(finding, of: id, askedAtMs: next.sinceMs, changes: next.changes)
        }
    }

    /// Makes room. Strangers make us remember credentials that no one holds, so those go first; then
    /// those that are no longer believed while the store answers; and only then all that no one waits
    /// for.
    private func forget(_ nowMs: UInt64) {
        for limitMs in [Limits.credentialTrustMs, Limits.credentialStaleMs, 0] {
            entries = entries.filter { _, entry in
                if entry.isBeingAsked { return true }
                guard let checkedAtMs = entry.checkedAtMs, entry.holder != nil else { return false }
                return nowMs - checkedAtMs < limitMs
            }
            if entries.count < mostRemembered { return }
        }
    }
}
