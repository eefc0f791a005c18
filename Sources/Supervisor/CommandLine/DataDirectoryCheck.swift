// Whether the data directory can be used, or created, without doing either. Used by
// `weir check-config` only: the supervisor itself finds out by doing it.
//
// Unsafe: access(2) and stat(2) get paths as C strings and a local value to fill.

import Glibc

enum DataDirectoryCheck {
    static func check(_ path: String) throws(StartError) {
        var status = stat()
        if unsafe stat(path, &status) == 0 {
            guard status.st_mode & S_IFMT == S_IFDIR else {
                throw StartError(
                    message: "the data directory \(path) is not a directory; choose another "
                        + "with --data", exitCode: 1)
            }
            try requireWritable(path, "the data directory \(path)")
        } else {
            let parent = parent(of: path)
            try requireWritable(
                parent, "the data directory \(path) does not exist, and \(parent)")
        }
    }

    /// - Parameters:
    ///   - what: what the path is, for the error.
    ///   - flag: the setting that names it.
    static func requireWritable(
        _ path: String, _ what: String, flag: String = "--data"
    ) throws(StartError) {
        guard unsafe access(path, W_OK | X_OK) != 0 else { return }
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
