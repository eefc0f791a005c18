// A few words under a name, kept as the target of a symbolic link that leads nowhere. Unlike a file's
// contents they need no block, so they can be written on a disk that is full, and they are there whole or
// not at all.
//
// Unsafe use: strings and a buffer of known length handed to system calls, which do not keep them.

import Glibc

extension FileSystem {
    /// Puts a note under a name, in place of what was there.
    ///
    /// - Parameters:
    ///   - text: 1 to 59 bytes, what file systems keep in the link itself.
    ///   - temporary: a name in the same directory that nobody else uses.
    /// Errors: those of symlink(2) and rename(2).
    package static func putNote(
        _ text: String, at path: String, through temporary: String
    ) throws(SystemError) {
        precondition((1...59).contains(text.utf8.count), "a note is a few words")
        _ = unsafe unlink(temporary)
        try systemCall("symlink") { unsafe symlink(text, temporary) }
        try systemCall("rename") { unsafe rename(temporary, path) }
    }

    /// The note of that name; nil when there is none, or something else. readlink(2).
    package static func note(at path: String) -> String? {
        var bytes = [CChar](repeating: 0, count: 64)
        let count = unsafe readlink(path, &bytes, bytes.count)
        guard count > 0, count < bytes.count else { return nil }
        return String(validating: bytes.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
