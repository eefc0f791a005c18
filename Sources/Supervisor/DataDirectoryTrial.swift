// Whether a directory can do what Weir needs of one, found out with one small file: memory that processes
// share through it, locks, and a truth about its room. File systems that lack one of these would fail later,
// and somewhere else: NFS and SMB make one lock of two that Weir keeps apart, 9p and FUSE may refuse to share
// memory, or show each process another one.
//
// Unsafe: a word in a mapping of ours, which lives until it has been looked at.

import Glibc
import LinuxIO

enum DataDirectoryTrial {
    static let name = "trial.new"
    private static let value: UInt64 = 0x5765_6972_5472_6961  // "WeirTria"

    /// Call it while holding the lock of the directory. A full disk is no fault here: what is there may
    /// still be served.
    static func run(in path: String) throws(StartError) {
        let found: String?
        do throws(SystemError) {
            found = try fault(in: path)
        } catch {
            guard error.code != ENOSPC, error.code != EDQUOT else { return }
            // That is no fault of the file system: too many open files, no permission.
            if error.call == "open" { throw DataDirectory.unusable(path, error) }
            found =
                error.call == "mmap"
                ? "processes cannot share memory there (\(error))" : error.description
        }
        if let found { throw unfit(path, found) }
    }

    private static func unfit(_ path: String, _ fault: String) -> StartError {
        let place = FileSystemKind.at(path).map { " (\($0.name))" } ?? ""
        return StartError(
            message: "the data directory \(path)\(place) cannot be used: \(fault); "
                + "choose a local disk with --data, ext4 or XFS")
    }

    /// What the directory lacks; nil: nothing.
    private static func fault(in path: String) throws(SystemError) -> String? {
        let file = "\(path)/\(name)"
        // Somebody may have been killed in the middle of it.
        try? FileSystem.removeFile(file)
        let first = try open(file, O_RDWR | O_CREAT | O_EXCL)
        defer { try? FileSystem.removeFile(file) }
        let code = posix_fallocate(first.raw, 0, off_t(Mapping.pageBytes))
        if code != 0 { throw SystemError(code: code, call: "posix_fallocate") }
        let second = try open(file, O_RDWR)
        if try DiskSpace(of: first).totalBytes == 0 {
            return "it does not say how much room it has"
        }
        guard try isShared(first, second) else {
            return "what one process writes to shared memory there, another does not see"
        }
        return try lockFault(first, second)
    }

    private static func open(_ file: String, _ flags: Int32) throws(SystemError) -> Descriptor {
        let all = flags | O_CLOEXEC | O_NOFOLLOW
        return Descriptor(owning: try systemCall("open") { unsafe Glibc.open(file, all, 0o600) })
    }

    /// Whether what is written through one open file is seen through the other.
    private static func isShared(
        _ first: borrowing Descriptor, _ second: borrowing Descriptor
    ) throws(SystemError) -> Bool {
        let bytes = Mapping.pageBytes
        var written = try Mapping(reservingBytes: bytes)
        try written.place(first, fileOffset: 0, bytes: bytes, at: 0, writable: true)
        var seen = try Mapping(reservingBytes: bytes)
        try seen.place(second, fileOffset: 0, bytes: bytes, at: 0, writable: false)
        unsafe written.base.storeBytes(of: value, as: UInt64.self)
        return unsafe seen.base.load(as: UInt64.self) == value
    }

    /// A ring's writer holds one lock, and each of its readers another, which says that it is in use.
    private static func lockFault(
        _ first: borrowing Descriptor, _ second: borrowing Descriptor
    ) throws(SystemError) -> String? {
        guard try FileLock.tryLock(first) else { return "somebody else holds a lock of a new file" }
        if try FileLock.tryLock(second) { return "two may hold one lock at the same time" }
        do throws(SystemError) {
            try FileLock.use(second)
        } catch {
            guard error.code == EWOULDBLOCK else { throw error }
            return "it does not tell locks of two kinds apart (flock and fcntl)"
        }
        return nil
    }
}
