// Shared mappings of files, at chosen places of one contiguous range of addresses: how the same
// piece of a file can appear twice in a row, and how its pieces can have different protection.
//
// Why the unsafe code is sound: the range is reserved first and belongs to this value alone, so
// mapping over it cannot hit anyone else's memory; `place` checks that a piece lies inside; the
// range is unmapped exactly once, in deinit. Anyone who keeps the address must keep the value.

import CLinux
import Glibc

/// A range of addresses with pieces of files in it. Unmapped when its owner is gone.
@safe
package struct Mapping: ~Copyable {
    /// The first address. Pages where nothing was placed cannot be touched.
    package let base: UnsafeMutableRawPointer
    /// The length of the range; a multiple of the page size.
    package let bytes: Int

    /// The page size that Weir's files and shared memory are laid out for, in bytes.
    package static let expectedPageBytes = 4_096

    /// The page size of this machine, in bytes.
    package static let pageBytes = sysconf(Int32(_SC_PAGESIZE))

    /// Reserves addresses without memory behind them. Errors: ENOMEM.
    package init(reservingBytes bytes: Int) throws(SystemError) {
        precondition(bytes > 0 && bytes % Self.pageBytes == 0, "mappings are made of whole pages")
        guard let base = unsafe weir_reserve_addresses(bytes) else { throw .last("mmap") }
        unsafe self.base = base
        self.bytes = bytes
    }

    deinit {
        let result = unsafe weir_unmap(base, bytes)
        precondition(result == 0, "an own range can be unmapped")
    }

    /// Maps `bytes` of a file from `fileOffset` at `base + offset`, shared with everyone who maps
    /// it. The mapping stays when the descriptor is closed; it also keeps the open file alive. A
    /// file that is cut shorter afterwards raises SIGBUS on access. Errors: ENOMEM, EACCES.
    package mutating func place(
        _ descriptor: borrowing Descriptor, fileOffset: Int, bytes: Int, at offset: Int,
        writable: Bool
    ) throws(SystemError) {
        precondition(
            offset >= 0 && bytes > 0 && offset <= self.bytes - bytes, "a piece lies inside")
        let raw = descriptor.raw
        let address = unsafe base + offset
        try systemCall("mmap") {
            unsafe weir_map_over(address, bytes, raw, UInt64(fileOffset), writable ? 1 : 0)
        }
    }

    /// Tells the kernel not to read ahead. For a file that is written from end to end: what it would read is
    /// a hole, of which it makes pages full of zeros that nobody has asked for. Best effort.
    package func expectNoReading() {
        _ = unsafe madvise(base, bytes, Int32(MADV_RANDOM))
    }
}
