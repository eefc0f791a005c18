// Checks now and then whether those who publish still may. Changes made elsewhere, on another node or on
// the command line, are not reported. Changes made on this node are reported, and acted on soon; but
// people can change their credentials as often as they like, so the check is done in portions, one pass
// after the other.
//
// A request may be refused because its account is gone or disabled. Then what is live under the name
// ends too, even if none of its requests is open.
//
// Owner: the worker's loop thread.

import Accounts
import HTTP
import LinuxIO
import Settings
import StreamState
import Streams

final class RightsWatch {
    private let authority: PublishAuthority
    private let streams: LiveStreams
    private let environment: IngestEnvironment
    /// How many changes of credentials have been acted on.
    private var changesSeen: UInt64
    private var isUnderWay = false
    private var mustGoAgain = false
    /// Streams whose accounts the store was asked about a moment ago.
    private var accountsLookedAt: Set<StreamName> = []

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
        // Each portion has a turn of its own, with a pause after the last one.
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
            guard let request, !request.isAnswered else { return }
            switch verdict {
            case .success(let publisher):
                request.session?.show(publisher.about)
            case .failure(let denial):
                guard denial.isCertain else { return }
                request.deny(Problem(denial, of: claim, hasBegun: true))
                self?.endIfAccountIsGone(denial, claim.name)
            }
        }
    }

    // MARK: Denials

    /// A request was refused the right to publish under that name: ends the stream if its account is
    /// gone. Strangers can make us ask the store this way, so it is done only now and then, and only
    /// when there is a stream to end.
    func endIfAccountIsGone(_ denial: Denial, _ name: StreamName) {
        guard denial.isCertain,
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
            // This stream ends as well, because its account was closed or disabled.
            stream.end(.stopped)
        }
    }
}
