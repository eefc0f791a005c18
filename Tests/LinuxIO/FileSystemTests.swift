import Glibc
import LinuxIO
import Testing

/// Directories as the health check sees them. (A full disk takes a mount, so that is tested end to
/// end.)
@Suite struct FileSystemTests {
    @Test("a directory that can be written is left as it was")
    func writable() throws {
        var template = Array("/tmp/weir-test-XXXXXX".utf8CString)
        let path = String(cString: mkdtemp(&template))
        defer { rmdir(path) }
        try FileSystem.tryToWrite(in: path)
        #expect(try FileSystem.names(in: path) == [])
    }

    @Test("one that is missing, or cannot be written, is an error that says so")
    func unwritable() {
        let missing = #expect(throws: SystemError.self) {
            try FileSystem.tryToWrite(in: "/nonexistent")
        }
        #expect(missing?.code == ENOENT)
        #expect(throws: SystemError.self) { try FileSystem.tryToWrite(in: "/proc") }
    }
}
