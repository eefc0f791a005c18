// Another process, started by a test and certain to be gone when its value is.

import Glibc
import Testing

final class ChildProcess {
    let pid: pid_t
    private(set) var status: Int32?

    /// Starts a program of this build, which lies beside the test runner.
    init(_ program: String, _ arguments: [String]) throws {
        let runner = try #require(realpath("/proc/self/exe", nil))
        defer { free(runner) }
        let folder = String(cString: runner).split(separator: "/").dropLast().joined(separator: "/")
        let path = "/\(folder)/\(program)"
        var words: [UnsafeMutablePointer<CChar>?] = ([path] + arguments).map { strdup($0) } + [nil]
        defer { for word in words { free(word) } }
        var pid: pid_t = 0
        let result = posix_spawn(&pid, path, nil, nil, &words, environ)
        try #require(result == 0, "\(path) cannot be started")
        self.pid = pid
    }

    deinit {
        if status == nil { kill() }
    }

    /// Kills it as `kill -9` does, and waits until it is gone.
    func kill() {
        _ = Glibc.kill(pid, SIGKILL)
        wait()
    }

    /// Waits until it has ended; returns its exit status, or minus the signal that ended it.
    @discardableResult
    func wait() -> Int32 {
        while status == nil {
            var raw: Int32 = 0
            guard waitpid(pid, &raw, 0) == pid else { continue }
            note(raw)
        }
        return status!
    }

    /// Whether it still runs.
    var isRunning: Bool {
        var raw: Int32 = 0
        if status == nil, waitpid(pid, &raw, WNOHANG) == pid { note(raw) }
        return status == nil
    }

    /// Takes notice of what waitpid said; a stop is no end.
    func note(_ raw: Int32) {
        if raw & 0x7F == 0 { status = raw >> 8 & 0xFF }
        if raw & 0xFF != 0x7F, raw & 0x7F != 0 { status = -(raw & 0x7F) }
    }
}
