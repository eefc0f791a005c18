// What the ring needs from LinuxIO: pieces of a file at chosen places, and locks of open files.

import Glibc
import LinuxIO
import Testing

@Suite struct MappingTests {
    private let scratch = ScratchDirectory()

    /// A new file of two pages, the first full of 1, the second full of 2.
    private func twoPages() throws -> Descriptor {
        let descriptor = Descriptor(owning: open(scratch.ring, O_RDWR | O_CREAT, 0o600))
        for page in UInt8(1)...2 {
            let bytes = [UInt8](repeating: page, count: Mapping.pageBytes)
            try #require(write(descriptor.raw, bytes, bytes.count) == bytes.count)
        }
        return descriptor
    }

    @Test("pages of a file can be mapped in any order, and twice")
    func places() throws {
        let descriptor = try twoPages()
        let page = Mapping.pageBytes
        var mapping = try Mapping(reservingBytes: 3 * page)
        try mapping.place(descriptor, fileOffset: page, bytes: page, at: 0, writable: true)
        try mapping.place(descriptor, fileOffset: 0, bytes: page, at: page, writable: false)
        try mapping.place(descriptor, fileOffset: page, bytes: page, at: 2 * page, writable: false)
        func byte(_ offset: Int) -> UInt8 {
            mapping.base.load(fromByteOffset: offset, as: UInt8.self)
        }
        #expect([0, page, 2 * page].map(byte) == [2, 1, 2])
        mapping.base.storeBytes(of: 9, toByteOffset: 5, as: UInt8.self)
        #expect(byte(2 * page + 5) == 9)
    }

    @Test("a mapping outlives the descriptor it was made from")
    func closed() throws {
        var mapping = try Mapping(reservingBytes: Mapping.pageBytes)
        do {
            let descriptor = try twoPages()
            try mapping.place(
                descriptor, fileOffset: 0, bytes: Mapping.pageBytes, at: 0, writable: false)
        }
        #expect(mapping.base.load(as: UInt8.self) == 1)
    }

    @Test("a lock belongs to one open of a file, and goes when that is closed")
    func locks() throws {
        let other = try twoPages()
        do {
            let first = Descriptor(owning: open(scratch.ring, O_RDWR))
            #expect(try FileLock.tryLock(first))
            #expect(try FileLock.tryLock(first))
            #expect(try !FileLock.tryLock(other))
            #expect(try FileLock.isLocked(scratch.ring))
            FileLock.unlock(first)
            #expect(try FileLock.tryLock(other))
            FileLock.unlock(other)
            #expect(try FileLock.tryLock(first))
        }
        #expect(try !FileLock.isLocked(scratch.ring))
        #expect(try FileLock.tryLock(other))
    }
}
