// One mapping of a ring file: the file's areas with their protection, then the data area once more.
//
// Why the unsafe code is sound: every access computes its place from the validated layout and is
// checked against the mapping's size here; memory that other processes change is touched only
// through atomic words and the two C copies (ring_copy.c). Nobody cuts a ring file shorter: it gets
// its size before it gets its name, and is only ever replaced or removed as a whole.

import CLinux
import LinuxIO
import Synchronization

/// The bytes of a ring, shared with other processes. Owned by a Ring or by a RingWriter.
@safe
final class RingMapping {
    enum Access {
        /// Everything read-only but the shared words.
        case reader
        /// Everything writable, for the holder of the lease.
        case writer
    }

    let layout: RingLayout
    private let mapping: Mapping

    init(_ descriptor: borrowing Descriptor, _ layout: RingLayout, _ access: Access)
        throws(RingError)
    {
        // Larger pages would need a different layout; none of our platforms has them.
        guard Mapping.pageBytes == RingLayout.pageBytes else {
            throw .invalid("this machine's page size is not \(RingLayout.pageBytes)")
        }
        self.layout = layout
        do {
            var mapping = try Mapping(reservingBytes: layout.mappedBytes)
            try mapping.place(
                descriptor, fileOffset: 0, bytes: layout.fileBytes, at: 0,
                writable: access == .writer)
            try mapping.place(
                descriptor, fileOffset: layout.data, bytes: layout.geometry.dataBytes,
                at: layout.fileBytes, writable: access == .writer)
            // A writer's first stores would have as much of a new ring filled with zeros as the machine reads
            // ahead, up to all of it.
            if access == .writer { mapping.expectNoReading() }
            if access == .reader {
                try mapping.place(
                    descriptor, fileOffset: RingLayout.shared, bytes: RingLayout.pageBytes,
                    at: RingLayout.shared, writable: true)
            }
            self.mapping = mapping
        } catch {
            throw RingError(error)
        }
    }

    /// The word at a byte offset.
    func word(_ offset: Int) -> MappedWord {
        unsafe MappedWord(at: address(offset, bytes: 8))
    }

    // MARK: Media

    /// Copies `target.count` bytes from a position on, and returns the intent as it was after the
    /// copy: the bytes may be used only if that has not come past them.
    func copyOut(position: UInt64, into target: UnsafeMutableRawBufferPointer) -> UInt64 {
        precondition(target.count <= layout.geometry.fragmentBytes)
        let source = unsafe address(layout.byte(position), bytes: target.count)
        let intent = unsafe address(RingLayout.intent, bytes: 8)
        guard let start = target.baseAddress else { return word(RingLayout.intent).load().bits }
        return unsafe weir_ring_copy_out(start, source, target.count, intent)
    }

    /// Copies bytes in at an offset of the file (see `RingLayout.byte` for media).
    func copyIn(_ source: UnsafeRawBufferPointer, at offset: Int) {
        guard let start = source.baseAddress else { return }
        let target = unsafe address(offset, bytes: source.count)
        unsafe weir_ring_copy_in(target, start, source.count)
    }

    func copyIn(_ source: [UInt8], at offset: Int) {
        unsafe source.withUnsafeBytes { unsafe copyIn($0, at: offset) }
    }

    /// Bytes of an area that only the holder of the lease, or nobody any more, writes.
    func bytes(at offset: Int, count: Int) -> [UInt8] {
        let source = unsafe address(offset, bytes: count)
        return unsafe Array(UnsafeRawBufferPointer(start: source, count: count))
    }

    // MARK: Index

    func slotWords(_ sequence: UInt64) -> RingSlot.Words {
        let offset = layout.slot(sequence)
        var words = RingSlot.Words(repeating: 0)
        for index in 0..<RingLayout.slotWords {
            words[index] = word(offset + 8 * index).load().bits
        }
        return words
    }

    func setSlotWords(_ words: RingSlot.Words, sequence: UInt64) {
        let offset = layout.slot(sequence)
        for index in 0..<RingLayout.slotWords { word(offset + 8 * index).store(words[index]) }
    }

    private func address(_ offset: Int, bytes: Int) -> UnsafeMutableRawPointer {
        precondition(offset >= 0 && bytes >= 0 && offset <= layout.mappedBytes - bytes)
        return unsafe mapping.base + offset
    }
}
