// Whether the data directory can be used, or created, without doing either. Only `weir
// check-config` uses it; the supervisor itself finds out by trying.
//
// Unsafe: access(2) and stat(2) get paths as C strings and a local value to fill.

import Glibc
import LinuxIO

enum DataDirectoryCheck {
    static func check(_ path: String) throws(StartError) {
        guard try exists(path) else {
            let parent = parent(of: path)
            return try requireWritable(
                parent, "the data directory \(path) does not exist, and \(parent)")
        }
        try requireWritable(path, "the data directory \(path)")
    }

    /// What to know of the file system that it is on, or will be; nil: nothing.
    static func note(_ path: String) -> String? {
        let place = FileSystem.exists(path) ? path : parent(of: path)
        return FileSystemKind.at(place)?.text(about: path)
    }

    /// Whether the path leads to a directory, through links or not. False: nothing of that name
    /// exists yet.
    private static func exists(_ path: String) throws(StartError) -> Bool {
        var status = stat()
        do throws(SystemError) {
            try systemCall("stat") { unsafe stat(path, &status) }
        } catch {
            guard error.code == ENOENT, !FileSystem.isLink(path) else {
                throw DataDirectory.unusable(path, error)
            }
            return false
        }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            throw StartError(
                message: "the data directory \(path) is not a directory; choose another with --data"
            )
        }
        return true
    }

    /// - Parameters:
    ///   - what: what the path is, for the error.
    ///   - flag: the setting that names it.
    static func requireWritable(
        _ path: String, _ what: String, flag: String = "--data"
    ) throws(StartError) {
        let result = unsafe access(path, W_OK | X_OK)
        if result == 0 { return }
        // A disk that has failed is another matter than a directory of somebody else.
        if SystemError.last("access").code == EROFS {
            throw StartError(
                message: "\(what) is on a file system that is read-only; mount it writable, "
                    + "or choose another with \(flag)")
        }
        throw StartError(
            message: "\(what) cannot be written to; create it, owned by the user that runs weir, "
                + "or choose another with \(flag)", exitCode: 1)
    }

    /// The directory that a path is in.
    static func parent(of path: String) -> String {
        var path = path[...]
        while path.count > 1, path.last == "/" { path.removeLast() }
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
