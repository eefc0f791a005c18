// The journal of systemd as the place where lines go. It reads how severe a line is from a number in angle
// brackets at its beginning, takes that off, and keeps it as PRIORITY (sd-daemon(3)); without one,
// every line is as severe as all others, and `journalctl -p warning` finds none of them.
//
// Unsafe: getenv's answer is copied at once, before any thread could change the environment; fstat fills
// a value of ours.

import Glibc
import Logging

package enum Journal {
    /// The service manager says in JOURNAL_STREAM which device and inode the journal's stream has. What
    /// it has started may have been given another standard error since, so the two are compared
    /// (systemd.exec(5)).
    static let isStandardError: Bool = {
        guard let named = unsafe getenv("JOURNAL_STREAM") else { return false }
        var status = stat()
        guard unsafe fstat(STDERR_FILENO, &status) == 0 else { return false }
        return unsafe isStream(
            String(cString: named), device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
    }()

    /// Whether `named`, a value of JOURNAL_STREAM, is that file.
    static func isStream(_ named: String, device: UInt64, inode: UInt64) -> Bool {
        let numbers = named.split(separator: ":", omittingEmptySubsequences: false)
        return numbers.count == 2 && UInt64(numbers[0]) == device && UInt64(numbers[1]) == inode
    }

    /// What a line begins with that has this level.
    static func prefix(_ level: Logger.Level) -> [UInt8] {
        Array("<\(priority(level))>".utf8)
    }

    /// The same as text if standard error is the journal; for lines outside of logging.
    package static func prefixOfError() -> String {
        isStandardError ? String(decoding: prefix(.error), as: UTF8.self) : ""
    }

    /// The priorities of syslog(3). It has one for what is below information.
    private static func priority(_ level: Logger.Level) -> Int {
        switch level {
        case .critical: 2
        case .error: 3
        case .warning: 4
        case .notice: 5
        case .info: 6
        case .debug, .trace: 7
        }
    }
}
