// Whole directories: moved, removed, measured. Nothing here follows a symbolic link that lies inside a
// directory: what it leads to may be anything.
//
// Unsafe use: strings and structures handed to system calls, which do not keep them.

import CLinux
import Glibc

extension FileSystem {
    /// Whether there is anything of that name, if only a link to nothing. lstat(2).
    package static func exists(_ path: String) -> Bool {
        var status = stat()
        return unsafe lstat(path, &status) == 0
    }

    /// Whether there is a file of that name itself, not behind a symbolic link. lstat(2).
    package static func isRegularFile(_ path: String) -> Bool {
        var status = stat()
        return unsafe lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    }

    /// The number that tells the file of this name from earlier ones; nil if there is none.
    /// lstat(2).
    package static func inode(of path: String) -> UInt64? {
        var status = stat()
        return unsafe lstat(path, &status) == 0 ? UInt64(status.st_ino) : nil
    }

    /// What tells the file of this name from earlier ones that were put in its place; nil if there is none.
    /// lstat(2).
    package static func stamp(of path: String) -> FileStamp? {
        var status = stat()
        guard unsafe lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            return nil
        }
        return FileStamp(
            inode: UInt64(status.st_ino), bytes: Int(status.st_size),
            changedNs: Int64(status.st_mtim.tv_sec) &* 1_000_000_000
                &+ Int64(status.st_mtim.tv_nsec))
    }

    /// What a file takes on disk. lstat(2).
    package static func bytes(of path: String) throws(SystemError) -> UInt64 {
        var status = stat()
        try systemCall("lstat") { unsafe lstat(path, &status) }
        return UInt64(clamping: status.st_blocks) * 512
    }

    /// Gives a file or directory another name on the same file system. rename(2); errors: EXDEV, and
    /// ENOTEMPTY or EEXIST when a directory has that name and is not empty.
    package static func move(_ path: String, to target: String) throws(SystemError) {
        try systemCall("rename") { unsafe rename(path, target) }
    }

    /// Gives a file a second name. link(2); errors: EEXIST, EXDEV, EMLINK, ENOSPC.
    package static func link(_ path: String, as second: String) throws(SystemError) {
        try systemCall("link") { unsafe Glibc.link(path, second) }
    }

    /// Removes the file or directory of that name, with everything in it.
    ///
    /// - Parameter depth: how many levels of directories are entered at most.
    /// Errors: those of unlink(2) and rmdir(2); then a part may be gone.
    package static func removeTree(_ path: String, depth: Int = 8) throws(SystemError) {
        guard depth > 0, isDirectory(path) else { return try removeFile(path) }
        for name in try allNames(in: path) {
            try removeTree("\(path)/\(name)", depth: depth - 1)
        }
        try removeDirectory(path)
    }

    /// The file system behind a directory: all its bytes, and those that are free for this process.
    /// statvfs(2).
    package static func space(at path: String) throws(SystemError) -> DiskSpace {
        var status = statvfs()
        try systemCall("statvfs") { unsafe statvfs(path, &status) }
        return DiskSpace(status)
    }
}

/// Two files of one name with the same stamp are one and the same.
package struct FileStamp: Equatable, Sendable {
    package let inode: UInt64
    package let bytes: Int
    /// When it was last written, on the wall clock.
    package let changedNs: Int64
}

package struct DiskSpace: Equatable, Sendable {
    package let totalBytes: UInt64
    package let freeBytes: UInt64

    package init(totalBytes: UInt64, freeBytes: UInt64) {
        self.totalBytes = totalBytes
        self.freeBytes = freeBytes
    }

    /// The same of an open file. fstatvfs(2).
    package init(of descriptor: borrowing Descriptor) throws(SystemError) {
        let raw = descriptor.raw
        var status = statvfs()
        try systemCall("fstatvfs") { unsafe fstatvfs(raw, &status) }
        self.init(status)
    }

    fileprivate init(_ status: statvfs) {
        let block = UInt64(status.f_frsize)
        totalBytes = UInt64(status.f_blocks).multipliedReportingOverflow(by: block).partialValue
        freeBytes = UInt64(status.f_bavail).multipliedReportingOverflow(by: block).partialValue
    }
}
