// Signals as events of a loop: blocked for the whole process and read from a descriptor, so that no
// code ever runs inside a signal handler. Create it before the first thread is started, because
// threads inherit what is blocked.
//
// Unsafe: a list of ours, which outlives the one call it is passed to.

import CLinux
import Glibc

/// Delivers some signals of this process through a descriptor.
package struct SignalDescriptor: ~Copyable {
    private let descriptor: Descriptor

    /// Blocks the signals in this thread and collects them. Errors: EMFILE, ENFILE.
    package init(signals: [Int32]) throws(SystemError) {
        let raw = try systemCall("signalfd") {
            unsafe weir_signal_descriptor(signals, signals.count)
        }
        descriptor = Descriptor(owning: raw)
    }

    /// Readable while a signal is waiting.
    package var raw: Int32 { descriptor.raw }

    /// Takes the next signal's number; nil when none is waiting.
    package func next() -> Int32? {
        let number = weir_next_signal(descriptor.raw)
        return number > 0 ? number : nil
    }

    /// Ignores a signal in this process, and in its children unless they decide otherwise.
    package static func ignore(_ signal: Int32) {
        _ = weir_ignore_signal(signal)
    }
}
