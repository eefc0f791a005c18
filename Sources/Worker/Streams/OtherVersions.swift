// Rings of other versions of the format in the folders of this server's streams: another server's, perhaps one
// that still runs. They are never written, moved out of their folder or removed (see decision 19); the log tells
// of each of them once.
//
// Owner: the worker's loop thread.

import LinuxIO
import Logging
import SegmentRing
import StreamState

final class OtherVersions {
    /// That of all streams.
    private let directory: String
    /// Nil in a worker that leaves it to another one to tell.
    private let logger: Logger?
    /// The files of which the log has told.
    private var told: [StreamName: Set<String>] = [:]

    init(directory: String, logger: Logger?) {
        self.directory = directory
        self.logger = logger
    }

    /// Whether a stream's folder has such a ring, or something of its name.
    static func isThere(in folder: String) -> Bool { !files(in: folder).isEmpty }

    private static func files(in folder: String) -> [String] {
        // What is behind a link is nobody's affair here.
        guard FileSystem.isDirectory(folder) else { return [] }
        return ((try? FileSystem.names(in: folder)) ?? [])
            .filter(Ring.isFileNameOfOtherVersion)
    }

    /// Tells of those of one stream of which nothing has been told yet.
    func look(for name: StreamName) {
        guard let logger else { return }
        let folder = "\(directory)/\(name)"
        let files = Self.files(in: folder)
        var known = told[name, default: []].intersection(files)
        for file in files where !known.contains(file) {
            guard let version = version(of: "\(folder)/\(file)") else { continue }
            known.insert(file)
            logger.notice(
                "a ring of another version is left alone",
                metadata: [
                    "stream": "\(name)", "version": "\(version)", "path": "\(folder)/\(file)",
                    "todo": "remove it when no server of that version is to use it any more",
                ])
        }
        told[name] = known.isEmpty ? nil : known
    }

    /// Gives a ring of another version that somebody has put in the place of this version's the name that
    /// belongs to it. False: that name is taken, or somebody else is at it.
    func makeWay(for name: StreamName) throws(SystemError) -> Bool {
        let folder = "\(directory)/\(name)"
        let path = "\(folder)/\(Ring.fileName)"
        guard let turn = try FileSystem.lock("\(directory)/.turn") else { return false }
        // Held until the function ends: nobody moves what another one has put there meanwhile.
        defer { _ = turn.raw }
        guard let version = version(of: path) else { return false }
        let target = "\(folder)/\(Ring.fileName(version: version))"
        guard !FileSystem.exists(target) else { return false }
        try FileSystem.move(path, to: target)
        return true
    }

    /// Nil when it is none.
    private func version(of path: String) -> UInt32? {
        do {
            _ = try Ring.open(path: path)
        } catch .otherVersion(let version) {
            return version
        } catch {
            return nil
        }
        return nil
    }
}
