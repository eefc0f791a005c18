// One line for each request that is over, if the setting `access-log` asks for it. It holds no key, no cookie,
// no password and no query: only what is named here.
//
// Owner: the worker's loop thread.

import HTTP
import Logging
import Settings
import Telemetry

struct AccessLog {
    private let logger = Logger(label: Log.accessLabel)
    /// Methods that nobody knows may be as long as a header section.
    private static let methodCharacters = 20
    private static let pathCharacters = 200

    /// Nil when there is to be none.
    init?(_ mode: AccessLogMode) {
        guard mode == .on else { return nil }
    }

    func note(_ ended: EndedRequest) {
        let (exchange, request) = (ended.exchange, ended.exchange.request)
        var metadata: Logger.Metadata = [
            "bytes": "\(ended.sentBytes)", "client": "\(request.peer)",
            "durationMs": "\(ended.durationMs)", "protocol": "\(ended.version)",
            "request": "\(exchange.requestID)",
            "status": ended.status == 0 ? "none" : "\(ended.status)",
        ]
        if let account = exchange.account { metadata["user"] = "\(account)" }
        // Its response was not sent to the end.
        if ended.cause != .completed { metadata["end"] = "\(ended.cause)" }
        let method = request.method.prefix(Self.methodCharacters)
        let path = request.loggablePath.prefix(Self.pathCharacters)
        logger.report(.requestEnded, "\(method) \(path)", metadata: metadata)
    }
}
