// `weir top`: the status on the whole screen, again and again. The terminal is put back in order whatever ends
// the program, as far as the program is told of it; while it is stopped (Ctrl-Z), it is in order as well.
//
// Unsafe: signal sets, which are local values of ours.

import ArgumentParser
import Glibc
import LinuxIO
import Settings

struct Top: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "top",
        abstract: "Shows on the whole screen what a running server does.",
        discussion: """
            What it shows is explained under weir status. Keys: s sorts streams by trouble, viewers, \
            bitrate, lag or name; j, k, space and b scroll; q ends it.

            """ + ControlFlags.discussion)

    @OptionGroup var control: ControlFlags

    func run() throws {
        guard Terminal.isOne(STDIN_FILENO), Terminal.isOne(STDOUT_FILENO) else {
            throw StartError(message: "weir top needs a terminal; use weir status --watch")
        }
        let client = try ControlClient.find(control)
        let first = try ServerStatus.of(client)
        let code: Int32
        do {
            code = try TopScreen(client: client, first: first).run()
        } catch {
            throw StartError(message: "the terminal does not do what it should: \(error)")
        }
        if code != 0 { throw ExitCode(code) }
    }
}

/// Owner: the main thread.
final class TopScreen {
    private static let signals = [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGWINCH]
    private static let refreshMs: UInt64 = 1_000
    /// The other screen, without a cursor; and back.
    private static let enter = "\u{1B}[?1049h\u{1B}[?25l"
    private static let leave = "\u{1B}[?25h\u{1B}[?1049l"

    private let client: ControlClient
    private let signals: SignalDescriptor
    private let keys = KeyMode(STDIN_FILENO)
    private let hasColours = Environment.value("NO_COLOR") == nil
    private var view = TopView()
    private var status: ServerStatus
    private var earlier: ServerStatus?
    private var fault: String?
    private var lookedMs = MonotonicClock.nowMs()

    init(client: ControlClient, first: ServerStatus) throws(SystemError) {
        self.client = client
        status = first
        signals = try SignalDescriptor(signals: Self.signals)
    }

    /// Returns the exit code: 0 when the user has ended it, 128 + N after signal N.
    func run() throws(SystemError) -> Int32 {
        try begin()
        defer { end() }
        while !view.isOver {
            draw()
            let ready = Terminal.wait(
                for: [signals.raw, STDIN_FILENO], timeoutMs: Int32(Self.refreshMs))
            if ready[0], let code = try handleSignals() { return code }
            if ready[1] {
                guard let pressed = keys.keys() else { return 0 }
                view.press(pressed, page: size.rows / 2)
            }
            // Not only when nothing is pressed: a key that is held down is pressed all the time.
            if MonotonicClock.nowMs() >= lookedMs + Self.refreshMs { look() }
        }
        return 0
    }

    private var size: (columns: Int, rows: Int) {
        Terminal.size(of: STDOUT_FILENO) ?? (columns: 80, rows: 24)
    }

    private func begin() throws(SystemError) {
        try keys.begin()
        Terminal.write(Self.enter, to: STDOUT_FILENO)
    }

    private func end() {
        Terminal.write(Self.leave, to: STDOUT_FILENO)
        keys.end()
    }

    /// Asks the server again. One that does not answer may be about to come back.
    private func look() {
        defer { lookedMs = MonotonicClock.nowMs() }
        do {
            let now = try ServerStatus.of(client)
            earlier = status
            status = now
            fault = nil
        } catch {
            fault = "NO ANSWER, this is old: \(error.message)"
        }
    }

    private func draw() {
        let (columns, rows) = size
        let lines = view.lines(
            status, earlier: earlier, columns: columns, rows: rows, fault: fault,
            hasColours: hasColours)
        // Each line with the rest of its row, then the rest of the screen: nothing flickers.
        let text = lines.map { $0 + "\u{1B}[K" }.joined(separator: "\n")
        Terminal.write("\u{1B}[H" + text + "\u{1B}[J", to: STDOUT_FILENO)
    }

    /// An exit code if the program is to end.
    private func handleSignals() throws(SystemError) -> Int32? {
        while let signal = signals.next() {
            switch signal {
            case SIGWINCH: continue
            case SIGTSTP:
                end()
                stop()
                try begin()
            default: return 128 + signal
            }
        }
        return nil
    }

    /// Returns when the program is told to go on.
    private func stop() {
        var set = sigset_t()
        unsafe sigemptyset(&set)
        unsafe sigaddset(&set, SIGTSTP)
        _ = raise(SIGTSTP)
        _ = unsafe pthread_sigmask(SIG_UNBLOCK, &set, nil)
        _ = unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
    }
}
