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

    /// Makes the descriptor readable. A full counter already is, so that error is no error.
    package func ring() {
        _ = eventfd_write(descriptor.raw, 1)
    }

    /// Makes the descriptor unreadable again. Call it before looking for what the ring announced.
    package func clear() {
        var count: eventfd_t = 0
        _ = unsafe eventfd_read(descriptor.raw, &count)
    }
}
