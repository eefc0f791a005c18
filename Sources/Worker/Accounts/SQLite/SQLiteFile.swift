// The file of a SQLite database, as the file system knows it.
//
// Neither function may ever open an existing database: when a process closes any descriptor of a file,
// it loses all its POSIX locks on that file, and those keep SQLite's processes apart.

import Glibc
import LinuxIO

/// The identity of the file at a path. Another file under the same name has another identity.
struct SQLiteFile: Equatable, Sendable {
    private let device: dev_t
    private let inode: ino_t

    /// Nil when there is no file, or it cannot be looked at. stat(2).
    init?(path: String) {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { return nil }
        device = status.st_dev
        inode = status.st_ino
    }

    /// The files that SQLite keeps beside an open database. They belong to that database: they would
    /// damage another one under the same name.
    static func companions(of path: String) -> [SQLiteFile] {
        [path + "-wal", path + "-shm"].compactMap(SQLiteFile.init(path:))
    }

    /// Makes an empty file, for its owner only, unless something has that name; SQLite gives the same
    /// rights to the files that it puts beside it. Survives a loss of power.
    static func create(_ path: String) throws(StoreError) {
        do throws(SystemError) {
            let temporary = try makeTemporary(beside: path)
            defer { try? FileSystem.removeFile(temporary) }
            do throws(SystemError) {
                try systemCall("link") { unsafe link(temporary, path) }
            } catch {
                guard error.code != EEXIST else { return }
                throw error
            }
            try synchronizeFolder(of: path)
        } catch {
            throw StoreError.unavailable(reason: "\(path): cannot be made, \(error.message)")
        }
    }

    /// An empty file that no one else has, mode 0600, already closed. mkstemp(3).
    private static func makeTemporary(beside path: String) throws(SystemError) -> String {
        var template = (path + ".XXXXXX").utf8CString.map { $0 }
        let raw = try systemCall("mkstemp") { unsafe mkstemp(&template) }
        _ = Descriptor(owning: raw)
        return String(
            decoding: template.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// Writes the folder's entries to disk, without which a new file may be gone after a power loss.
    private static func synchronizeFolder(of path: String) throws(SystemError) {
        var folder = path[...]
        while let last = folder.popLast(), last != "/" {}
        let name = folder.isEmpty ? (path.hasPrefix("/") ? "/" : ".") : String(folder)
        let raw = try systemCall("open") {
            unsafe open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        }
        let descriptor = Descriptor(owning: raw)
        try systemCall("fsync") { fsync(descriptor.raw) }
    }
}

/// Tells, without opening a file, that it was written to: by SQLite, when it moves its write-ahead log
/// into the file, or by anyone else.
struct SQLiteFileStamp: Equatable, Sendable {
    let bytes: Int
    private let modifiedS: Int
    private let modifiedNs: Int

    /// Nil when there is no file, or it cannot be looked at. stat(2).
    init?(path: String) {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { return nil }
        bytes = Int(status.st_size)
        modifiedS = status.st_mtim.tv_sec
        modifiedNs = status.st_mtim.tv_nsec
    }
}
