// What is known of the file system that the data directory is on, by the number that statfs(2) has for its
// kind. Whether Weir works there at all, DataDirectoryTrial finds out; this table says what else an operator
// should know, and is the one that docs/faults.md shows. A kind that it does not name gets no word.

import LinuxIO

struct FileSystemKind: Sendable, Equatable {
    enum Verdict: Sendable, Equatable {
        /// Nothing to say.
        case good
        /// Worth a note when settings are checked.
        case note(String)
        /// Said at each start.
        case warning(String)
    }

    /// The name in words, for messages.
    let name: String
    let verdict: Verdict
    /// The numbers of linux/magic.h, or of the file system's own sources.
    private let numbers: [UInt32]

    private init(_ name: String, _ verdict: Verdict, _ numbers: UInt32...) {
        self.name = name
        self.verdict = verdict
        self.numbers = numbers
    }

    static let all = local + memory + layered + network + foreign

    /// Nil: not in the table.
    static func of(number: UInt32) -> FileSystemKind? {
        all.first { $0.numbers.contains(number) }
    }

    /// That of a directory; nil: not in the table, or the directory cannot be looked at.
    static func at(_ path: String) -> FileSystemKind? {
        guard let number = try? FileSystem.kind(at: path) else { return nil }
        return of(number: number)
    }

    /// What to say of a data directory there, in one line; nil: nothing.
    func text(about path: String) -> String? {
        switch verdict {
        case .good: nil
        case .note(let reason), .warning(let reason):
            "the data directory \(path) is on \(name): \(reason)"
        }
    }

    // MARK: The table

    private static let copies = Verdict.note(
        "it writes every change to a new place, so space that a stream has reserved can be used up by "
            + "others; a worker that then finds none is ended and replaced")

    private static let local = [
        FileSystemKind("ext4", .good, 0xEF53),
        FileSystemKind("XFS", .good, 0x5846_5342),
        FileSystemKind("Btrfs", copies, 0x9123_683E),
        FileSystemKind("ZFS", copies, 0x2FC1_2FC1),
        FileSystemKind("bcachefs", copies, 0xCA45_1A4E),
        FileSystemKind("F2FS", copies, 0xF2F5_2010),
    ]

    private static let memory = [
        FileSystemKind(
            "tmpfs",
            .warning("accounts and streams are gone after a restart of the machine; use a disk"),
            0x0102_1994)
    ]

    private static let layered = [
        FileSystemKind(
            "an overlay",
            .warning("what a container writes there is gone with the container; mount a volume"),
            0x794C_7630)
    ]

    private static let far = Verdict.warning(
        "when the other machine does not answer, all workers stand still, and nobody can be served; "
            + "use a local disk")

    private static let network = [
        FileSystemKind("NFS", far, 0x6969),
        FileSystemKind("SMB", far, 0xFF53_4D42, 0xFE53_4D42, 0x517B),
        FileSystemKind("Ceph", far, 0x00C3_6400),
        FileSystemKind("AFS", far, 0x5346_414F, 0x6B41_4653),
        FileSystemKind("Coda", far, 0x7375_7245),
        FileSystemKind("GFS2", far, 0x0116_1970),
        FileSystemKind("OCFS2", far, 0x7461_636F),
        FileSystemKind("Lustre", far, 0x0BD0_0BD0),
        FileSystemKind("9p", far, 0x0102_1997),
        FileSystemKind(
            "FUSE",
            .warning(
                "a program serves it (or another machine); when that stands still, all workers do; use "
                    + "a local disk"), 0x6573_5546),
    ]

    private static let foreign = [
        FileSystemKind(
            "FAT, exFAT or NTFS",
            .warning(
                "it keeps no permissions, so others may read accounts and keys; use ext4 or XFS"),
            0x4D44, 0x2011_BAB0, 0x7366_746E, 0x5346_544E)
    ]
}
