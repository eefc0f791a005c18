// Descriptors that came into this process by number: inherited from a parent or a service manager.

import CLinux

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
