// Where streams are on disk: DATA/live/NAME is the folder of one, in which its ring lies. What cannot be
// used is moved out of the way (DamagedRings), and rings of other versions are left alone (OtherVersions).
//
// Owner: the worker's loop thread.

import Glibc
import LinuxIO
import SegmentRing
import StreamState

struct StreamDirectory {
    let path: String
    private let damaged: DamagedRings
    private let otherVersions: OtherVersions

    /// What this version of the format puts into a stream's folder.
    private static let ownFiles = [Ring.fileName, Ring.fileName + Ring.temporarySuffix]

    /// Errors: it can be neither found nor made.
    init(environment: StreamsEnvironment) throws(SystemError) {
        path = environment.dataDirectory + "/live"
        damaged = DamagedRings(
            dataDirectory: environment.dataDirectory, logger: environment.logger)
        // What is the same for all workers is told by one of them.
        otherVersions = OtherVersions(
            directory: path, logger: environment.slot == 0 ? environment.logger : nil)
        try FileSystem.makeDirectory(path)
    }

    func folder(of name: StreamName) -> String { "\(path)/\(name)" }

    /// Where the ring of a stream is or would be.
    func ringPath(_ name: StreamName) -> String { "\(folder(of: name))/\(Ring.fileName)" }

    /// Those that have something here, in their order.
    func names() -> [StreamName] {
        let entries = (try? FileSystem.names(in: path)) ?? []
        return entries.compactMap { try? StreamName($0) }.sorted { $0.text < $1.text }
    }

    // MARK: Folders

    func makeFolder(of name: StreamName) throws(SystemError) {
        let folder = folder(of: name)
        do {
            try FileSystem.makeDirectory(folder)
        } catch {
            switch error.code {
            case ENOENT:
                // Somebody has removed all streams.
                try FileSystem.makeDirectory(path)
            case ENOTDIR:
                _ = try putAside(name, reason: "it is not a directory") {
                    FileSystem.exists(folder) && !FileSystem.isDirectory(folder)
                }
            default:
                throw error
            }
            try FileSystem.makeDirectory(folder)
        }
    }

    /// Only if there is nothing in it.
    func removeFolder(of name: StreamName) {
        try? FileSystem.removeDirectory(folder(of: name))
    }

    // MARK: What cannot be used

    /// Moves out of the way what has a stream's place. False: somebody else is at it; look again.
    func putAside(
        _ name: StreamName, reason: String, isStillThere: () -> Bool
    ) throws(SystemError) -> Bool {
        let folder = folder(of: name)
        return try damaged.take(
            folder, onlyFiles: OtherVersions.isThere(in: folder) ? Self.ownFiles : nil, of: name,
            reason: reason, isStillThere: isStillThere)
    }

    /// Whether what has the place of a ring is none.
    func hasDamagedRing(_ name: StreamName) -> Bool {
        do {
            _ = try Ring.open(path: ringPath(name))
            return false
        } catch {
            if case .invalid = error { return true }
            return false
        }
    }

    /// Has the log tell of rings of other versions.
    func lookForOtherVersions(of name: StreamName) { otherVersions.look(for: name) }

    /// Gives a ring of another version that has the place of this version's its own place. False: it has to
    /// stay where it is for now.
    func makeWay(for name: StreamName) throws(SystemError) -> Bool {
        try otherVersions.makeWay(for: name)
    }
}
