// CRC-32C of private memory. The C function does the work; see ring_checksum.c.
//
// Why the unsafe code is sound: each call hands over exactly the bytes of a buffer that outlives
// it, and numbers have no padding that could be read uninitialised.

import CLinux

package enum Checksum {
    package static func crc32c(_ bytes: [UInt8], continuing previous: UInt32 = 0) -> UInt32 {
        unsafe crc32c(bytes.span.bytes, continuing: previous)
    }

    static func crc32c(_ bytes: borrowing RawSpan, continuing previous: UInt32 = 0) -> UInt32 {
        unsafe bytes.withUnsafeBytes { unsafe crc32c($0, continuing: previous) }
    }

    static func crc32c(
        _ bytes: UnsafeRawBufferPointer, continuing previous: UInt32 = 0
    ) -> UInt32 {
        unsafe weir_crc32c(previous, bytes.baseAddress, bytes.count)
    }
}
