// The last still of each broadcast that is over, in DATA/stills/NAME, for those who come when nobody is live.
// The worker that notes the end of a broadcast puts it there; the next broadcast's takes its place. There are
// only so many: the oldest go first. They are there for looks, so nobody waits until the disk has them: after a loss
// of power some may be damaged, which their checksum tells (StillFile).
//
// Owner: the worker's loop thread.

import LinuxIO
import Logging
import Media
import SegmentRing
import Settings
import StreamState

package final class LastStills {
    private let directory: String
    private let dataDirectory: String
    private let slot: Int
    private let limits: MediaLimits
    private let logger: Logger
    /// What was put here since it was last looked whether there is too much.
    private var uncounted = (files: 0, bytes: 0)
    /// The lock, held while this worker looks whose they are.
    private var turn: Descriptor?

    /// - Parameter slot: this worker's.
    /// Errors: the directory can be neither found nor made.
    package init(settings: Settings, slot: Int, logger: Logger) throws(SystemError) {
        dataDirectory = settings.dataDirectory
        self.slot = slot
        self.logger = logger
        limits = MediaLimits(ringBytes: settings.ringBytes)
        directory = dataDirectory + "/stills"
        try FileSystem.makeDirectory(directory)
    }

    private func path(_ name: StreamName) -> String { "\(directory)/\(name)" }

    // MARK: Keeping

    /// The ring's broadcast is over: its still stays. Idempotent; call before the ring is given up. A
    /// broadcast without a picture leaves nothing of the one before it, and so does an unlisted one, because
    /// the address of the still is known to all.
    package func keep(of ring: Ring, _ name: StreamName) {
        let words = LastWords(of: name, dataDirectory: dataDirectory)
        guard !words.isUnlisted, let still = still(of: ring, name), hasRoom else {
            return remove(name)
        }
        let endedMs = min(ring.status.lastIngestBootMs, ring.bootNowMs)
        let file = StillFile(
            still, epoch: ring.epoch, publisher: ring.status.publisherKey.identity,
            timeMs: ring.wallClockMs(ofBootMs: endedMs))
        do {
            let bytes = file.encoded
            try FileSystem.write(bytes, to: path(name), through: "\(directory)/.new-\(slot)")
            uncounted.files += 1
            uncounted.bytes += bytes.count
        } catch {
            logger.debug(
                "still not kept", metadata: ["stream": "\(name)", "error": "\(error)"])
            remove(name)
        }
        removeOldestIfDue()
    }

    private func still(of ring: Ring, _ name: StreamName) -> Still? {
        var studio = StudioStill(of: name, dataDirectory: dataDirectory, slot: slot)
        if studio.timeMs(in: ring) != nil, let file = studio.read(of: ring) { return file.still }
        let initialization = try? Initialization(parsing: ring.initialization, limits: limits)
        return initialization.flatMap(ring.keyFrameStill)
    }

    private var hasRoom: Bool {
        guard let space = try? FileSystem.space(at: directory) else { return false }
        return space.freeBytes > DiskReserve.bytes(of: space)
    }

    package func remove(_ name: StreamName) { try? FileSystem.removeFile(path(name)) }

    // MARK: Finding

    /// What tells that of a name from earlier ones; nil when there is none.
    package func stamp(of name: StreamName) -> FileStamp? { FileSystem.stamp(of: path(name)) }

    /// What is known of it without reading all of it; nil when there is none.
    package func head(of name: StreamName) -> StillFile.Head? {
        let bytes = try? FileSystem.beginning(
            ofRegular: path(name), bytes: StillFile.Head.mostBytes)
        return bytes.flatMap(StillFile.Head.init(decoding:))
    }

    /// Nil when there is none, or one that is damaged.
    package func find(_ name: StreamName) -> StillFile? {
        let bytes = try? FileSystem.contents(
            ofRegular: path(name), limitBytes: StillFile.mostBytes)
        return bytes.flatMap(StillFile.init(decoding:))
    }

    /// The names that have one, in order.
    package var names: [StreamName] {
        let entries = (try? FileSystem.names(in: directory)) ?? []
        return entries.compactMap { try? StreamName($0) }.sorted { $0.text < $1.text }
    }

    // MARK: Whose turn it is to look at them

    /// False while another worker does.
    package func takeTurn() -> Bool {
        guard let taken = try? FileSystem.lock(directory + "/.turn") else { return false }
        turn = consume taken
        return true
    }

    package func giveTurnBack() { turn = nil }

    // MARK: How many

    /// To look at all of them takes some milliseconds, so it is not done for each.
    private func removeOldestIfDue() {
        guard
            uncounted.files >= Limits.lastStillsUncounted
                || uncounted.bytes >= Limits.lastStillsUncountedBytes
        else { return }
        removeOldest(mostFiles: Limits.lastStills, mostBytes: Limits.lastStillsBytes)
    }

    func removeOldest(mostFiles: Int, mostBytes: Int) {
        uncounted = (0, 0)
        let entries = (try? FileSystem.names(in: directory)) ?? []
        let newestFirst = entries.compactMap { entry in
            FileSystem.stamp(of: "\(directory)/\(entry)").map { (entry: entry, stamp: $0) }
        }.sorted { $0.stamp.changedNs > $1.stamp.changedNs }
        var bytes = 0
        for (index, file) in newestFirst.enumerated() {
            bytes += file.stamp.bytes
            guard index >= mostFiles || bytes > mostBytes else { continue }
            try? FileSystem.removeFile("\(directory)/\(file.entry)")
        }
    }
}
