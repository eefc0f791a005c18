// Which ring this worker is repairing, noted on disk before the ring is touched. So the next worker in
// this slot knows which ring the last one died of. There is one note for each slot, because a slot has
// one process at a time. A worker that is killed from outside in that moment also leaves a mark, so one
// death proves nothing yet.
//
// The note: NAME, how often a worker has begun with this ring, and the ring file's inode, because the
// name may have got another ring meanwhile. Anything else counts as no mark. It is a FileSystem.note,
// because a full disk is one of the things that workers may die of.
//
// Owner: the worker's loop thread.

import LinuxIO
import Settings
import StreamState

struct RecoveryMark {
    /// The ring that the last worker in this slot died of. `deaths` says how many have.
    let suspect: StreamName?
    private let deaths: Int
    private let inode: UInt64

    private let path: String

    init(path: String) {
        self.path = path
        let found = FileSystem.note(at: path).flatMap(Self.decode)
        suspect = found?.name
        deaths = found?.deaths ?? 0
        inode = found?.inode ?? 0
        // Something else may have the name.
        if found == nil, FileSystem.exists(path) { try? FileSystem.removeTree(path) }
    }

    /// How many workers have died of the ring that is the file with that inode.
    func deaths(of name: StreamName, inode: UInt64) -> Int {
        name == suspect && inode == self.inode ? deaths : 0
    }

    /// This ring is being touched from now on.
    func begin(_ name: StreamName, inode: UInt64) {
        let count = min(deaths(of: name, inode: inode) + 1, Limits.recoveryDeaths)
        try? FileSystem.putNote("\(name) \(count) \(inode)", at: path, through: path + ".new")
    }

    /// No ring is being touched any more.
    func remove() {
        try? FileSystem.removeFile(path)
    }

    static func decode(_ text: String) -> (name: StreamName, deaths: Int, inode: UInt64)? {
        let fields = text.split(separator: " ")
        guard fields.count == 3, let name = try? StreamName(fields[0]),
            let deaths = UInt8(fields[1]), deaths > 0, let inode = UInt64(fields[2])
        else { return nil }
        return (name, Int(deaths), inode)
    }
}
