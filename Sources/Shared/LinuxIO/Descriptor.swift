// Ownership of a file descriptor. Exactly one value owns an open descriptor; when that value goes,
// the descriptor is closed. A function that only uses one takes `borrowing Descriptor` or its `raw`.

import CLinux
import Glibc

/// An open file descriptor, closed when its owner is gone.
package struct Descriptor: ~Copyable, Sendable {
    /// The number, for system calls. It is valid only as long as this value lives.
    package let raw: Int32

    /// Takes ownership of an open descriptor.
    package init(owning raw: Int32) {
        precondition(raw >= 0, "a descriptor is not negative")
        self.raw = raw
    }

    deinit {
        // Linux has freed the number even when close reports EINTR, so there is no retry.
        _ = Glibc.close(raw)
    }

    /// Gives up ownership: the caller now has to close the number.
    package consuming func release() -> Int32 {
        let raw = raw
        discard self
        return raw
    }
}

// MARK: Descriptors that came into this process by number, from a parent or a service manager

extension Descriptor {
    /// Takes ownership of an inherited number and makes it close-on-exec, so that no child of ours
    /// gets it by accident. Errors: EBADF when nothing is open under that number.
    package init(inherited raw: Int32) throws(SystemError) {
        // Not systemCall: a wrong number is the parent's mistake here, not a bug of this process.
        guard raw >= 0, weir_secure_inherited(raw, 0) == 0 else {
            throw SystemError(code: weir_errno(), call: "fcntl")
        }
        self.init(owning: raw)
    }
}
