// Whoever publishes is looked at now and then: what was changed elsewhere, on another node or on the
// command line, nobody tells. What was changed on this node is told, and looked at soon; but people can
// change their credentials as often as they like, so it is done in portions, one pass after the other.
//
// Owner: the worker's loop thread.

import HTTP
import LinuxIO
import Settings
import StreamState

final class PublishRecheck {
    private let loop: EventLoop
    private let authority: PublishAuthority
    /// Changes of credentials that have been acted upon.
    private var changesSeen: UInt64
    private var isUnderWay = false
    private var mustGoAgain = false

    /// Who publishes now.
    var requests: () -> [PublishRequest] = { [] }
    /// Told of each request that had to be ended.
    var onDenied: (Problem, StreamName) -> Void = { _, _ in }

    init(authority: PublishAuthority, loop: EventLoop) {
        self.authority = authority
        self.loop = loop
        changesSeen = authority.credentials.changeCount
    }

    func start() {
        loop.schedule(afterMs: Limits.publishRecheckMs) { [weak self] in
            self?.look()
            self?.start()
        }
    }

    /// The doorbell has rung, perhaps because credentials have changed.
    func doorbellRang() {
        guard authority.credentials.changeCount != changesSeen else { return }
        changesSeen = authority.credentials.changeCount
        look()
    }

    private func look() {
        if isUnderWay {
            mustGoAgain = true
            return
        }
        isUnderWay = true
        look(at: requests()[...])
    }

    private func look(at requests: ArraySlice<PublishRequest>) {
        for request in requests.prefix(Limits.publishersPerTurn) { look(at: request) }
        let rest = requests.dropFirst(Limits.publishersPerTurn)
        // A turn of its own for each portion, and a pause after the last one.
        let pauseMs = rest.isEmpty ? Limits.publishRecheckPauseMs : 1
        loop.schedule(afterMs: pauseMs) { [weak self] in
            guard let self else { return }
            if !rest.isEmpty { return self.look(at: rest) }
            self.isUnderWay = false
            guard self.mustGoAgain else { return }
            self.mustGoAgain = false
            self.look()
        }
    }

    private func look(at request: PublishRequest) {
        guard !request.isAnswered, let claim = request.claim else { return }
        authority.judge(claim) { [weak self, weak request] verdict in
            guard let request, !request.isAnswered, case .failure(let problem) = verdict,
                // That the store does not answer takes nobody's right away.
                problem.status != 503
            else { return }
            request.fail(.denied(problem.status == 401 ? .noLongerAuthorised(claim) : problem))
            self?.onDenied(problem, claim.name)
        }
    }
}
