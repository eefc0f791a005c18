// Files of a few bytes, read and written whole.
//
// Unsafe use: read(2), pread(2) and write(2) get the rest of an array that outlives the call, and its length;
// the other calls get strings, which they do not keep.

import Glibc

extension FileSystem {
    /// The contents of a file. Errors: those of open(2) and read(2); EFBIG when it is longer than
    /// `limitBytes`.
    package static func contents(
        of path: String, limitBytes: Int
    ) throws(SystemError) -> [UInt8] {
        try contents(of: try open(path), limitBytes: limitBytes)
    }

    /// The same for a directory in which others put files: what is not a file (a pipe, a device, a
    /// symbolic link) is not read. Errors also: EINVAL.
    package static func contents(
        ofRegular path: String, limitBytes: Int
    ) throws(SystemError) -> [UInt8] {
        try contents(of: try openRegular(path), limitBytes: limitBytes)
    }

    /// The first bytes of such a file: all of them when it has no more. Errors: as before, without EFBIG.
    package static func beginning(
        ofRegular path: String, bytes: Int
    ) throws(SystemError) -> [UInt8] {
        let file = try openRegular(path)
        var beginning = [UInt8](repeating: 0, count: bytes)
        let count = try systemCall("pread") { unsafe pread(file.raw, &beginning, bytes, 0) }
        return Array(beginning.prefix(count))
    }

    static func openRegular(_ path: String) throws(SystemError) -> Descriptor {
        let file = try open(path)
        var status = stat()
        try systemCall("fstat") { unsafe fstat(file.raw, &status) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw SystemError(code: EINVAL, call: "open")
        }
        return file
    }

    private static func open(_ path: String) throws(SystemError) -> Descriptor {
        let flags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK
        return Descriptor(owning: try systemCall("open") { unsafe Glibc.open(path, flags) })
    }

    private static func contents(
        of file: borrowing Descriptor, limitBytes: Int
    ) throws(SystemError) -> [UInt8] {
        let raw = file.raw
        var contents: [UInt8] = []
        var block = [UInt8](repeating: 0, count: min(limitBytes + 1, 64 * 1_024))
        while true {
            let count = try systemCall("read") { unsafe Glibc.read(raw, &block, block.count) }
            if count == 0 { return contents }
            contents += block.prefix(count)
            if contents.count > limitBytes { throw SystemError(code: EFBIG, call: "read") }
        }
    }

    /// Puts `bytes` under a name, in place of what was there, whole or not at all as others see it.
    ///
    /// - Parameter temporary: a name in the same directory that nobody else uses.
    /// Errors: those of open(2), write(2) and rename(2); then the temporary file is gone again.
    package static func write(
        _ bytes: [UInt8], to path: String, through temporary: String
    ) throws(SystemError) {
        do {
            try write(bytes, to: temporary)
            try systemCall("rename") { unsafe rename(temporary, path) }
        } catch {
            _ = unsafe unlink(temporary)
            throw error
        }
    }

    private static func write(_ bytes: [UInt8], to path: String) throws(SystemError) {
        let flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW
        let file = Descriptor(
            owning: try systemCall("open") { unsafe Glibc.open(path, flags, 0o600) })
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = try systemCall("write") {
                unsafe rest.withUnsafeBytes {
                    unsafe Glibc.write(file.raw, $0.baseAddress, $0.count)
                }
            }
            rest = rest.dropFirst(count)
        }
    }

    /// Takes the lock of a file that is made for it: nil while somebody else has it. It is given back
    /// when the descriptor is closed.
    package static func lock(_ path: String) throws(SystemError) -> Descriptor? {
        let flags = O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW
        let file = Descriptor(
            owning: try systemCall("open") { unsafe Glibc.open(path, flags, 0o600) })
        guard try FileLock.tryLock(file) else { return nil }
        return consume file
    }
}
