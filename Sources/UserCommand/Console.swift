// The terminal of `weir user`, or what stands in its place. Answers go to standard output,
// everything else to standard error, and questions are answered on standard input.
//
// Unsafe: read and write get arrays of ours and their lengths.

import Glibc
import LinuxIO
import Settings

/// Owner: the main thread.
final class Console {
    /// Longer than the longest password in UTF-8; how much too long a line is does not matter.
    private static let lineBytes = 4 * Limits.passwordCharacters.upperBound + 1_024

    private let input: Int32
    private let output: Int32
    private let errors: Int32
    private var terminal: SilentTerminal?
    private var unread: [UInt8] = []

    /// Descriptors that stay open; by default those of the process.
    init(
        input: Int32 = STDIN_FILENO, output: Int32 = STDOUT_FILENO, errors: Int32 = STDERR_FILENO
    ) {
        self.input = input
        self.output = output
        self.errors = errors
    }

    private var isTerminal: Bool { isatty(input) == 1 }

    /// Call this before any thread is started, if a question may be asked on a terminal. From then
    /// on Ctrl-C and similar signals wait until the next question, which leaves the terminal as it
    /// was.
    func holdInterruptions() throws(SystemError) {
        if isTerminal { terminal = try SilentTerminal(input) }
    }

    // MARK: Saying

    /// One or more lines of the answer. If the reader has gone, the process ends, as with SIGPIPE.
    func print(_ text: String) throws(UserCommandError) {
        do throws(SystemError) {
            try write(text + "\n", to: output)
        } catch {
            throw UserCommandError("cannot write to standard output: \(error.message)")
        }
    }

    /// A remark for people; it is not part of the answer.
    func remark(_ text: String) { try? write(text + "\n", to: errors) }

    func complain(_ line: String) { try? write("weir: \(line)\n", to: errors) }

    private func write(_ text: String, to descriptor: Int32) throws(SystemError) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = try systemCall("write") {
                unsafe rest.withUnsafeBytes { bytes in
                    unsafe Glibc.write(descriptor, bytes.baseAddress, bytes.count)
                }
            }
            rest = rest.dropFirst(count)
        }
    }

    // MARK: Asking

    /// A new password for a user: asked for twice on a terminal, without echo; otherwise one line.
    func newPassword(of name: String) throws(UserCommandError) -> String {
        guard isTerminal else {
            guard let line = try line() else {
                throw UserCommandError("no password on standard input; write it there as one line")
            }
            return try text(line)
        }
        let first = try answer("New password for \(Quoted.printable(name)): ", isSecret: true)
        let second = try answer("The same again: ", isSecret: true)
        guard first == second else {
            throw UserCommandError("the two passwords differ; nothing has been changed")
        }
        return try text(first)
    }

    /// Returns if the person at the terminal agrees.
    func confirm(_ consequence: String) throws(UserCommandError) {
        guard isTerminal else {
            throw UserCommandError(
                "this has to be confirmed, and standard input is no terminal; add --yes",
                exitCode: UserCommandError.usage)
        }
        remark(consequence)
        guard try answer("Type yes to go on: ", isSecret: false) == Array("yes".utf8) else {
            throw UserCommandError("not confirmed; nothing has been changed")
        }
    }

    private func answer(
        _ question: String, isSecret: Bool
    ) throws(UserCommandError) -> [UInt8] {
        do throws(SystemError) {
            try terminal?.wait(showsTyping: !isSecret) { try? write(question, to: errors) }
        } catch {
            throw UserCommandError("cannot ask on this terminal: \(error.message)")
        }
        defer { terminal?.restore() }
        guard let line = try line() else {
            try? write("\n", to: errors)
            throw UserCommandError("nothing was answered; nothing has been changed")
        }
        return line
    }

    /// The next line of standard input without its end; nil when there is none.
    private func line() throws(UserCommandError) -> [UInt8]? {
        var block = [UInt8](repeating: 0, count: 1_024)
        while true {
            if let end = unread.firstIndex(of: 0x0A) {
                let line = Array(unread[..<end])
                unread.removeFirst(end + 1)
                return line.last == 0x0D ? line.dropLast() : line
            }
            guard unread.count <= Self.lineBytes else {
                throw UserCommandError("the line on standard input is too long")
            }
            let count = unsafe read(input, &block, block.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                defer { unread = [] }
                return unread.isEmpty ? nil : unread
            }
            unread += block.prefix(count)
        }
    }

    private func text(_ bytes: [UInt8]) throws(UserCommandError) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw UserCommandError("the password is not valid UTF-8; check the terminal's encoding")
        }
        return text
    }
}
