// The streams of this server as this worker knows them. The truth is on disk, DATA/live/NAME/ring.v3:
// a stream that another worker has just made is found by opening its ring, and what is cached here
// is checked against the disk before it is used.
//
// It also keeps house: streams whose grace is over are ended, ended ones are removed after a while, what
// is no intact ring is put aside. Every worker does so, since each step is idempotent or guarded, by the
// ring's writer lease or by the lock of DamagedRings.
//
// Owner: the worker's loop thread.

import Glibc
import LinuxIO
import Logging
import Media
import SegmentRing
import Settings
import StreamState

package final class LiveStreams {
    private let environment: StreamsEnvironment
    /// Is told of each ring before it goes. False: it could not be noted, and is told again.
    package let noteEnd: (Ring, StreamName) -> Bool
    private let directory: String
    private var cached: [StreamName: LiveStream] = [:]
    /// Why rings could not be opened, of those that are there.
    private var faults: [StreamName: RingError] = [:]
    private let damaged: DamagedRings
    private let otherVersions: OtherVersions
    package let replaced: ReplacedRings
    package var newRings = NewRingPace()
    /// Streams with viewers here, current or replaced: those a doorbell may concern.
    private var watched: [ObjectIdentifier: LiveStream] = [:]

    package init(
        environment: StreamsEnvironment, noteEnd: @escaping (Ring, StreamName) -> Bool
    ) throws(SystemError) {
        self.environment = environment
        self.noteEnd = noteEnd
        directory = environment.dataDirectory + "/live"
        damaged = DamagedRings(
            dataDirectory: environment.dataDirectory, logger: environment.logger)
        replaced = ReplacedRings(dataDirectory: environment.dataDirectory)
        // What is the same for all workers is told by one of them.
        otherVersions = OtherVersions(
            directory: directory, logger: environment.slot == 0 ? environment.logger : nil)
        try FileSystem.makeDirectory(directory)
    }

    // MARK: Looking up

    /// Where the ring of a stream is or would be.
    package func ringPath(_ name: StreamName) -> String {
        "\(streamDirectory(name))/\(Ring.fileName)"
    }

    func streamDirectory(_ name: StreamName) -> String { "\(directory)/\(name)" }

    package func makeStreamDirectory(_ name: StreamName) throws(SystemError) {
        let path = streamDirectory(name)
        do {
            try FileSystem.makeDirectory(path)
        } catch {
            switch error.code {
            case ENOENT:
                // Somebody has removed all streams.
                try FileSystem.makeDirectory(directory)
            case ENOTDIR:
                _ = try putAside(name, reason: "it is not a directory") {
                    FileSystem.exists(path) && !FileSystem.isDirectory(path)
                }
            default:
                throw error
            }
            try FileSystem.makeDirectory(path)
        }
    }

    /// Only if there is nothing in it.
    package func removeStreamDirectory(_ name: StreamName) {
        try? FileSystem.removeDirectory(streamDirectory(name))
    }

    /// The stream of that name, ended ones included; nil when there is none.
    package func find(_ name: StreamName) -> LiveStream? {
        if let stream = cached[name], stream.ring.isCurrent { return stream }
        forget(name)
        guard FileSystem.isDirectory(streamDirectory(name)) else {
            faults[name] = nil
            return nil
        }
        do {
            let ring = try Ring.open(path: ringPath(name))
            faults[name] = nil
            if let stream = adopt(ring, name: name) { return stream }
            _ = try? putAside(name, reason: "its init is not valid") { ring.isCurrent }
        } catch .missing {
            faults[name] = nil
            lookForOtherVersions(of: name)
        } catch .otherVersion(let version) {
            makeWay(for: name, version)
        } catch .invalid(let reason) {
            let path = ringPath(name)
            do {
                _ = try putAside(name, reason: reason) { Self.isDamaged(path) }
            } catch {
                note(RingError(error), of: name)
            }
        } catch {
            note(error, of: name)
        }
        return nil
    }

    /// Rings of other versions are left alone; the log tells of them.
    func lookForOtherVersions(of name: StreamName) { otherVersions.look(for: name) }

    /// A ring of another version has the place of this version's.
    private func makeWay(for name: StreamName, _ version: UInt32) {
        do {
            if try otherVersions.makeWay(for: name) {
                faults[name] = nil
            } else {
                note(.otherVersion(version), of: name)
            }
        } catch {
            note(RingError(error), of: name)
        }
        lookForOtherVersions(of: name)
    }

    /// What kept the ring of that name from being opened when it was last looked up; nil when nothing
    /// did.
    package func fault(of name: StreamName) -> RingError? { faults[name] }

    /// Each fault is in the log once.
    private func note(_ fault: RingError, of name: StreamName) {
        guard faults.updateValue(fault, forKey: name) != fault else { return }
        environment.logger.error(
            "ring cannot be opened", metadata: ["stream": "\(name)", "error": "\(fault)"])
    }

    /// The ring that had the name is not there any more: whoever watches or writes it in this worker is
    /// told, also when it was removed by hand.
    private func forget(_ name: StreamName) {
        guard let stream = cached.removeValue(forKey: name), !stream.ring.isCurrent,
            stream.ring.status.endedAtBootMs == 0
        else { return }
        stream.end(.stopped)
    }

    /// Remembers a ring that was opened or made here.
    @discardableResult
    package func adopt(_ ring: Ring, name: StreamName) -> LiveStream? {
        guard let stream = try? LiveStream(name: name, ring: ring, environment: environment) else {
            return nil
        }
        stream.onWatchedChange = { [weak self] stream in
            self?.watched[ObjectIdentifier(stream)] = stream.isWatched ? stream : nil
        }
        cached[name] = stream
        return stream
    }

    /// All streams on disk, by name.
    package func all() -> [LiveStream] {
        names().compactMap { find($0) }
    }

    /// How many streams there are, the ended ones that are still on disk included.
    package var count: Int { names().count }

    func names() -> [StreamName] {
        let entries = (try? FileSystem.names(in: directory)) ?? []
        return entries.compactMap { try? StreamName($0) }.sorted { $0.text < $1.text }
    }

    // MARK: Events

    /// This worker's doorbell has rung.
    package func deliver() {
        for stream in watched.values { stream.deliver() }
    }

    /// The worker is going.
    package func endViewersOfThisWorker() {
        for stream in watched.values { stream.endViewersOfThisWorker() }
    }

    // MARK: House-keeping

    /// Puts every ring in order that an earlier worker in this slot, or an earlier server, left
    /// behind. Call once, before the worker serves.
    /// - Parameter tryOut: does once what other parts of the worker do with a ring all the time.
    package func recover(tryOut: (LiveStream) -> Void = { _ in }) {
        replaced.removeUnused()
        StreamRecovery(streams: self, environment: environment)
            .run(markedAt: "\(directory)/.recovering-\(environment.slot)", tryOut: tryOut)
    }

    /// Moves out of the way what has a stream's place and cannot be used (see DamagedRings). False:
    /// somebody else is at it; look again.
    package func putAside(
        _ name: StreamName, reason: String, isStillThere: () -> Bool
    ) throws(SystemError) -> Bool {
        let folder = streamDirectory(name)
        let isDone = try damaged.take(
            folder, onlyFiles: OtherVersions.isThere(in: folder) ? Self.ownFiles : nil, of: name,
            reason: reason, isStillThere: isStillThere)
        if isDone { forget(name) }
        return isDone
    }

    /// What this version of the format puts into a stream's folder.
    private static let ownFiles = [Ring.fileName, Ring.fileName + Ring.temporarySuffix]

    /// The same for a stream that this worker has open: whoever watches or writes it is told that it
    /// has ended.
    package func putAside(_ stream: LiveStream, reason: String) throws(SystemError) -> Bool {
        let isDone = try putAside(stream.name, reason: reason) { stream.ring.isCurrent }
        if isDone { stream.end(.server) }
        return isDone
    }

    /// Whether there is something at a path that is no ring.
    static func isDamaged(_ path: String) -> Bool {
        do {
            _ = try Ring.open(path: path)
            return false
        } catch {
            if case .invalid = error { return true }
            return false
        }
    }

    /// Starts the periodic part.
    package func startHouseKeeping() {
        environment.loop.schedule(afterMs: Limits.endNoticeMs) { [weak self] in
            self?.keepHouse()
            self?.startHouseKeeping()
        }
    }

    private func keepHouse() {
        sweep(all()[...])
        for stream in watched.values { stream.lookAfterViewers() }
    }

    /// Ends and removes what is over, as far as one turn of the loop should go; the rest follows at once.
    private func sweep(_ streams: ArraySlice<LiveStream>) {
        let slice = TurnSlice(us: Limits.sweepSliceUs)
        for (index, stream) in zip(streams.indices, streams) {
            if slice.isOver, index > streams.startIndex {
                let rest = streams[index...]
                environment.loop.schedule(afterMs: 0) { [weak self] in self?.sweep(rest) }
                return
            }
            if stream.ring.hasStoppedClock { startClock(of: stream) }
            stream.mendTimes()
            stream.lookAtJoining()
            guard stream.state == .ended else { continue }
            if stream.ring.status.endedAtBootMs == 0 {
                stream.endIfOver()
                continue
            }
            let isNoted = noteEnd(stream.ring, stream.name)
            let endedAtMs = stream.ring.status.endedAtBootMs
            if stream.ring.bootNowMs > endedAtMs + Limits.endedRetentionMs {
                if !isNoted {
                    environment.logger.warning(
                        "broadcast not recorded: the disk does not take it",
                        metadata: ["stream": "\(stream.name)"])
                }
                remove(stream)
            }
        }
        for (name, stream) in cached where !stream.ring.isCurrent { forget(name) }
        for stream in watched.values { stream.endIfReplaced() }
        replaced.removeUnused()
    }

    /// Of a ring of an earlier boot that was put there since this worker has started: to take the lease is
    /// enough.
    private func startClock(of stream: LiveStream) {
        do {
            try stream.ring.acquireWriter(slot: environment.slot)?.release()
        } catch {
            if case .invalid(let reason) = error { _ = try? putAside(stream, reason: reason) }
        }
    }

    private func remove(_ stream: LiveStream) {
        let lease: RingWriter?
        do {
            // It keeps a publisher from replacing the ring between the look and the removal.
            lease = try stream.ring.acquireWriter(slot: environment.slot)
        } catch {
            if case .invalid(let reason) = error { _ = try? putAside(stream, reason: reason) }
            return
        }
        guard let lease else { return }
        defer { lease.release() }
        stream.ring.remove()
        removeStreamDirectory(stream.name)
        cached[stream.name] = nil
        environment.changes.announce()
    }
}
