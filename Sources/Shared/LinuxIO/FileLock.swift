// Locks that belong to an open file (F_OFD_SETLK), not to a process: two opens of one file exclude
// each other even inside one process, closing an unrelated descriptor of the file releases nothing,
// and the kernel releases the lock when the last reference to the open file is gone, however its
// holder died. A mapping is such a reference too, so `unlock` is explicit where order matters.
//
// Unsafe use: open(2) gets a string, which it does not keep.

import CLinux
import Glibc

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

    /// Whether some other open file, in any process, has the exclusive lock of the file of that name. The
    /// corresponding C function is fcntl(F_OFD_GETLK). Errors: those of open(2).
    package static func isLocked(_ path: String) throws(SystemError) -> Bool {
        let file = try openToLook(path)
        return try systemCall("fcntl") { weir_is_file_locked(file.raw) } == 1
    }

    // MARK: In use

    /// Marks a file as in use until the last reference to the open file is gone; mappings are such
    /// references. Any number of open files may do so, beside the holder of the exclusive lock. The
    /// corresponding C function is flock(LOCK_SH). Errors: ENOLCK.
    package static func use(_ descriptor: borrowing Descriptor) throws(SystemError) {
        let raw = descriptor.raw
        try systemCall("flock") { weir_use_file(raw) }
    }

    /// Whether some other open file, in any process, marks the file of that name as in use. Errors:
    /// those of open(2), and ENOLCK.
    package static func isUsed(_ path: String) throws(SystemError) -> Bool {
        let file = try openToLook(path)
        return try systemCall("flock") { weir_is_file_used(file.raw) } == 1
    }

    private static func openToLook(_ path: String) throws(SystemError) -> Descriptor {
        let flags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK
        return Descriptor(owning: try systemCall("open") { unsafe Glibc.open(path, flags) })
    }
}
