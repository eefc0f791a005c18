// Sets up logging for one process. All other code uses swift-log's `Logger`; only this file knows
// where lines go (standard error) and how they look.
//
// Unsafe: write(2) gets the pointer and the length of one array that lives across the call;
// getenv's answer is copied at once, before any thread could change the environment.

import Glibc
import Logging
import Settings

/// Where and how this process logs.
package enum Log {
    /// The label of the logger for accesses, which somebody asked for: it writes at every level.
    package static let accessLabel = "weir.access"

    /// Makes every `Logger` of this process write to standard error. Call it once, at the start.
    ///
    /// - Parameters:
    ///   - level: the least severe messages that are written.
    ///   - format: text for people or JSON lines.
    ///   - process: who speaks, for example "supervisor" or "worker-0".
    package static func bootstrap(level: LogLevel, format: LogFormat, process: String) {
        let style: LogStyle =
            switch format {
            case .json: .json
            case .text: .text(colour: wantsColour())
            }
        let pid = getpid()
        let isForJournal = Journal.isStandardError
        LoggingSystem.bootstrap { label in
            LineLogHandler(
                level: label == accessLabel ? .info : Logger.Level(level), style: style,
                process: process, pid: pid,
                isForJournal: isForJournal, write: writeToStandardError)
        }
    }

    /// One write(2) a line, so that lines of several processes do not mix. A line that standard
    /// error does not take (closed, full disk) is lost: logging never stops the server.
    private static func writeToStandardError(_ line: [UInt8]) {
        while true {
            let written = unsafe line.withUnsafeBytes { bytes in
                unsafe write(STDERR_FILENO, bytes.baseAddress, bytes.count)
            }
            if written >= 0 || errno != EINTR { return }
        }
    }

    private static func wantsColour() -> Bool {
        guard isatty(STDERR_FILENO) == 1, unsafe getenv("NO_COLOR") == nil else { return false }
        guard let terminal = unsafe getenv("TERM") else { return false }
        return unsafe String(cString: terminal) != "dumb"
    }
}

extension Logger.Level {
    /// The level of swift-log that a setting names.
    package init(_ level: LogLevel) {
        self =
            switch level {
            case .trace: .trace
            case .debug: .debug
            case .info: .info
            case .notice: .notice
            case .warning: .warning
            case .error: .error
            case .critical: .critical
            }
    }
}
