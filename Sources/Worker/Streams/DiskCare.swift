// Has the disk keep files that were just renamed into their place, beside the loop. Everybody reads such a file at once;
// only until the disk has it may a loss of power leave an older one, an empty one or none.
//
// Owner: the worker's loop thread.

import Glibc
import LinuxIO
import Logging
import Settings

final class DiskCare {
    private let loop: EventLoop
    private let logger: Logger
    /// Begins with the first file.
    private var pool: ThreadPool?

    init(loop: EventLoop, logger: Logger) {
        self.loop = loop
        self.logger = logger
    }

    /// When too many wait already, this one is left to the system, which writes everything within half a minute.
    /// - Parameter then: called once it has been tried, with whether the disk has the file.
    func keep(_ path: String, then: @escaping (Bool) -> Void = { _ in }) {
        do throws(SystemError) {
            _ = try thread().run {
                Result { () throws(SystemError) in try FileSystem.settle(path) }
            } then: { [logger] result in
                switch result {
                case .success: then(true)
                case .failure(let error):
                    Self.note(error, path, logger)
                    then(false)
                }
            }
        } catch { Self.note(error, path, logger) }
    }

    private func thread() throws(SystemError) -> ThreadPool {
        if let pool { return pool }
        let made = try ThreadPool(
            loop: loop, threads: 1, queueLimit: Limits.filesToSettle, niceness: 0)
        pool = made
        return made
    }

    /// A stream that has gone has taken its file with it.
    private static func note(_ error: SystemError, _ path: String, _ logger: Logger) {
        guard error.code != ENOENT else { return }
        logger.debug("not certain to be kept", metadata: ["path": "\(path)", "error": "\(error)"])
    }
}
