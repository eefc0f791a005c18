// Rings whose name went to a newer one while somebody still has them mapped: a broadcast that comes back
// with other tracks gets a new ring, and viewers of the old one have a few seconds to take the rest of
// it. Until nobody uses it, such a ring has a second name, DATA/replaced/NAME-EPOCH. So every worker can
// count what they take on disk, and none is forgotten when processes are killed: that a ring is in use
// is a lock that the kernel gives back.
//
// Owner: the worker's loop thread.

import Accounts
import LinuxIO
import SegmentRing
import Settings

struct ReplacedRings {
    struct Kept: Equatable {
        let name: Substring
        let bytes: UInt64
    }

    private let directory: String

    init(dataDirectory: String) {
        directory = dataDirectory + "/replaced"
    }

    /// The second name of a ring that is about to be replaced.
    func path(of ring: Ring, _ name: StreamName) -> String {
        try? FileSystem.makeDirectory(directory)
        return "\(directory)/\(name)-\(String(ring.epoch, radix: 16))"
    }

    /// Removes those that nobody uses; the others.
    @discardableResult
    func removeUnused() -> [Kept] {
        let names = (try? FileSystem.names(in: directory)) ?? []
        return names.compactMap { text in
            let path = "\(directory)/\(text)"
            guard FileSystem.isRegularFile(path), (try? FileLock.isUsed(path)) == true,
                let bytes = try? FileSystem.bytes(of: path)
            else {
                try? FileSystem.removeTree(path)
                return nil
            }
            return Kept(name: text[..<(text.lastIndex(of: "-") ?? text.endIndex)], bytes: bytes)
        }
    }

    /// Whether one more ring may be replaced under a name.
    func admits(_ ring: Ring, _ name: StreamName) -> Bool {
        let free = try? FileSystem.space(at: directory).freeBytes
        return Self.admits(
            name, ringBytes: UInt64(ring.fileBytes), beside: removeUnused(),
            freeBytes: free ?? .max)
    }

    /// A few for each name, and of all names together no more than is still free: whoever replaces
    /// rings all the time takes the disk from nobody.
    static func admits(
        _ name: StreamName, ringBytes: UInt64, beside kept: [Kept], freeBytes: UInt64
    ) -> Bool {
        let keptBytes = kept.reduce(0) { $0 + $1.bytes }
        return kept.count { $0.name == name.text } < Limits.replacedRingsPerName
            && (kept.isEmpty || keptBytes + ringBytes <= freeBytes)
    }
}
