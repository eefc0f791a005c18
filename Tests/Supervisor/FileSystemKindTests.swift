// Where data may be: what the table says of kinds of file systems, and what is found out by trying. (File
// systems of these kinds, where they can be had, are in the end-to-end tests.)

import Glibc
import LinuxIO
import Testing

@testable import Supervisor

@Suite("The file system of the data directory")
struct FileSystemKindTests {
    @Test(
        "is known by the kernel's number, and risky ones come with a warning",
        arguments: [
            (0x6969, "NFS"), (0xFE53_4D42, "SMB"), (0x0102_1997, "9p"), (0x6573_5546, "FUSE"),
            (0x00C3_6400, "Ceph"), (0x794C_7630, "an overlay"), (0x0102_1994, "tmpfs"),
            (0x4D44, "FAT, exFAT or NTFS"),
        ] as [(UInt32, String)])
    func risky(number: UInt32, name: String) throws {
        let kind = try #require(FileSystemKind.of(number: number))
        #expect(kind.name == name)
        guard case .warning = kind.verdict else {
            Issue.record("\(name) is not warned about")
            return
        }
        let text = try #require(kind.text(about: "/data"))
        #expect(text.hasPrefix("the data directory /data is on \(name): "))
        #expect(!text.contains("\n"))
    }

    @Test("has no warning where it is a local disk", arguments: [0xEF53, 0x5846_5342] as [UInt32])
    func good(number: UInt32) throws {
        let kind = try #require(FileSystemKind.of(number: number))
        #expect(kind.text(about: "/data") == nil)
    }

    @Test(
        "is only noted where it copies on write",
        arguments: [0x9123_683E, 0x2FC1_2FC1, 0xCA45_1A4E, 0xF2F5_2010] as [UInt32])
    func copies(number: UInt32) throws {
        guard case .note = try #require(FileSystemKind.of(number: number)).verdict else {
            Issue.record("it is not noted")
            return
        }
    }

    @Test("is nothing to talk about when it is not in the table")
    func unknown() {
        #expect(FileSystemKind.of(number: 0xDEAD_BEEF) == nil)
        #expect(FileSystemKind.at("/nonexistent") == nil)
    }

    @Test("has each number once")
    func unique() {
        for number in [0x6969, 0xEF53, 0x0102_1994] as [UInt32] {
            #expect(
                FileSystemKind.all.filter { $0 == FileSystemKind.of(number: number) }.count == 1)
        }
    }

    @Test("is tried with a file that is gone afterwards, also one that was left behind")
    func trial() throws {
        let folder = TestFolder()
        try DataDirectoryTrial.run(in: folder.path)
        #expect(try FileSystem.names(in: folder.path) == [])
        folder.write("trial.new", "of one who was killed")
        try DataDirectoryTrial.run(in: folder.path)
        #expect(try FileSystem.names(in: folder.path) == [])
    }

    @Test("that takes no file is refused, with a remedy")
    func refused() {
        let error = #expect(throws: StartError.self) { try DataDirectoryTrial.run(in: "/proc") }
        #expect(error?.message.hasPrefix("cannot use the data directory /proc: ") == true)
        #expect(error?.message.hasSuffix(", or choose another with --data") == true)
    }
}
