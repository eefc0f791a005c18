// The terminal of a command that fills the screen. The mode of the terminal is changed by one object, which
// can undo it any number of times.
//
// Unsafe: termios, a list for poll and numbers, which are local values of ours and outlive the calls.

import CLinux
import Glibc

package enum Terminal {
    /// Columns and rows of the terminal behind a descriptor; nil if it is none.
    package static func size(of descriptor: Int32) -> (columns: Int, rows: Int)? {
        var columns: Int32 = 0
        var rows: Int32 = 0
        guard unsafe weir_terminal_size(descriptor, &columns, &rows) == 0 else { return nil }
        return (Int(columns), Int(rows))
    }

    package static func isOne(_ descriptor: Int32) -> Bool { isatty(descriptor) == 1 }

    /// Writes all of a text, as far as somebody takes it.
    package static func write(_ text: String, to descriptor: Int32) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let written = try? systemCall("write") {
                unsafe rest.withUnsafeBytes { bytes in
                    unsafe Glibc.write(descriptor, bytes.baseAddress, bytes.count)
                }
            }
            guard let written, written > 0 else { return }
            rest = rest.dropFirst(written)
        }
    }

    /// Waits until one of the descriptors has something to be read, or for `timeoutMs`. True for those
    /// that have.
    package static func wait(for descriptors: [Int32], timeoutMs: Int32) -> [Bool] {
        var waiting = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        _ = unsafe poll(&waiting, nfds_t(waiting.count), timeoutMs)
        return waiting.map { $0.revents != 0 }
    }
}

/// Keys come one by one, and are not shown.
package final class KeyMode {
    private let descriptor: Int32
    /// How the terminal was before; nil while that is how it is.
    private var before: termios?

    package init(_ descriptor: Int32) {
        self.descriptor = descriptor
    }

    /// Errors: ENOTTY.
    package func begin() throws(SystemError) {
        guard before == nil else { return }
        let descriptor = descriptor
        var mode = termios()
        try systemCall("tcgetattr") { unsafe tcgetattr(descriptor, &mode) }
        before = mode
        mode.c_lflag &= ~tcflag_t(ICANON | ECHO)
        try systemCall("tcsetattr") { unsafe tcsetattr(descriptor, TCSAFLUSH, &mode) }
    }

    package func end() {
        guard var mode = before else { return }
        _ = unsafe tcsetattr(descriptor, TCSAFLUSH, &mode)
        before = nil
    }

    /// The keys that were pressed; nil when the terminal is gone.
    package func keys() -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 64)
        let descriptor = descriptor
        let count = try? systemCall("read") { unsafe read(descriptor, &buffer, buffer.count) }
        guard let count, count > 0 else { return nil }
        return Array(buffer.prefix(count))
    }
}
