// Which broadcasts were refused, and why: encoders show the person in front of them little of an answer,
// and a server that can take no broadcast has to say so to the people who run it.
//
// Clients can cause such lines as often as they like, so each is left out for a while after it was
// written. Each reason has its own pause: a flood of wrong keys does not hide a disk that is full.
//
// Owner: the worker's loop thread.

import HTTP
import LinuxIO
import Logging
import Settings
import StreamState
import Telemetry

final class RefusalLog {
    private let loop: EventLoop
    private let logger: Logger
    /// By the problem's slug. There are no more than we have written down.
    private var pauses: [String: LogPause] = [:]

    init(loop: EventLoop, logger: Logger) {
        self.loop = loop
        self.logger = logger
    }

    /// A request to publish under that name is answered with that problem.
    func note(_ problem: Problem, to exchange: Exchange, for name: StreamName) {
        var pause = pauses[problem.slug] ?? LogPause(ms: Limits.logRepeatMs)
        defer { pauses[problem.slug] = pause }
        guard let leftOut = pause.leftOut(nowMs: loop.nowMs) else { return }
        var metadata: Logger.Metadata = [
            "stream": "\(name)", "reason": "\(problem.slug)", "peer": "\(exchange.request.peer)",
            "leftOut": "\(leftOut)", "request": "\(exchange.requestID)",
        ]
        if let cause = problem.cause { metadata["cause"] = "\(cause)" }
        logger.report(
            problem.status >= 500 ? .broadcastFailed : .broadcastRefused, "broadcast refused",
            metadata: metadata)
    }
}

extension PublishError {
    /// It belongs to the course of a broadcast: chunks that are sent again, a publisher who starts anew,
    /// an end that has a line of its own.
    var isOrdinary: Bool {
        switch self {
        case .chunkGap, .chunkEarly, .takenOver, .streamEnded, .broadcastOver, .shuttingDown: true
        case .alreadyLive, .missingInitialization, .stalled, .tooManyStreams, .tooManyOwnStreams,
            .tooManyWait, .tooManyRings, .media, .ring:
            false
        }
    }
}
