// Files that exist in memory only, for handing a block of bytes to a child by descriptor. Nobody
// can change a sealed one, so its reader need not fear that it changes while being read.
//
// Unsafe: buffers of ours, which outlive the one call they are passed to.

import CLinux
import Glibc

package enum MemoryFile {
    /// A sealed file with these contents. `name` shows in /proc only. Errors: EMFILE, ENFILE, ENOMEM.
    package static func sealed(name: String, contents: [UInt8]) throws(SystemError) -> Descriptor {
        let raw = try systemCall("memfd_create") {
            unsafe weir_sealed_memory(name, contents, contents.count)
        }
        return Descriptor(owning: raw)
    }

    /// All of a file's bytes, read from its start. Errors: EFBIG (longer than `limitBytes`), EIO.
    package static func contents(
        of descriptor: borrowing Descriptor, limitBytes: Int
    ) throws(SystemError) -> [UInt8] {
        let raw = descriptor.raw
        var contents: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 16 * 1024)
        while true {
            let count = try systemCall("pread") {
                unsafe pread(raw, &block, block.count, off_t(contents.count))
            }
            if count == 0 { return contents }
            contents += block.prefix(count)
            if contents.count > limitBytes { throw SystemError(code: EFBIG, call: "pread") }
        }
    }
}
