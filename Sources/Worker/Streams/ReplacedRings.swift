// Rings that lost their name to a newer one: a broadcast that comes back with other tracks gets a new ring.
// Viewers of the old one have a few seconds to take the rest of it, and those who watch by HLS or DASH have
// what was listed for longer (see OpenPastRing). As long as it is mapped or needed, such a ring has a second name,
// DATA/replaced/NAME-EPOCH.vN. So every worker finds it, and can count the room these rings take on disk. None is
// forgotten when processes are killed: a ring is marked as in use by a lock, which the kernel gives back, and
// the ring that has the name now says what it needs. What rings of another version of the format need, only
// servers of that version can read. So theirs stay for as long as the stream has a ring of that version.
//
// Owner: the worker's loop thread.

import LinuxIO
import SegmentRing
import Settings
import StreamState

struct ReplacedRings {
    struct Kept: Equatable {
        let name: Substring
        let bytes: UInt64
        /// The ring that has the name now needs it.
        var isNeeded = false
    }

    /// Whether the ring that has a name now needs the one with an epoch.
    typealias Need = (_ name: Substring, _ epoch: UInt64) -> Bool

    private let directory: String
    /// The directory of all streams.
    private let liveDirectory: String

    init(dataDirectory: String) {
        directory = dataDirectory + "/replaced"
        liveDirectory = dataDirectory + "/live"
    }

    /// The second name of a ring that is about to be replaced.
    func path(of ring: Ring, _ name: StreamName) -> String {
        try? FileSystem.makeDirectory(directory)
        return path(ofEpoch: ring.epoch, name)
    }

    func path(ofEpoch epoch: UInt64, _ name: StreamName) -> String {
        "\(directory)/\(name)-\(String(epoch, radix: 16)).v\(Ring.version)"
    }

    /// Removes the rings that are neither used nor needed; returns the others. Anything that is not ours (another
    /// kind of file, another kind of name, anything behind a link in the directory's place) is left
    /// alone.
    @discardableResult
    func removeUnused(isNeeded: Need) -> [Kept] {
        guard FileSystem.isDirectory(directory) else { return [] }
        let names = (try? FileSystem.names(in: directory)) ?? []
        return names.compactMap { text in
            let path = "\(directory)/\(text)"
            guard let (name, epoch, version) = Self.parts(of: text), FileSystem.isRegularFile(path)
            else { return nil }
            // A ring that cannot be checked counts as used. One that nobody uses has lost its name already,
            // so this order misses no need.
            let isUsed = (try? FileLock.isUsed(path)) ?? true
            let isNeeded =
                version == Ring.version
                ? isNeeded(name, epoch)
                : FileSystem.exists("\(liveDirectory)/\(name)/\(Ring.fileName(version: version))")
            guard isUsed || isNeeded else {
                try? FileSystem.removeFile(path)
                return nil
            }
            return (try? FileSystem.bytes(of: path)).map {
                Kept(name: name, bytes: $0, isNeeded: isNeeded)
            }
        }
    }

    /// What NAME-EPOCH.vVERSION says; nil for any other file name. Builds that had no version in that name had
    /// the third one of the format.
    private static func parts(of text: String) -> (name: Substring, epoch: UInt64, version: UInt32)?
    {
        guard let dash = text.lastIndex(of: "-"), (try? StreamName(text[..<dash])) != nil else {
            return nil
        }
        let numbers = text[text.index(after: dash)...].split(
            separator: ".v", maxSplits: 1, omittingEmptySubsequences: false)
        guard let epoch = UInt64(numbers[0], radix: 16),
            let version = numbers.count == 2 ? UInt32(numbers[1]) : unnamedVersion
        else { return nil }
        return (text[..<dash], epoch, version)
    }

    private static let unnamedVersion: UInt32 = 3

    /// Whether one more ring may be replaced under a name.
    func admits(_ ring: Ring, _ name: StreamName, isNeeded: Need) -> Bool {
        Self.admits(
            name, ringBytes: UInt64(ring.fileBytes), beside: removeUnused(isNeeded: isNeeded),
            freeBytes: freeBytes)
    }

    private var freeBytes: UInt64 { (try? FileSystem.space(at: directory).freeBytes) ?? .max }

    /// A few are admitted for each name. For all but the first of a name, there must be as much room
    /// again as those of all names take. So a publisher who replaces rings all the time takes the disk
    /// from no one, and one who does so once is not refused because of others. Those that are needed are few
    /// anyway, and have been given their room.
    static func admits(
        _ name: StreamName, ringBytes: UInt64, beside kept: [Kept], freeBytes: UInt64
    ) -> Bool {
        let ofName = kept.count { $0.name == name.text && !$0.isNeeded }
        let keptBytes = kept.reduce(0) { $0 + $1.bytes }
        return ofName == 0
            || (ofName < Limits.replacedRingsPerName && keptBytes + ringBytes <= freeBytes)
    }

    /// Whether there is room to keep a ring for longer than its viewers need it: as much again as all that
    /// are kept take, beside the ring that replaces it.
    func hasRoom(toKeep ring: Ring, isNeeded: Need) -> Bool {
        let keptBytes = removeUnused(isNeeded: isNeeded).reduce(0) { $0 + $1.bytes }
        return keptBytes + 2 * UInt64(ring.fileBytes) <= freeBytes
    }
}
