// What a service manager (systemd) provides and is told: listening sockets, readiness, the
// watchdog. The protocol is a handful of environment variables and datagrams of text lines
// (sd_notify(3), sd_listen_fds(3)), so no library is needed. Without a service manager, nothing
// here has any effect.
//
// The variables are removed from the environment, so that no child takes them for its own.
//
// Unsafe: getenv's answer is copied at once, while the process still has one thread.

import Glibc
import LinuxIO

struct ServiceManager {
    /// The socket that takes notifications: a path, or an abstract name after @.
    let notifySocket: String?
    /// How often the watchdog must hear from us, in milliseconds: half of what the manager allows.
    let watchdogIntervalMs: UInt64?

    /// The number of the first passed socket (SD_LISTEN_FDS_START).
    private static let firstPassed: Int32 = 3

    /// Reads and removes the notification variables.
    init() {
        notifySocket = Self.takeVariable("NOTIFY_SOCKET")
        let microseconds = Self.takeVariable("WATCHDOG_USEC").flatMap { UInt64($0) }
        let watchedPID = Self.takeVariable("WATCHDOG_PID").flatMap { Int32($0) }
        if let microseconds, microseconds > 0, watchedPID == nil || watchedPID == getpid() {
            watchdogIntervalMs = max(1, microseconds / 2_000)
        } else {
            watchdogIntervalMs = nil
        }
    }

    /// What another supervisor was told.
    init(notifySocket: String?, watchdogIntervalMs: UInt64?) {
        self.notifySocket = notifySocket
        self.watchdogIntervalMs = watchdogIntervalMs
    }

    /// Tells the service manager. It is no error if there is none, or if it does not listen: the
    /// server works either way.
    func notify(_ lines: String...) {
        guard let notifySocket else { return }
        let text = Array(lines.joined(separator: "\n").utf8)
        try? UnixDatagram.send(text, to: notifySocket)
    }

    /// Takes the numbers of the sockets that were passed to this process; empty if there were none.
    static func takePassedSockets(limit: Int) throws(StartError) -> Range<Int32> {
        let pid = takeVariable("LISTEN_PID").flatMap { Int32($0) }
        let count = takeVariable("LISTEN_FDS")
        _ = takeVariable("LISTEN_FDNAMES")
        guard let count, pid == getpid() else { return 0..<0 }
        guard let number = Int32(count), (1...Int32(limit)).contains(number) else {
            throw StartError(
                message: "the service manager passed \(count) sockets; 1 to \(limit) can be used")
        }
        return firstPassed..<firstPassed + number
    }

    private static func takeVariable(_ name: String) -> String? {
        guard let value = unsafe getenv(name) else { return nil }
        let text = unsafe String(cString: value)
        unsafe unsetenv(name)
        return text.isEmpty ? nil : text
    }
}
