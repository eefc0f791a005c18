// Child processes, started with exactly the descriptors they are meant to have and watched through a
// process descriptor: it becomes readable when the child ends, and a signal sent through it can
// never hit another process that got the same number.
//
// Unsafe: argument and descriptor lists of ours, which outlive the one call they are passed to.

import CLinux
import Glibc

/// How a child ended.
package enum ProcessEnd: Equatable, Sendable, CustomStringConvertible {
    case exited(code: Int32)
    case killed(signal: Int32)

    package var description: String {
        switch self {
        case .exited(let code): "exited with code \(code)"
        case .killed(let signal): "killed by signal \(signal)"
        }
    }
}

/// A child process. Dropping the value leaves the child running with nobody to reap it, so keep it
/// until `reap` has answered.
package struct SpawnedProcess: ~Copyable {
    package let processID: Int32
    private let descriptor: Descriptor

    /// Starts a program. The child gets standard input from /dev/null, our standard output and
    /// error, `inherited[i]` as descriptor `firstInherited + i`, our environment with `variables`, and nothing
    /// else.
    /// - Parameters:
    ///   - path: the program's file; no search path is consulted.
    ///   - arguments: what follows the program's name.
    ///   - executable: the file to execute, if `path` is only to be its name.
    ///   - variables: what its environment has beside ours, or instead of it: NAME=VALUE.
    ///   - inherited: descriptors of ours, which stay open here.
    ///   - blockedSignals: stay blocked in the child; all others are unblocked there.
    /// Errors: ENOENT, EACCES, ENOEXEC (the program), EMFILE, ENFILE, EAGAIN, ENOMEM.
    package init(
        path: String, executable: String? = nil, arguments: [String], variables: [String] = [],
        inherited: [Int32], blockedSignals: [Int32]
    ) throws(SystemError) {
        precondition(
            !(arguments + variables).contains { $0.utf8.contains(0) }, "an argument holds no NUL")
        let strings = Self.joined([path] + arguments)
        let added = Self.joined(variables)
        var processID: pid_t = 0
        let raw = try systemCall("posix_spawn") {
            unsafe weir_spawn(
                executable ?? path, strings, arguments.count + 1, added, variables.count, inherited,
                inherited.count, blockedSignals, blockedSignals.count, &processID)
        }
        self.processID = processID
        descriptor = Descriptor(owning: raw)
    }

    /// One after the other, each with its NUL.
    private static func joined(_ texts: [String]) -> [CChar] {
        texts.flatMap { $0.utf8.map { CChar(bitPattern: $0) } + [0] }
    }

    /// The number that the first inherited descriptor gets in the child.
    package static let firstInherited: Int32 = 3

    /// The process descriptor, readable once the child has ended.
    package var raw: Int32 { descriptor.raw }

    /// Sends a signal; a child that has ended already is no error.
    package func signal(_ signal: Int32) {
        _ = weir_pidfd_signal(descriptor.raw, signal)
    }

    /// Kills the child and waits until it is gone. For a child that cannot be watched.
    package func killAndReap() {
        signal(SIGKILL)
        _ = waitpid(processID, nil, 0)
    }

    /// Reaps the child if it has ended; nil while it runs. Asked again after an answer, it traps.
    package func reap() -> ProcessEnd? {
        var bySignal: Int32 = 0
        var status: Int32 = 0
        let result = unsafe weir_pidfd_reap(descriptor.raw, &bySignal, &status)
        precondition(result >= 0, "a child is reaped once")
        if result == 0 { return nil }
        return bySignal == 1 ? .killed(signal: status) : .exited(code: status)
    }
}
