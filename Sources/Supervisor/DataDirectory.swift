// The directory that holds everything this instance stores, and the lock that keeps a second
// instance out of it. The lock belongs to the open lock file: the kernel releases it when the
// supervisor ends, however it ends. Workers do not inherit it.
//
// The path to the directory may contain symbolic links, which are the operator's. Nothing inside it
// may be one: a link under one of our names is refused.
//
// Unsafe: strings and an array of ours, which outlive the call they are passed to.

import Glibc
import LinuxIO

enum DataDirectory {
    /// Owner: read and write; group: look; others: nothing.
    private static let lockFileMode: mode_t = 0o640
    /// More than any process ID needs.
    private static let lockFileBytes = 64

    /// Creates the directory if it is missing (not its parents) and locks it for this instance.
    /// - Returns: the lock file; the lock lasts as long as it stays open.
    static func lock(_ path: String) throws(StartError) -> Descriptor {
        let holder: String
        do {
            let lockFile = try openLockFile(in: path)
            if try FileLock.tryLock(lockFile) {
                note(lockFile)
                return lockFile
            }
            holder = self.holder(of: lockFile)
        } catch {
            throw unusable(path, error)
        }
        throw StartError(
            message: "the data directory \(path) is in use by another weir\(holder); "
                + "stop that one, or choose another directory with --data")
    }

    /// Takes over the lock of another supervisor.
    static func adopt(_ lockFile: borrowing Descriptor) { note(lockFile) }

    static func unusable(_ path: String, _ error: SystemError) -> StartError {
        let leadsNowhere = error.code == ENOENT && FileSystem.isLink(path)
        let cause = leadsNowhere ? "it is a symbolic link that leads nowhere" : error.message
        return StartError(
            message: "cannot use the data directory \(path): \(cause); "
                + "\(remedy(error.code)), or choose another with --data")
    }

    private static func remedy(_ code: Int32) -> String {
        switch code {
        case EROFS: "mount it writable (and see in the kernel's log whether its disk has failed)"
        case ENOSPC, EDQUOT: "make room on its disk"
        case EMFILE, ENFILE: "allow more open files"
        case EEXIST: "remove the folder \(DataDirectoryTrial.name) in it"
        default: "create it for this user"
        }
    }

    private static func openLockFile(in path: String) throws(SystemError) -> Descriptor {
        try FileSystem.makeDirectory(namedByOperator: path)
        let flags = O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW
        let raw = try systemCall("open") {
            unsafe open("\(path)/lock", flags, lockFileMode)
        }
        return Descriptor(owning: raw)
    }

    /// Says in the lock file whose it is. That is for people only, so a full disk may prevent it.
    private static func note(_ lockFile: borrowing Descriptor) {
        let raw = lockFile.raw
        let line = Array("\(getpid())\n".utf8)
        guard (try? systemCall("ftruncate", { ftruncate(raw, 0) })) != nil else { return }
        _ = try? systemCall("pwrite") { unsafe pwrite(raw, line, line.count, 0) }
    }

    /// " (process 123)", or nothing when the file does not say.
    private static func holder(of lockFile: borrowing Descriptor) -> String {
        guard
            let bytes = try? MemoryFile.contents(of: lockFile, limitBytes: lockFileBytes),
            let processID = Int32(String(decoding: bytes.prefix { $0 != 0x0A }, as: UTF8.self))
        else { return "" }
        return " (process \(processID))"
    }
}
