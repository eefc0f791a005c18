// Whether the store of accounts answers. It is asked at intervals, so that /readyz can answer at once
// and the log says when that changes. This also removes what has expired in the store.
//
// Owner: the worker's loop thread.

import Accounts
import LinuxIO
import Logging
import Settings
import Telemetry

package final class StoreWatch {
    private let desk: AccountDesk
    private let loop: EventLoop
    private let counters: SlotCounters
    private let logger: Logger
    /// Nil until the store has answered or failed once.
    private var finding: Finding?
    private var waiting: [(String?) -> Void] = []
    private var sweeping: TimerID?

    private struct Finding: Equatable {
        /// In words for operators; nil: all is well.
        let fault: String?
    }

    package init(desk: AccountDesk, loop: EventLoop, counters: SlotCounters, logger: Logger) {
        self.desk = desk
        self.loop = loop
        self.counters = counters
        self.logger = logger
    }

    /// Whether the store answered when it was last asked; true before that.
    package var isAnswering: Bool { finding?.fault == nil }

    package func start() {
        check()
    }

    /// Whether this worker removes what has expired. It is enough that one worker of a node does.
    package func lead(_ isLead: Bool) {
        sweeping.map(loop.cancel)
        sweeping = nil
        if isLead { sweep() }
    }

    /// Calls `then` with what is wrong, nil for nothing. That happens at once, unless the store has only
    /// just been asked for the first time.
    package func whenKnown(_ then: @escaping (String?) -> Void) {
        if let finding { return then(finding.fault) }
        waiting.append(then)
    }

    private func check() {
        desk.ask(for: nil) { service throws(AccountError) in
            service.fault()
        } then: { result in
            switch result {
            case .success(let fault): self.learn(Finding(fault: fault))
            case .failure(.unavailable(let reason)): self.learn(Finding(fault: reason))
            case .failure:
                // Other questions fill the queue: that says nothing about the store.
                if self.finding == nil { self.learn(Finding(fault: "too much is waiting for it")) }
            }
            self.loop.schedule(afterMs: Limits.storeCheckMs) { [weak self] in
                self?.check()
            }
        }
    }

    private func learn(_ new: Finding) {
        let old = finding
        finding = new
        let isAnswering: UInt64 = new.fault == nil ? 1 : 0
        counters.set(.accountsAnswering, isAnswering)
        for then in waiting { then(new.fault) }
        waiting = []
        if let fault = new.fault, old?.fault == nil {
            logger.report(
                .storeSilent, "the store of accounts does not answer",
                metadata: ["reason": "\(fault)"])
        } else if new.fault == nil, old?.fault != nil {
            logger.report(.storeAnswers, "the store of accounts answers again")
        }
    }

    private func sweep() {
        desk.ask(for: nil) { service throws(AccountError) in
            try service.removeExpired()
        } then: { _ in
        }
        sweeping = loop.schedule(afterMs: Limits.storeSweepMs) { [weak self] in
            self?.sweep()
        }
    }
}
