// The few directory operations that Weir needs, as typed calls.

import CLinux
import Glibc

package enum FileSystem {
    /// Creates a directory (mode 0750) inside one of ours. An existing directory is fine; anything
    /// else of that name, including a symbolic link to a directory, is ENOTDIR. mkdir(2).
    package static func makeDirectory(_ path: String) throws(SystemError) {
        guard try !makeNew(path) else { return }
        guard isDirectory(path) else { throw SystemError(code: ENOTDIR, call: "mkdir") }
    }

    /// The same for a directory that the operator names. Its place is the operator's choice, so a
    /// symbolic link to a directory is accepted: /var/lib/NAME is one under systemd's DynamicUser=.
    /// A link that leads nowhere is ENOENT; nothing is created behind it.
    package static func makeDirectory(namedByOperator path: String) throws(SystemError) {
        guard try !makeNew(path) else { return }
        var status = stat()
        try systemCall("stat") { unsafe stat(path, &status) }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            throw SystemError(code: ENOTDIR, call: "mkdir")
        }
    }

    /// False: there is something of that name already.
    private static func makeNew(_ path: String) throws(SystemError) -> Bool {
        do {
            try systemCall("mkdir") { unsafe mkdir(path, 0o750) }
            return true
        } catch {
            guard error.code == EEXIST else { throw error }
            return false
        }
    }

    /// Removes an empty directory. rmdir(2); errors: ENOENT, ENOTEMPTY, EACCES.
    package static func removeDirectory(_ path: String) throws(SystemError) {
        try systemCall("rmdir") { unsafe rmdir(path) }
    }

    /// Removes a file. unlink(2); errors: ENOENT, EACCES.
    package static func removeFile(_ path: String) throws(SystemError) {
        try systemCall("unlink") { unsafe unlink(path) }
    }

    /// Whether there is a directory of that name itself, not behind a symbolic link. lstat(2).
    package static func isDirectory(_ path: String) -> Bool {
        kind(of: path) == S_IFDIR
    }

    /// Whether there is a symbolic link of that name, wherever it leads. lstat(2).
    package static func isLink(_ path: String) -> Bool {
        kind(of: path) == S_IFLNK
    }

    /// Whether both paths lead to one file, through links or not. stat(2).
    package static func isSameFile(_ one: String, _ other: String) -> Bool {
        var first = stat()
        var second = stat()
        return unsafe stat(one, &first) == 0 && stat(other, &second) == 0
            && first.st_dev == second.st_dev && first.st_ino == second.st_ino
    }

    /// Where relative paths begin; nil if that folder is gone. getcwd(3), which makes the text.
    package static var workingDirectory: String? {
        guard let text = unsafe getcwd(nil, 0) else { return nil }
        defer { unsafe free(text) }
        return unsafe String(cString: text)
    }

    private static func kind(of path: String) -> mode_t? {
        var status = stat()
        return unsafe lstat(path, &status) == 0 ? status.st_mode & S_IFMT : nil
    }

    /// Creates a small file in a directory and drops it, to see whether that is possible now.
    /// Nobody ever sees it, but where a file system knows no files without a name: there it has this
    /// process's for a moment. open(2) with O_TMPFILE; errors also ENOSPC, EDQUOT, EROFS.
    package static func tryToWrite(in path: String) throws(SystemError) {
        let file = try temporaryFile(in: path)
        // An empty file needs no room, so creating one proves too little.
        let code = posix_fallocate(file.raw, 0, 1)
        if code != 0 { throw SystemError(code: code, call: "posix_fallocate") }
    }

    private static func temporaryFile(in path: String) throws(SystemError) -> Descriptor {
        do {
            return Descriptor(
                owning: try systemCall("open") { unsafe weir_open_temporary(path) })
        } catch {
            // What NFS, many FUSE file systems, and overlays before Linux 6.3 say.
            guard error.code == EOPNOTSUPP || error.code == EISDIR else { throw error }
        }
        let name = "\(path)/.trial-\(getpid())"
        let flags = O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW
        let file = Descriptor(owning: try systemCall("open") { unsafe open(name, flags, 0o600) })
        try removeFile(name)
        return file
    }

    /// Which kind of file system a directory is on: the number that statfs(2) has for it.
    package static func kind(at path: String) throws(SystemError) -> UInt32 {
        var number: UInt32 = 0
        try systemCall("statfs") { unsafe weir_file_system_kind(path, &number) }
        return number
    }

    /// The names in a directory, without those that begin with a dot, in no particular order.
    package static func names(in path: String) throws(SystemError) -> [String] {
        try allNames(in: path).filter { !$0.hasPrefix(".") }
    }

    /// Includes names that begin with a dot, except the directory itself and its parent.
    static func allNames(in path: String) throws(SystemError) -> [String] {
        guard let directory = unsafe opendir(path) else { throw .last("opendir") }
        defer { _ = unsafe closedir(directory) }
        var names: [String] = []
        while let entry = unsafe readdir(directory) {
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names
    }
}
