// The streams of this server as this worker knows them. The truth is on disk, DATA/live/NAME/ring:
// a stream that another worker has just made is found by opening its ring, and what is cached here
// is checked against the disk before it is used.
//
// It also keeps house: streams whose grace is over are ended, ended ones are removed after a while.
// Every worker does so, since each step is idempotent or guarded by the ring's writer lease.
//
// Owner: the worker's loop thread.

import Accounts
import LinuxIO
import Logging
import Media
import SegmentRing
import Settings

final class LiveStreams {
    private let environment: WorkerEnvironment
    /// Is told of each ring before it goes.
    var recorder: BroadcastRecorder?
    private let directory: String
    private var cached: [StreamName: LiveStream] = [:]
    /// Streams with viewers here, current or replaced: those a doorbell may concern.
    private var watched: [ObjectIdentifier: LiveStream] = [:]

    private static let houseKeepingMs: UInt64 = 1_000
    private static let sweepSliceUs: UInt64 = 2_000

    init(environment: WorkerEnvironment) throws(SystemError) {
        self.environment = environment
        directory = environment.settings.dataDirectory + "/live"
        try FileSystem.makeDirectory(directory)
    }

    // MARK: Looking up

    /// Where the ring of a stream is or would be.
    func ringPath(_ name: StreamName) -> String { streamDirectory(name) + "/ring" }

    private func streamDirectory(_ name: StreamName) -> String { "\(directory)/\(name)" }

    func makeStreamDirectory(_ name: StreamName) throws(SystemError) {
        try FileSystem.makeDirectory(streamDirectory(name))
    }

    /// Only if there is nothing in it.
    func removeStreamDirectory(_ name: StreamName) {
        try? FileSystem.removeDirectory(streamDirectory(name))
    }

    /// The stream of that name, ended ones included; nil when there is none.
    func find(_ name: StreamName) -> LiveStream? {
        if let stream = cached[name], stream.ring.isCurrent { return stream }
        cached[name] = nil
        guard FileSystem.isDirectory(streamDirectory(name)) else { return nil }
        do {
            return adopt(try Ring.open(path: ringPath(name)), name: name)
        } catch .missing {
            return nil
        } catch {
            environment.logger.warning(
                "ring cannot be opened", metadata: ["stream": "\(name)", "error": "\(error)"])
            return nil
        }
    }

    /// Remembers a ring that was opened or made here.
    @discardableResult
    func adopt(_ ring: Ring, name: StreamName) -> LiveStream? {
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
    func all() -> [LiveStream] {
        names().compactMap { find($0) }
    }

    /// How many streams there are, the ended ones that are still on disk included.
    var count: Int { names().count }

    private func names() -> [StreamName] {
        let entries = (try? FileSystem.names(in: directory)) ?? []
        return entries.compactMap { try? StreamName($0) }.sorted { $0.text < $1.text }
    }

    // MARK: Events

    /// This worker's doorbell has rung.
    func deliver() {
        for stream in watched.values { stream.deliver() }
    }

    /// The worker is going.
    func endViewersOfThisWorker() {
        for stream in watched.values { stream.endViewersOfThisWorker() }
    }

    // MARK: House-keeping

    /// Puts every ring in order that an earlier worker in this slot, or an earlier server, left
    /// behind. Call once, before the worker serves.
    func recover() {
        for name in names() { recover(name) }
    }

    /// The first worker of a server that has just started; all others replace one or come second.
    private var isServerStart: Bool {
        environment.slot == 0 && environment.counters.total(.workerRestarts) == 0
    }

    private func recover(_ name: StreamName) {
        guard FileSystem.isDirectory(streamDirectory(name)) else { return }
        do {
            let ring = try Ring.open(path: ringPath(name))
            // A server that was killed may have had more workers than this one has.
            let slots = isServerStart ? Array(0..<RingStatus.slots) : [environment.slot]
            for slot in slots { ring.status.releaseSlot(slot) }
            guard let stream = adopt(ring, name: name) else {
                return discard(name, reason: "its init is not valid")
            }
            // Whoever published was connected to processes that are gone. A stream that nobody has
            // ended although its time is over was alone: its grace begins now.
            guard let writer = try ring.acquireWriter(slot: environment.slot) else { return }
            defer { writer.release() }
            let isOverdue = stream.state == .ended
            if ring.status.endedAtMs == 0, isServerStart || writer.recoveredFromCrash || isOverdue {
                ring.status.pausedSinceMs = WallClock.nowMs()
                environment.announceStreamChange()
                environment.logger.notice(
                    "stream recovered", metadata: ["stream": "\(name)", "state": "paused"])
            }
        } catch .missing {
            removeStreamDirectory(name)
        } catch .invalid(let reason) {
            discard(name, reason: reason)
        } catch {
            environment.logger.error(
                "ring not recovered", metadata: ["stream": "\(name)", "error": "\(error)"])
        }
    }

    private func discard(_ name: StreamName, reason: String) {
        environment.logger.warning(
            "ring removed: it is not intact",
            metadata: ["stream": "\(name)", "reason": "\(reason)"])
        cached[name] = nil
        try? FileSystem.removeFile(ringPath(name))
        removeStreamDirectory(name)
    }

    /// Starts the periodic part.
    func startHouseKeeping() {
        environment.loop.schedule(afterMs: Self.houseKeepingMs) { [weak self] in
            self?.keepHouse()
            self?.startHouseKeeping()
        }
    }

    private func keepHouse() {
        sweep(all()[...])
    }

    /// Ends and removes what is over, as far as one turn of the loop should go; the rest follows at once.
    private func sweep(_ streams: ArraySlice<LiveStream>) {
        let nowMs = WallClock.nowMs()
        let slice = TurnSlice(us: Self.sweepSliceUs)
        for (index, stream) in zip(streams.indices, streams) {
            if slice.isOver, index > streams.startIndex {
                let rest = streams[index...]
                environment.loop.schedule(afterMs: 0) { [weak self] in self?.sweep(rest) }
                return
            }
            stream.mendTimes(nowMs: nowMs)
            guard stream.state == .ended else { continue }
            if stream.ring.status.endedAtMs == 0 {
                environment.logger.notice(
                    "stream ended", metadata: ["stream": "\(stream.name)", "reason": "grace over"])
                stream.end()
                continue
            }
            let isNoted = recorder?.note(stream.ring, of: stream.name) ?? true
            if nowMs > stream.ring.status.endedAtMs + Limits.endedRetentionMs {
                if !isNoted {
                    environment.logger.warning(
                        "broadcast not recorded: the disk does not take it",
                        metadata: ["stream": "\(stream.name)"])
                }
                remove(stream)
            }
        }
        cached = cached.filter { $0.value.ring.isCurrent }
    }

    private func remove(_ stream: LiveStream) {
        // The lease keeps a publisher from replacing the ring between the look and the removal.
        guard let writer = try? stream.ring.acquireWriter(slot: environment.slot) else { return }
        defer { writer.release() }
        stream.ring.remove()
        removeStreamDirectory(stream.name)
        cached[stream.name] = nil
        environment.announceStreamChange()
    }
}
