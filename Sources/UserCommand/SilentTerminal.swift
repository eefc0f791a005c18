// A terminal while a question is open: typing is not shown, and signals that would end or stop the
// process wait until the terminal is back to normal.
//
// Unsafe: termios, signal sets and a list for poll are local values of ours.

import Glibc
import LinuxIO

/// Owner: the main thread.
final class SilentTerminal {
    private static let heldSignals = [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP]

    private let descriptor: Int32
    private let signals: SignalDescriptor
    /// The terminal's state before the open question; nil if there is none.
    private var before: termios?

    /// Holds the signals back from now on, in this thread and in threads that it starts.
    init(_ descriptor: Int32) throws(SystemError) {
        self.descriptor = descriptor
        signals = try SignalDescriptor(signals: Self.heldSignals)
    }

    /// Asks, and waits until there is something to read. A signal that comes first has its effect; if
    /// the process goes on after it (Ctrl-Z, then fg), `ask` is called again.
    func wait(showsTyping: Bool, ask: () -> Void) throws(SystemError) {
        while true {
            if !showsTyping { try hideTyping() }
            ask()
            guard try signalComesFirst(), let signal = signals.next() else { return }
            restore()
            raise(signal)
        }
    }

    /// Closes the question.
    func restore() {
        guard var before else { return }
        _ = unsafe tcsetattr(descriptor, TCSADRAIN, &before)
        self.before = nil
    }

    private func hideTyping() throws(SystemError) {
        let descriptor = descriptor
        var now = termios()
        try systemCall("tcgetattr") { unsafe tcgetattr(descriptor, &now) }
        before = now
        now.c_lflag &= ~tcflag_t(ECHO)
        // The end of the line is shown, so that the next output begins on a new one.
        now.c_lflag |= tcflag_t(ECHONL)
        try systemCall("tcsetattr") { unsafe tcsetattr(descriptor, TCSAFLUSH, &now) }
    }

    private func signalComesFirst() throws(SystemError) -> Bool {
        var waiting = [
            pollfd(fd: signals.raw, events: Int16(POLLIN), revents: 0),
            pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
        ]
        try systemCall("poll") { unsafe poll(&waiting, nfds_t(waiting.count), -1) }
        return waiting[0].revents != 0
    }

    /// Lets a held signal have its effect.
    private func raise(_ signal: Int32) {
        var set = sigset_t()
        unsafe sigemptyset(&set)
        unsafe sigaddset(&set, signal)
        _ = Glibc.raise(signal)
        _ = unsafe pthread_sigmask(SIG_UNBLOCK, &set, nil)
        _ = unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
    }
}
