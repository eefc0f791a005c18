// Which ring this worker is putting in order, noted in a file before the ring is touched, so that the
// next worker in this slot knows of which ring the last one died. One file for each slot, because one
// process at a time has a slot. A worker that is killed by somebody in that moment leaves a mark as
// well, so one death says nothing yet.
//
// The file: NAME, a space, how often a worker has begun with this ring. Anything else counts as no mark.
// Without the file (the disk is full) recovery goes on all the same.
//
// Owner: the worker's loop thread.

import Accounts
import LinuxIO

struct RecoveryMark {
    /// The ring that the last worker in this slot died of, and how many have.
    let suspect: StreamName?
    private let deaths: Int

    private let path: String
    private static let bytes = 64

    init(path: String) {
        self.path = path
        let contents = (try? FileSystem.contents(of: path, limitBytes: Self.bytes)) ?? []
        let found = Self.decode(contents)
        suspect = found?.name
        deaths = found?.deaths ?? 0
        // Something else may have the name.
        if FileSystem.exists(path), !FileSystem.isRegularFile(path) {
            try? FileSystem.removeTree(path)
        }
    }

    /// How many workers have died of a ring.
    func deaths(of name: StreamName) -> Int { name == suspect ? deaths : 0 }

    /// This ring is touched from now on.
    func begin(_ name: StreamName) {
        try? FileSystem.write(
            Self.encode(name, deaths: deaths(of: name) + 1), to: path, through: path + ".new")
    }

    /// No ring is touched any more.
    func remove() {
        try? FileSystem.removeFile(path)
    }

    static func encode(_ name: StreamName, deaths: Int) -> [UInt8] {
        Array("\(name) \(deaths)".utf8)
    }

    static func decode(_ bytes: [UInt8]) -> (name: StreamName, deaths: Int)? {
        guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
        let fields = text.split(separator: " ")
        guard fields.count == 2, let name = try? StreamName(fields[0]),
            let deaths = UInt8(fields[1]), deaths > 0
        else { return nil }
        return (name, Int(deaths))
    }
}
