// Where the folders of unusable streams go: DATA/damaged/NAME-TIME. Anything in a stream's place in
// DATA/live that is not an intact ring (a damaged file, a link, a directory, a ring that workers die of)
// is moved there as a whole. So the name can be used again, and the operator can look at what it was. If
// other programs use the folder too, only this server's files are moved.
//
// Only the newest few are kept, and none while the disk is nearly full. One process at a time moves (it
// holds a lock in the folder), so no process moves what another has put in the damaged ring's place.
//
// Owner: the worker's loop thread.

import Glibc
import LinuxIO
import Logging
import Settings
import StreamState
import Telemetry

struct DamagedRings {
    private let directory: String
    private let logger: Logger

    init(dataDirectory: String, logger: Logger) {
        directory = dataDirectory + "/damaged"
        self.logger = logger
    }

    /// Moves away a stream's folder, or whatever has its name. False: another process is moving one, or
    /// has just moved this one; look again.
    ///
    /// - Parameters:
    ///   - files: names of files in the folder, if it is not to be moved as a whole.
    ///   - isStillThere: whether the damaged thing still has the name. Called while no other process can
    ///     move it.
    /// Errors: it could be neither moved nor removed.
    func take(
        _ path: String, onlyFiles files: [String]? = nil, of name: StreamName, reason: String,
        isStillThere: () -> Bool
    ) throws(SystemError) -> Bool {
        do {
            try FileSystem.makeDirectory(directory)
        } catch {
            // Something else has the name, perhaps a link. We do not follow it, and lose no rings over
            // it.
            if error.code == ENOTDIR { throw error }
            // Without room for it, a damaged thing is removed altogether.
            guard isStillThere() else { return false }
            return try remove(path, files, of: name, reason)
        }
        guard let turn = try FileSystem.lock(directory + "/.turn"), isStillThere() else {
            return false
        }
        // The lock is held until the function ends.
        defer { _ = turn.raw }
        var timeMs = WallClock.nowMs()
        while FileSystem.exists(target(name, timeMs)) { timeMs += 1 }
        do {
            try move(path, files, to: target(name, timeMs))
        } catch {
            return try remove(path, files, of: name, reason)
        }
        log(name, reason, keptAs: target(name, timeMs))
        removeOldest()
        return true
    }

    private func move(
        _ path: String, _ files: [String]?, to target: String
    ) throws(SystemError) {
        guard let files else { return try FileSystem.move(path, to: target) }
        try FileSystem.makeDirectory(target)
        for file in files where FileSystem.exists("\(path)/\(file)") {
            try FileSystem.move("\(path)/\(file)", to: "\(target)/\(file)")
        }
    }

    private func remove(
        _ path: String, _ files: [String]?, of name: StreamName, _ reason: String
    ) throws(SystemError) -> Bool {
        if let files {
            let paths = files.map { "\(path)/\($0)" }
            for path in paths where FileSystem.exists(path) { try FileSystem.removeTree(path) }
        } else {
            try FileSystem.removeTree(path)
        }
        log(name, reason, keptAs: nil)
        return true
    }

    private func target(_ name: StreamName, _ timeMs: UInt64) -> String {
        "\(directory)/\(name)-\(timeMs)"
    }

    private func removeOldest() {
        let kept = ((try? FileSystem.names(in: directory)) ?? [])
            .compactMap { text in Self.timeMs(in: text).map { (timeMs: $0, text: text) } }
            .sorted { $0.timeMs > $1.timeMs }
        let space = try? FileSystem.space(at: directory)
        let isFull = space.map { $0.freeBytes < DiskReserve.bytes(of: $0) } ?? false
        for (_, text) in kept.dropFirst(isFull ? 0 : Limits.damagedRingsKept) {
            try? FileSystem.removeTree("\(directory)/\(text)")
        }
    }

    /// The time in NAME-TIME, in milliseconds; nil for any other name.
    private static func timeMs(in text: String) -> UInt64? {
        guard let dash = text.lastIndex(of: "-"), (try? StreamName(text[..<dash])) != nil else {
            return nil
        }
        return UInt64(text[text.index(after: dash)...])
    }

    private func log(_ name: StreamName, _ reason: String, keptAs path: String?) {
        logger.report(
            .ringDamaged, "a damaged ring was put aside; its name can be used again",
            metadata: [
                "stream": "\(name)", "reason": "\(reason)",
                "keptAs": "\(path ?? "nothing: there was no place for it")",
                "todo": "check the disk; report the folder if the disk is sound, then remove it",
            ])
    }
}
