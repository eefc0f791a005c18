// What a stream says of itself, as a file beside its ring: `about` in the stream's folder. The worker that
// writes the broadcast puts it there; every worker sees within a second that it is another one. It belongs to
// the name, not to a ring, so a broadcast that comes back with other tracks says what it said.
//
// A file that is not there says nothing. One that cannot be read may have said that the stream is unlisted, so
// until the writer puts it there again the stream counts as that. Files are renamed into their place, so they are
// whole. Only a loss of power may leave an older or an empty one, until the disk has it (DiskCare).
//
// Owner: the worker's loop thread.

import Channel
import LinuxIO
import Settings
import StreamState

struct AboutFile {
    static let name = "about"
    /// How long what was seen of the file is believed, unless a change was announced.
    private static let freshMs: UInt64 = 1_000

    let path: String
    private var stamp: FileStamp?
    private var seen: (changes: UInt64, untilMs: UInt64)?
    private(set) var about = About.none

    /// - Parameter folder: of the stream.
    init(folder: String) {
        path = "\(folder)/\(Self.name)"
    }

    /// Looks at the file, if it may have changed since the last look.
    /// - Parameter changes: how many changes of streams were announced.
    mutating func look(changes: UInt64, nowMs: UInt64) {
        if let seen, seen.changes == changes, nowMs < seen.untilMs { return }
        seen = (changes, nowMs + Self.freshMs)
        let stamp = FileSystem.stamp(of: path)
        guard stamp != self.stamp else { return }
        self.stamp = stamp
        about = stamp == nil ? .none : Self.read(path)
    }

    private static func read(_ path: String) -> About {
        let bytes = try? FileSystem.contents(ofRegular: path, limitBytes: Limits.aboutFileBytes)
        return bytes.flatMap(About.init(decoding:)) ?? .unreadable
    }

    /// What the file of a stream says now.
    static func contents(of name: StreamName, dataDirectory: String) -> About {
        let path = "\(dataDirectory)/live/\(name)/\(Self.name)"
        return FileSystem.exists(path) ? read(path) : .none
    }

    /// Replaces the file. The caller has the disk keep it.
    /// - Parameter slot: this worker's, so that no two write the same temporary file.
    mutating func write(_ about: About, slot: Int) throws(SystemError) {
        try FileSystem.write(about.encoded, to: path, through: "\(path).new-\(slot)")
        self.about = about
        stamp = FileSystem.stamp(of: path)
    }

    /// Removes what belongs to such files from a folder without a ring.
    static func remove(from folder: String) {
        let names = (try? FileSystem.names(in: folder)) ?? []
        for file in names where file == name || file.hasPrefix("\(name).new-") {
            try? FileSystem.removeFile("\(folder)/\(file)")
        }
    }
}
