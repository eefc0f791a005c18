// Who publishes is looked at now and then, whether it still may: what was changed elsewhere, on another
// node or on the command line, nobody tells. What was changed on this node is told, and looked at soon; but
// people can change their credentials as often as they like, so it is done in portions, one pass after the
// other.
//
// Who may not publish under a name may be told so because its account is gone or disabled. Then what is
// live under the name ends too, although none of its requests may be open.
//
// Owner: the worker's loop thread.

import Accounts
import HTTP
import LinuxIO
import Settings
import StreamState
import Streams
import Telemetry

final class RightsWatch {
    private let authority: PublishAuthority
    private let streams: LiveStreams
    private let environment: IngestEnvironment
    /// Changes of credentials that have been acted upon.
    private var changesSeen: UInt64
    private var isUnderWay = false
    private var mustGoAgain = false
    /// Streams about whose account the store was asked a moment ago.
    private var accountsLookedAt: Set<StreamName> = []
    private var denialLine = LogPause(ms: Limits.logRepeatMs)

    /// Who publishes now.
    var requests: () -> [PublishRequest] = { [] }

    init(authority: PublishAuthority, streams: LiveStreams, environment: IngestEnvironment) {
        self.authority = authority
        self.streams = streams
        self.environment = environment
        changesSeen = authority.credentials.changeCount
    }

    func start() {
        environment.loop.schedule(afterMs: Limits.publishRecheckMs) { [weak self] in
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

    // MARK: Looking at who publishes

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
        environment.loop.schedule(afterMs: pauseMs) { [weak self] in
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
            self?.endIfAccountIsGone(problem, claim.name)
        }
    }

    // MARK: Denials

    /// A request was told that it may not publish under that name.
    func denied(_ request: Request, _ problem: Problem, _ name: StreamName) {
        log(request, problem, name)
        endIfAccountIsGone(problem, name)
    }

    /// Strangers can make us ask the store this way, so it is done only now and then, and only when there
    /// is something to end.
    private func endIfAccountIsGone(_ problem: Problem, _ name: StreamName) {
        guard [401, 403].contains(problem.status),
            let stream = streams.find(name), stream.state != .ended,
            accountsLookedAt.insert(name).inserted
        else { return }
        environment.loop.schedule(afterMs: Limits.credentialFreshMs) { [weak self] in
            self?.accountsLookedAt.remove(name)
        }
        let publisher = stream.ring.status.publisherKey.identity
        guard PublisherIdentity.isAccount(publisher) else { return }
        authority.hasAccount(publisher, named: name) { hasAccount in
            guard !hasAccount, stream.ring.status.publisherKey.identity == publisher,
                stream.state != .ended
            else { return }
            // Closing or disabling the account has ended this too.
            stream.end(.stopped)
        }
    }

    /// Encoders tell the person in front of them little of what they are answered.
    private func log(_ request: Request, _ problem: Problem, _ name: StreamName) {
        guard let leftOut = denialLine.leftOut(nowMs: environment.loop.nowMs) else { return }
        environment.logger.notice(
            "broadcast refused",
            metadata: [
                "stream": "\(name)", "reason": "\(problem.slug)", "peer": "\(request.peer)",
                "leftOut": "\(leftOut)",
            ])
    }
}
