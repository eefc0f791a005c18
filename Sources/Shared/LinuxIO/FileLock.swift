// Locks that belong to an open file (F_OFD_SETLK), not to a process: two opens of one file exclude
// each other even inside one process, closing an unrelated descriptor of the file releases nothing,
// and the kernel releases the lock when the last reference to the open file is gone, however its
// holder died. A mapping is such a reference too, so `unlock` is explicit where order matters.

import CLinux

package enum FileLock {
    /// Takes the exclusive lock of a file that is open for writing, without waiting. False: someone
    /// else holds it. The corresponding C function is fcntl(F_OFD_SETLK). Errors: ENOLCK.
    package static func tryLock(_ descriptor: borrowing Descriptor) throws(SystemError) -> Bool {
        let raw = descriptor.raw
        return try systemCall("fcntl") { weir_try_lock_file(raw) } == 1
    }

    /// Gives the lock back; harmless when it is not held.
    package static func unlock(_ descriptor: borrowing Descriptor) {
        let raw = descriptor.raw
        _ = try? systemCall("fcntl") { weir_unlock_file(raw) }
    }
}
