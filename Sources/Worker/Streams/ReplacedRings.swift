// Rings that lost their name to a newer one while a process still has them mapped: a broadcast that
// comes back with other tracks gets a new ring, and viewers of the old one have a few seconds to take
// the rest of it. As long as it is in use, such a ring has a second name, DATA/replaced/NAME-EPOCH. So
// every worker can count the room these rings take on disk, and none is forgotten when processes are
// killed: a ring is marked as in use by a lock, which the kernel gives back.
//
// Owner: the worker's loop thread.

import LinuxIO
import SegmentRing
import Settings
import StreamState

package struct ReplacedRings {
    struct Kept: Equatable {
        let name: Substring
        let bytes: UInt64
    }

    private let directory: String

    init(dataDirectory: String) {
        directory = dataDirectory + "/replaced"
    }

    /// The second name of a ring that is about to be replaced.
    package func path(of ring: Ring, _ name: StreamName) -> String {
        try? FileSystem.makeDirectory(directory)
        return "\(directory)/\(name)-\(String(ring.epoch, radix: 16))"
    }

    /// Removes the rings that are no longer used; returns the others. Anything that is not ours (another
    /// kind of file, another kind of name, anything behind a link in the directory's place) is left
    /// alone.
    @discardableResult
    func removeUnused() -> [Kept] {
        guard FileSystem.isDirectory(directory) else { return [] }
        let names = (try? FileSystem.names(in: directory)) ?? []
        return names.compactMap { text in
            let path = "\(directory)/\(text)"
            guard let name = Self.name(in: text), FileSystem.isRegularFile(path) else { return nil }
            // A ring that cannot be checked counts as used.
            guard (try? FileLock.isUsed(path)) ?? true else {
                try? FileSystem.removeFile(path)
                return nil
            }
            return (try? FileSystem.bytes(of: path)).map { Kept(name: name, bytes: $0) }
        }
    }

    /// The name in NAME-EPOCH; nil for any other file name.
    private static func name(in text: String) -> Substring? {
        guard let dash = text.lastIndex(of: "-"), (try? StreamName(text[..<dash])) != nil,
            UInt64(text[text.index(after: dash)...], radix: 16) != nil
        else { return nil }
        return text[..<dash]
    }

    /// Whether one more ring may be replaced under a name.
    package func admits(_ ring: Ring, _ name: StreamName) -> Bool {
        let free = try? FileSystem.space(at: directory).freeBytes
        return Self.admits(
            name, ringBytes: UInt64(ring.fileBytes), beside: removeUnused(),
            freeBytes: free ?? .max)
    }

    /// A few are admitted for each name. For all but the first of a name, there must be as much room
    /// again as those of all names take. So a publisher who replaces rings all the time takes the disk
    /// from no one, and one who does so once is not refused because of others.
    static func admits(
        _ name: StreamName, ringBytes: UInt64, beside kept: [Kept], freeBytes: UInt64
    ) -> Bool {
        let ofName = kept.count { $0.name == name.text }
        let keptBytes = kept.reduce(0) { $0 + $1.bytes }
        return ofName == 0
            || (ofName < Limits.replacedRingsPerName && keptBytes + ringBytes <= freeBytes)
    }
}
