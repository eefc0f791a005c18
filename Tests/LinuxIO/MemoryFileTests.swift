// Memory files that nobody can change, and descriptors that come in by number.

import CLinux
import Glibc
import Testing

@testable import LinuxIO

@Suite("A sealed memory file")
struct MemoryFileTests {
    @Test("gives back its contents", arguments: [0, 1, 16 * 1024, 100_000])
    func contents(count: Int) throws {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let file = try MemoryFile.sealed(name: "test", contents: bytes)
        #expect(try MemoryFile.contents(of: file, limitBytes: 100_000) == bytes)
    }

    @Test("cannot be written, cut or extended")
    func sealed() throws {
        let file = try MemoryFile.sealed(name: "test", contents: [1, 2, 3])
        #expect(pwrite(file.raw, [9], 1, 0) == -1)
        #expect(ftruncate(file.raw, 0) == -1)
        #expect(ftruncate(file.raw, 9) == -1)
        #expect(try MemoryFile.contents(of: file, limitBytes: 3) == [1, 2, 3])
    }

    /// Linux 6.3 and newer; vm.memfd_noexec came with it.
    @Test("can be run by nobody, if the kernel knows that")
    func notExecutable() throws {
        let file = try MemoryFile.sealed(name: "test", contents: [1, 2, 3])
        let isKnown = access("/proc/sys/vm/memfd_noexec", F_OK) == 0
        var status = stat()
        try systemCall("fstat") { fstat(file.raw, &status) }
        #expect(status.st_mode & 0o111 == 0 || !isKnown)
    }

    @Test("that is too long is not read")
    func tooLong() throws {
        let file = try MemoryFile.sealed(name: "test", contents: [1, 2, 3])
        #expect(throws: SystemError(code: EFBIG, call: "pread")) {
            try MemoryFile.contents(of: file, limitBytes: 2)
        }
    }
}

@Suite("An inherited descriptor")
struct InheritedDescriptorTests {
    @Test("becomes close-on-exec")
    func closeOnExec() throws {
        let raw = open("/dev/null", O_RDONLY)
        #expect(fcntl(raw, F_GETFD) & FD_CLOEXEC == 0)
        let descriptor = try Descriptor(inherited: raw)
        #expect(fcntl(descriptor.raw, F_GETFD) & FD_CLOEXEC != 0)
    }

    @Test("that is not open is an error, not a trap", arguments: [-1, 1_000_000] as [Int32])
    func notOpen(raw: Int32) {
        #expect(throws: SystemError.self) { _ = try Descriptor(inherited: raw) }
    }
}
