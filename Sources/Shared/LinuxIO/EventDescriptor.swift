// eventfd as a doorbell between threads and processes: ringing is cheap, rings that nobody has
// heard yet add up to one, and nobody ever blocks.

import CLinux
import Glibc

/// A doorbell: any process that has the descriptor can ring it, its owner waits for it with epoll.
package struct EventDescriptor: ~Copyable, Sendable {
    package let descriptor: Descriptor

    /// Creates a non-blocking, close-on-exec eventfd. Errors: EMFILE, ENFILE, ENOMEM.
    package init() throws(SystemError) {
        let raw = try systemCall("eventfd") {
            eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        }
        descriptor = Descriptor(owning: raw)
    }

    /// Adopts an inherited eventfd.
    package init(adopting descriptor: consuming Descriptor) {
        self.descriptor = descriptor
    }

    /// Makes the descriptor readable, and adds to its number. A full one is readable already, so that
    /// error is no error.
    package func ring(adding amount: UInt64 = 1) {
        _ = eventfd_write(descriptor.raw, amount)
    }

    /// Makes the descriptor unreadable again. Call it before looking for what the ring announced.
    /// Returns what was added since the last time; 0 if nothing was.
    @discardableResult
    package func clear() -> UInt64 {
        var sum: eventfd_t = 0
        return unsafe eventfd_read(descriptor.raw, &sum) == 0 ? sum : 0
    }
}
