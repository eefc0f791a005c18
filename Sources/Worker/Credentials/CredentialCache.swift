// What is remembered about credentials of one kind (or names), by their digest: who holds them, how long
// that may be believed, and who waits for an answer. Those who wait for the same are answered together, but
// a question that is refused because of its client is refused to this one alone: the next one asks.
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
        /// No two have the same.
        let number: UInt64
        let sinceMs: UInt64
        /// The count of changes at that time: an answer to an earlier question will not do.
        let changes: UInt64
        let ask: Ask
        let then: (Finding) -> Void
    }

    private var entries: [ID: Entry] = [:]
    private var lastNumber: UInt64 = 0
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
        lastNumber += 1
        let waiting = Waiting(
            number: lastNumber, sinceMs: nowMs, changes: changes, ask: ask, then: then)
        if !isAnswered {
            // All who wait are answered in one turn, so there must not be too many.
            guard entry.waiting.count < Limits.credentialWaiters else {
                return then(.failure(.busy))
            }
            entry.waiting.append(waiting)
        }
        if mustAsk { entry.isBeingAsked = true }
        entries[id] = entry
        if isAnswered { then(.success(entry.holder)) }
        if mustAsk { pose(waiting, about: id) }
    }

    private func pose(_ question: Waiting, about id: ID) {
        question.ask { [weak self] finding in self?.learn(finding, of: id, answering: question) }
    }

    /// The store has said this recently, and nothing has been changed since.
    private func isFresh(_ entry: Entry, nowMs: UInt64, changes: UInt64) -> Bool {
        guard let checkedAtMs = entry.checkedAtMs, entry.changes == changes else { return false }
        return age(checkedAtMs, nowMs) < freshMs
    }

    /// Whether the remembered answer will do without asking. A holder in the middle of something does
    /// not wait: a slightly older answer is believed while the store is asked again, and a much older
    /// one when the store does not answer. Both are true of good credentials only.
    private func isBelievable(_ entry: Entry, nowMs: UInt64, changes: UInt64) -> Bool {
        if isFresh(entry, nowMs: nowMs, changes: changes) { return true }
        guard let checkedAtMs = entry.checkedAtMs, entry.holder != nil else { return false }
        let ageMs = age(checkedAtMs, nowMs)
        if entry.isUnanswered { return ageMs < Limits.credentialTrustMs }
        return entry.changes == changes && ageMs < max(freshMs, Limits.credentialStaleMs)
    }

    /// A question may be older than the last answer.
    private func age(_ checkedAtMs: UInt64, _ nowMs: UInt64) -> UInt64 {
        nowMs - min(nowMs, checkedAtMs)
    }

    private func learn(_ finding: Finding, of id: ID, answering question: Waiting) {
        guard var entry = entries[id] else { return }
        var answer = finding
        var isRefused = false
        let isTold: (Waiting) -> Bool
        switch finding {
        case .success(let holder):
            entry.holder = holder
            entry.checkedAtMs = question.sinceMs
            entry.changes = question.changes
            entry.isUnanswered = false
            // This answer may not contain what was changed meanwhile.
            isTold = { $0.changes <= question.changes }
        case .failure(let error):
            // Who asks too much learns nothing of the store by that, and so keeps nothing that was revoked.
            if error != .tooManyQuestions { entry.isUnanswered = true }
            if isBelievable(entry, nowMs: question.sinceMs, changes: question.changes) {
                answer = .success(entry.holder)
            }
            isRefused = error.isAboutAsker
            isTold = { !error.isAboutAsker || $0.number == question.number }
        }
        let told = entry.waiting.filter(isTold)
        entry.waiting.removeAll(where: isTold)
        // The newest question answers all. After a refusal, each has its turn.
        let next = isRefused ? entry.waiting.first : entry.waiting.last
        entry.isBeingAsked = next != nil
        entries[id] = entry.checkedAtMs == nil && next == nil ? nil : entry
        for waiting in told { waiting.then(answer) }
        if let next { pose(next, about: id) }
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
