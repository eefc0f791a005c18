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
    /// Paths that wait or are being tried, and for each who wants it kept once more: the file may have changed since
    /// the disk was asked.
    private var again: [String: [(Bool) -> Void]] = [:]

    init(loop: EventLoop, logger: Logger) {
        self.loop = loop
        self.logger = logger
    }

    /// When too many wait already, this one is left to the system, which writes everything within half a minute.
    /// A path takes one place, however often its file changes.
    /// - Parameter then: called once, with whether the disk has the file as it is now; at once where it is left to
    ///   the system.
    func keep(_ path: String, then: ((Bool) -> Void)? = nil) {
        let asker = then ?? { _ in }
        guard let askers = again[path] else { return settle(path, for: [asker]) }
        // Those who do not want to know share one more try.
        if then != nil || askers.isEmpty { again[path] = askers + [asker] }
    }

    private func settle(_ path: String, for askers: [(Bool) -> Void]) {
        var isTaken = false
        do throws(SystemError) {
            isTaken = try thread().run {
                Result { () throws(SystemError) in try FileSystem.settle(path) }
            } then: { [weak self, logger] result in
                var isKept = true
                if case .failure(let error) = result {
                    isKept = false
                    Self.note(error, path, logger)
                }
                for asker in askers { asker(isKept) }
                self?.settleAgain(path)
            }
        } catch { Self.note(error, path, logger) }
        if isTaken {
            again[path] = []
        } else {
            for asker in askers { asker(false) }
        }
    }

    private func settleAgain(_ path: String) {
        guard let askers = again.removeValue(forKey: path), !askers.isEmpty else { return }
        settle(path, for: askers)
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
