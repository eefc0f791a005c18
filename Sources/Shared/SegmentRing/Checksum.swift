// CRC-32C over private memory. The C function does the work; see ring_checksum.c.
//
// Why the unsafe code is sound: each call hands over exactly the bytes of a buffer that outlives it.

import CLinux

enum Checksum {
    static func crc32c(_ bytes: some Sequence<UInt8>, continuing previous: UInt32 = 0) -> UInt32 {
        let whole = bytes.withContiguousStorageIfAvailable { buffer in
            unsafe crc32c(UnsafeRawBufferPointer(buffer), continuing: previous)
        }
        return whole ?? crc32c(Array(bytes), continuing: previous)
    }

    static func crc32c(
        _ bytes: UnsafeRawBufferPointer, continuing previous: UInt32 = 0
    ) -> UInt32 {
        unsafe weir_crc32c(previous, bytes.baseAddress, bytes.count)
    }
}
