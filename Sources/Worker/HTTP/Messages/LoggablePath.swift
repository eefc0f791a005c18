// The path of a request as logs may hold it. What is behind the question mark is never part of it, because a
// stream key may stand there. People also paste keys into the path itself, so a part of it that is long
// enough to be one is left out. Our own paths have no part that long. Pure.

enum LoggablePath {
    /// A session's secret has 43 characters and a stream key 48; names of streams have at most 32.
    private static let longestPartBytes = 40

    static func text(_ path: String) -> String {
        path.split(separator: "/", omittingEmptySubsequences: false).map { part in
            part.utf8.count > longestPartBytes ? "***" : part
        }.joined(separator: "/")
    }
}

extension Request {
    /// The path without anything that could be a secret.
    package var loggablePath: String { LoggablePath.text(path) }
}
