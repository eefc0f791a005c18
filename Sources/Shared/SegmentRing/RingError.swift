// What can go wrong with a ring file. Pure values.

import Glibc
import LinuxIO

package enum RingError: Error, Equatable {
    /// There is no file at the path, or no longer this one (it was replaced or removed).
    case missing
    /// The file system has no room, or the quota is used up.
    case noSpace
    /// The file is not an intact ring; the text says what is wrong with it, for the log.
    case invalid(String)
    /// It is a ring of another version of the format. It belongs to another server and must be left
    /// alone.
    case otherVersion(UInt32)
    /// Another process is creating this ring at this moment.
    case busy
    /// There is a ring of that name already, and it was not to be replaced.
    case exists
    /// A fragment is larger than a quarter of the ring's data.
    case fragmentTooLarge(bytes: Int)
    /// A writer's state is larger than the geometry's `stateBytes`.
    case stateTooLarge(bytes: Int)
    /// Unfinished input is larger than the geometry's `carryBytes`.
    case carryTooLarge(bytes: Int)
    /// The initialization is larger than the geometry's `initializationBytes`.
    case initializationTooLarge(bytes: Int)
    case system(SystemError)

    /// Sorts an error of the operating system into the cases above.
    package init(_ error: SystemError) {
        switch error.code {
        case ENOENT: self = .missing
        case ENOSPC, EDQUOT: self = .noSpace
        default: self = .system(error)
        }
    }

    /// The same for opening a file: something else may stand where it should be.
    init(opening error: SystemError) {
        switch error.code {
        case ELOOP: self = .invalid("it is a symbolic link")
        case EISDIR: self = .invalid("it is a directory")
        case ENXIO: self = .invalid("it is a socket or a device")
        case ENOTDIR: self = .invalid("its directory is none")
        default: self = RingError(error)
        }
    }
}
