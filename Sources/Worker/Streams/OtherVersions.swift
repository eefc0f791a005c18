// Rings of other versions of the format in the folders of this server's streams. They belong to another
// server, perhaps one that still runs. They are never written, moved out of their folder or removed (see
// decision 19); each of them is logged once.
//
// Owner: the worker's loop thread.

import LinuxIO
import Logging
import SegmentRing
import Settings
import StreamState
import Telemetry

final class OtherVersions {
    /// The directory of all streams.
    private let directory: String
    /// Nil in a worker that leaves the logging to another one.
    private let logger: Logger?
    /// The files that have been logged.
    private var told: [StreamName: Set<String>] = [:]
    /// When folders were last read, in milliseconds of the loop. Anybody may ask for such a name as often
    /// as they like.
    private var lookedAtMs: [StreamName: UInt64] = [:]

    /// Names of which it is known when they were looked at.
    var remembered: Int { lookedAtMs.count }

    init(directory: String, logger: Logger?) {
        self.directory = directory
        self.logger = logger
    }

    /// Whether a stream's folder contains such a ring, or anything with such a name.
    static func isThere(in folder: String) -> Bool { !files(in: folder).isEmpty }

    private static func files(in folder: String) -> [String] {
        // What a link points to is not our affair.
        guard FileSystem.isDirectory(folder) else { return [] }
        return ((try? FileSystem.names(in: folder)) ?? [])
            .filter(Ring.isFileNameOfOtherVersion)
    }

    /// Whether a server of another version writes a stream of that name just now: it has the lease of such a
    /// ring, which in every version is the same lock.
    func isWritten(_ name: StreamName) -> Bool {
        let folder = "\(directory)/\(name)"
        return Self.files(in: folder).contains {
            (try? FileLock.isLocked("\(folder)/\($0)")) == true
        }
    }

    /// Logs those of one stream that have not been logged yet, unless it was looked for them just now.
    func look(for name: StreamName, nowMs: UInt64) {
        guard let logger, isDue(name, nowMs: nowMs) else { return }
        let folder = "\(directory)/\(name)"
        let files = Self.files(in: folder)
        var known = told[name, default: []].intersection(files)
        for file in files where !known.contains(file) {
            guard let version = version(of: "\(folder)/\(file)") else { continue }
            known.insert(file)
            logger.report(
                .ringOfOtherVersion, "a ring of another version is left alone",
                metadata: [
                    "stream": "\(name)", "version": "\(version)", "path": "\(folder)/\(file)",
                    "todo": "remove it when no server of that version is to use it any more",
                ])
        }
        told[name] = known.isEmpty ? nil : known
    }

    private func isDue(_ name: StreamName, nowMs: UInt64) -> Bool {
        let isRecent = { (lookedAtMs: UInt64) in nowMs < lookedAtMs + Limits.otherVersionsKnownMs }
        if let lookedAtMs = lookedAtMs[name], isRecent(lookedAtMs) { return false }
        if lookedAtMs.count >= Limits.streams {
            lookedAtMs = lookedAtMs.filter { isRecent($0.value) }
            // Very many names at once: some folders are read once more.
            if lookedAtMs.count >= Limits.streams { lookedAtMs = [:] }
        }
        lookedAtMs[name] = nowMs
        return true
    }

    /// Renames a ring of another version that was put in the place of this version's ring to the name
    /// that belongs to it. False: that name is taken, or another process is doing it.
    func makeWay(for name: StreamName) throws(SystemError) -> Bool {
        let folder = "\(directory)/\(name)"
        let path = "\(folder)/\(Ring.fileName)"
        guard let turn = try FileSystem.lock("\(directory)/.turn") else { return false }
        // The lock is held until the function ends, so no process moves what another has put there
        // meanwhile.
        defer { _ = turn.raw }
        guard let version = version(of: path) else { return false }
        let target = "\(folder)/\(Ring.fileName(version: version))"
        guard !FileSystem.exists(target) else { return false }
        try FileSystem.move(path, to: target)
        lookedAtMs[name] = nil
        return true
    }

    /// The ring's version; nil when the file is not a ring.
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
