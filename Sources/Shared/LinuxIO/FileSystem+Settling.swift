// Waits until the disk has a file.

import Glibc

extension FileSystem {
    /// Returns when a loss of power can no longer take a file of this name, as it is now: it and its folder are on
    /// the disk. That may take seconds, so no loop calls this. Errors: those of open(2) and fsync(2); EINVAL when it
    /// is no file.
    package static func settle(_ path: String) throws(SystemError) {
        try settle(try openRegular(path))
        let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        let flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC
        try settle(
            Descriptor(
                owning: try systemCall("open") {
                    unsafe Glibc.open(folder.isEmpty ? "/" : folder, flags)
                }))
    }

    private static func settle(_ file: borrowing Descriptor) throws(SystemError) {
        let raw = file.raw
        try systemCall("fsync") { fsync(raw) }
    }
}
