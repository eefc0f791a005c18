// Where publishers come in: `/NAME/live`, with every method that writes to it.
//
// Owner: the worker's loop thread.

import HTTP
import Settings
import StreamState
import Telemetry

package final class PublishRoutes {
    private let publishing: Publishing
    private let crossOrigin: CrossOrigin
    private let environment: IngestEnvironment
    private var addressLine = LogPause(ms: Limits.logRepeatMs)
    private static let pathCharactersLogged = 100

    package init(
        publishing: Publishing, crossOrigin: CrossOrigin, environment: IngestEnvironment
    ) {
        self.publishing = publishing
        self.crossOrigin = crossOrigin
        self.environment = environment
    }

    package var routes: [Route] {
        [
            Route(
                "publish", "/{name}/live", readers: .everyPage, takesEndlessBody: true,
                [.post: publish, .put: publish, .source: publish]),
            Route("end", "/{name}/live", readers: .everyPage, [.delete: end]),
        ]
    }

    private func publish(_ exchange: Exchange) {
        guard let name = try? StreamName(exchange.parameter(0)) else {
            logWrongAddress(of: exchange, .invalidName)
            return refuse(exchange, .invalidName)
        }
        publishing.publish(exchange, to: name)
    }

    private func end(_ exchange: Exchange) {
        guard let name = try? StreamName(exchange.parameter(0)) else {
            return refuse(exchange, .invalidName)
        }
        publishing.end(exchange, name: name)
    }

    /// Refuses a request to publish at an address that does not exist.
    package func refuseElsewhere(_ exchange: Exchange, _ problem: Problem) {
        if exchange.request.isWriting { logWrongAddress(of: exchange, problem) }
        refuse(exchange, problem)
    }

    private func refuse(_ exchange: Exchange, _ problem: Problem) {
        exchange.respond(problem, headers: crossOrigin.headers(for: exchange.request))
    }

    /// Logs it, because an encoder shows the person in front of it little of an answer.
    private func logWrongAddress(of exchange: Exchange, _ problem: Problem) {
        let request = exchange.request
        guard let leftOut = addressLine.leftOut(nowMs: environment.loop.nowMs) else { return }
        environment.logger.report(
            .broadcastRefused, "broadcast refused: its address is not /NAME/live",
            metadata: [
                "path": "\(request.loggablePath.prefix(Self.pathCharactersLogged))",
                "reason": "\(problem.slug)", "peer": "\(request.peer)", "leftOut": "\(leftOut)",
                "request": "\(exchange.requestID)",
            ])
    }
}

extension Request {
    fileprivate var isWriting: Bool { ["POST", "PUT", "SOURCE"].contains(method) }
}
