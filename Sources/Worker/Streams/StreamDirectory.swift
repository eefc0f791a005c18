// Where streams are on disk: DATA/live/NAME is the folder of one stream, and its ring is in it. Anything
// unusable is moved out of the way (DamagedRings), and rings of other versions are left alone
// (OtherVersions).
//
// Owner: the worker's loop thread.

import Glibc
import LinuxIO
import SegmentRing
import StreamState

struct StreamDirectory {
    let path: String
    private let loop: EventLoop
    private let damaged: DamagedRings
    private let otherVersions: OtherVersions

    /// What this version of the format puts into a stream's folder.
    private static let ownFiles = [
        Ring.fileName, Ring.fileName + Ring.temporarySuffix, StudioStill.fileName,
    ]

    /// Errors: the directory can be neither found nor made.
    init(environment: StreamsEnvironment) throws(SystemError) {
        path = environment.dataDirectory + "/live"
        loop = environment.loop
        damaged = DamagedRings(
            dataDirectory: environment.dataDirectory, logger: environment.logger)
        // One worker logs what is the same for all.
        otherVersions = OtherVersions(
            directory: path, logger: environment.logsForAll ? environment.logger : nil)
        try FileSystem.makeDirectory(path)
    }

    func folder(of name: StreamName) -> String { "\(path)/\(name)" }

    /// Where the ring of a stream is or would be.
    func ringPath(_ name: StreamName) -> String { "\(folder(of: name))/\(Ring.fileName)" }

    /// Names that have a folder here, in order.
    func names() -> [StreamName] { namesInAnyOrder.sorted { $0.text < $1.text } }

    var namesInAnyOrder: [StreamName] {
        ((try? FileSystem.names(in: path)) ?? []).compactMap { try? StreamName($0) }
    }

    // MARK: Folders

    func makeFolder(of name: StreamName) throws(SystemError) {
        let folder = folder(of: name)
        do {
            try FileSystem.makeDirectory(folder)
        } catch {
            switch error.code {
            case ENOENT:
                // All streams have been removed by hand.
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

    /// Removes the folder only if it is empty but for what belongs to a ring that is gone.
    func removeFolder(of name: StreamName) {
        removeStill(of: name)
        let folder = folder(of: name)
        if !FileSystem.exists(ringPath(name)) { AboutFile.remove(from: folder) }
        try? FileSystem.removeDirectory(folder)
    }

    /// A publisher puts the words there a moment before its ring.
    private static let leftAfterMs: UInt64 = 10_000

    /// Removes what lies in the folder of a ring that is gone. (Versions that know neither stills nor words
    /// leave them when they remove a ring, and with them the folder.)
    func removeLeftOvers(of name: StreamName) {
        removeStill(of: name)
        let folder = folder(of: name)
        guard let stamp = FileSystem.stamp(of: "\(folder)/\(AboutFile.name)"),
            WallClock.nowMs().since(UInt64(clamping: stamp.changedNs / 1_000_000))
                > Self.leftAfterMs, !OtherVersions.isThere(in: folder)
        else { return }
        removeFolder(of: name)
    }

    /// Of a ring that is gone.
    private func removeStill(of name: StreamName) {
        try? FileSystem.removeFile("\(folder(of: name))/\(StudioStill.fileName)")
    }

    // MARK: What cannot be used

    /// Moves whatever occupies a stream's place out of the way. False: another process is doing it; look
    /// again.
    func putAside(
        _ name: StreamName, reason: String, isStillThere: () -> Bool
    ) throws(SystemError) -> Bool {
        let folder = folder(of: name)
        return try damaged.take(
            folder, onlyFiles: OtherVersions.isThere(in: folder) ? Self.ownFiles : nil, of: name,
            reason: reason, isStillThere: isStillThere)
    }

    /// Whether the thing in the place of a ring is not a ring.
    func hasDamagedRing(_ name: StreamName) -> Bool {
        do {
            _ = try Ring.open(path: ringPath(name))
            return false
        } catch {
            if case .invalid = error { return true }
            return false
        }
    }

    /// Logs rings of other versions.
    func lookForOtherVersions(of name: StreamName) {
        otherVersions.look(for: name, nowMs: loop.nowMs)
    }

    /// Whether a server of another version writes a stream of that name.
    func isWrittenInOtherVersion(_ name: StreamName) -> Bool { otherVersions.isWritten(name) }

    /// Moves a ring of another version from this version's place to its own. False: it has to stay where
    /// it is for now.
    func makeWay(for name: StreamName) throws(SystemError) -> Bool {
        try otherVersions.makeWay(for: name)
    }
}
