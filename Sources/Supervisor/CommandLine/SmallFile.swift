// Reads a small file whole, with errors that an operator can act on.
//
// Unsafe: read(2) gets a local array and its length.

import Glibc
import LinuxIO
import Settings

enum SmallFile {
    /// The contents of a file.
    /// - Parameters:
    ///   - what: its role, for the error, for example "certificate".
    ///   - permission: what to do if this user may not read it.
    static func contents(
        _ path: String, what: String, limitBytes: Int,
        permission: String = "let the user that runs weir read it"
    ) throws(StartError) -> [UInt8] {
        do {
            return try read(path, limitBytes: limitBytes)
        } catch {
            throw StartError(
                message:
                    "cannot read the \(what) \(Quoted.printable(path)): \(remedy(error, permission))",
                exitCode: 1)
        }
    }

    private static func read(_ path: String, limitBytes: Int) throws(SystemError) -> [UInt8] {
        let raw = try systemCall("open") { unsafe open(path, O_RDONLY | O_CLOEXEC) }
        let descriptor = Descriptor(owning: raw)
        var contents: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 64 * 1024)
        while true {
            let count = try systemCall("read") {
                unsafe Glibc.read(descriptor.raw, &block, block.count)
            }
            if count == 0 { return contents }
            contents += block.prefix(count)
            if contents.count > limitBytes { throw SystemError(code: EFBIG, call: "read") }
        }
    }

    private static func remedy(_ error: SystemError, _ permission: String) -> String {
        switch error.code {
        case ENOENT: "there is no such file; check the path"
        case EACCES: "permission denied; \(permission)"
        case EISDIR: "it is a directory; name the file in it"
        case EFBIG: "it is too long; check that it is the right file"
        default: "\(error.message); check the path"
        }
    }
}
