// What a service manager (systemd) provides and is told: listening sockets, readiness, the
// watchdog. The protocol is a handful of environment variables and datagrams of text lines
// (sd_notify(3), sd_listen_fds(3)), so no library is needed. Without a service manager, nothing
// here has any effect.
//
// The variables are removed from the environment, so that no child takes them for its own.
//
// Unsafe: getenv's answer is copied at once, while the process still has one thread.

import ControlChannel
import Glibc
import LinuxIO
import Settings

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

    /// A listening socket that was passed to this process.
    struct PassedSocket: Equatable {
        let raw: Int32
        /// What is served on it.
        let kind: ListenerKind
    }

    /// Takes the sockets that were passed to this process; empty if there were none.
    static func takePassedSockets(limit: Int) throws(StartError) -> [PassedSocket] {
        let pid = takeVariable("LISTEN_PID").flatMap { Int32($0) }
        let count = takeVariable("LISTEN_FDS")
        let names = takeVariable("LISTEN_FDNAMES")
        guard let count, pid == getpid() else { return [] }
        guard let number = Int32(count), (1...Int32(limit)).contains(number) else {
            throw StartError(
                message: "the service manager passed \(count) sockets; 1 to \(limit) can be used")
        }
        return try passedSockets(count: number, names: names)
    }

    /// - Parameter names: what the service manager calls them, with colons between; nil if it does not say.
    static func passedSockets(
        count: Int32, names: String?
    ) throws(StartError) -> [PassedSocket] {
        let names = (names ?? "").split(separator: ":", omittingEmptySubsequences: false)
        var sockets: [PassedSocket] = []
        for index in 0..<count {
            let name = names.count == count ? String(names[Int(index)]) : ""
            guard let kind = kind(ofSocketNamed: name) else {
                throw StartError(
                    message:
                        "the service manager passes a socket with the name \(Quoted.text(name)); "
                        + "give it FileDescriptorName=https (TLS) or =http (the redirect)",
                    exitCode: 2)
            }
            sockets.append(PassedSocket(raw: firstPassed + index, kind: kind))
        }
        return sockets
    }

    /// Nil: nothing is served under that name. A socket whose unit gives it no name has that of the unit.
    private static func kind(ofSocketNamed name: String) -> ListenerKind? {
        switch name {
        case "https", "", "unknown": .https
        case "http": .redirect
        default: name.hasSuffix(".socket") ? .https : nil
        }
    }

    private static func takeVariable(_ name: String) -> String? {
        guard let value = unsafe getenv(name) else { return nil }
        let text = unsafe String(cString: value)
        unsafe unsetenv(name)
        return text.isEmpty ? nil : text
    }
}
