// The streams of this server as this worker knows them. The truth is on disk, in DATA/live/NAME/ring.v3:
// opening the ring finds a stream that another worker has just made, and what is cached here is checked
// against the disk before use.
//
// A worker that finds a ring that is not intact puts it aside (see DamagedRings). StreamSweep cleans up.
//
// Owner: the worker's loop thread.

import Channel
import LinuxIO
import Logging
import Media
import SegmentRing
import Settings
import StreamState
import Telemetry

package final class LiveStreams {
    private let environment: StreamsEnvironment
    /// Called with each ring before it goes. False: it could not be noted, so it is called again.
    package let noteEnd: (Ring, StreamName) -> Bool
    private let directory: StreamDirectory
    private var cached: [StreamName: LiveStream] = [:]
    /// The cached stream that was checked last, and in which turn of the loop: a connection asks for many
    /// things of one stream in one turn. Nil when a ring may have lost its name since.
    private var found: (name: StreamName, turn: UInt64)?
    private var leaving = LeavingRings()
    /// Why rings that exist could not be opened.
    private var faults: [StreamName: RingError] = [:]
    let replaced: ReplacedRings
    package var newRings = NewRingPace()
    private let watchedStreams: WatchedStreams
    private var sweep: StreamSweep?

    package init(
        environment: StreamsEnvironment, noteEnd: @escaping (Ring, StreamName) -> Bool
    ) throws(SystemError) {
        precondition(Limits.workers <= RingSlots.count, "each worker has a slot")
        self.environment = environment
        self.noteEnd = noteEnd
        watchedStreams = WatchedStreams(loop: environment.loop)
        directory = try StreamDirectory(environment: environment)
        replaced = ReplacedRings(dataDirectory: environment.dataDirectory)
    }

    // MARK: Looking up

    /// The stream of that name, ended ones included; nil when there is none.
    package func find(_ name: StreamName) -> LiveStream? {
        environment.loop.assertOwner()
        let turn = environment.loop.turnNumber
        if let stream = cached[name] {
            if let found, found.turn == turn, found.name == name { return stream }
            if stream.ring.isCurrent {
                found = turn.map { (name, $0) }
                return stream
            }
        }
        forget(name)
        guard FileSystem.isDirectory(directory.folder(of: name)) else {
            faults[name] = nil
            return nil
        }
        do {
            let ring = try Ring.open(path: directory.ringPath(name))
            faults[name] = nil
            if let stream = adopt(ring, name: name) { return stream }
            _ = try? putAside(name, reason: "its init is not valid") { ring.isCurrent }
        } catch .missing {
            faults[name] = nil
            directory.removeLeftOvers(of: name)
            directory.lookForOtherVersions(of: name)
        } catch .otherVersion(let version) {
            makeWay(for: name, version)
        } catch .invalid(let reason) {
            do {
                _ = try putAside(name, reason: reason) { directory.hasDamagedRing(name) }
            } catch {
                note(RingError(error), of: name)
            }
        } catch {
            note(error, of: name)
        }
        return nil
    }

    /// A ring of another version has the place of this version's.
    private func makeWay(for name: StreamName, _ version: UInt32) {
        do {
            if try directory.makeWay(for: name) {
                faults[name] = nil
            } else {
                note(.otherVersion(version), of: name)
            }
        } catch {
            note(RingError(error), of: name)
        }
        directory.lookForOtherVersions(of: name)
    }

    /// Why the ring of that name could not be opened when it was last looked up; nil when it could.
    package func fault(of name: StreamName) -> RingError? { faults[name] }

    /// Whether the publisher of that name is at a worker of another version, which an upgrade has left
    /// with what it had.
    package func isWrittenInOtherVersion(_ name: StreamName) -> Bool {
        directory.isWrittenInOtherVersion(name)
    }

    /// Logs each fault once.
    private func note(_ fault: RingError, of name: StreamName) {
        guard faults.updateValue(fault, forKey: name) != fault else { return }
        environment.logger.report(
            .ringUnreadable, "ring cannot be opened",
            metadata: ["stream": "\(name)", "error": "\(fault)"])
    }

    /// The ring that had the name is gone. Its viewers and its writer in this worker are told, even when
    /// it was removed by hand.
    private func forget(_ name: StreamName) {
        guard let stream = keep(nil, as: name), !stream.ring.isCurrent,
            stream.ring.status.endedAtBootMs == 0
        else { return }
        stream.end(.stopped)
    }

    /// What has the name from now on; returns what had it.
    @discardableResult
    private func keep(_ stream: LiveStream?, as name: StreamName) -> LiveStream? {
        let last = cached[name]
        cached[name] = stream
        found = nil
        if let last { addLeaving(last.hold, of: name) }
        return last
    }

    /// Remembers a ring that was opened or made here.
    @discardableResult
    package func adopt(_ ring: Ring, name: StreamName) -> LiveStream? {
        guard let stream = try? LiveStream(name: name, ring: ring, environment: environment) else {
            return nil
        }
        stream.onWatchedChange = { [weak watchedStreams] in watchedStreams?.note($0) }
        stream.onPastOpened = { [weak self] in self?.addLeaving($0, of: name) }
        keep(stream, as: name)
        return stream
    }

    private func addLeaving(_ hold: RingHold, of name: StreamName) {
        leaving.add(hold, of: name, nowMs: environment.loop.nowMs)
    }

    /// All streams on disk, by name.
    package func all() -> [LiveStream] {
        directory.names().compactMap { find($0) }
    }

    /// Takes the worker of a slot, which is gone, out of every ring.
    package func release(slot: Int) {
        guard (0..<RingSlots.count).contains(slot) else { return }
        for stream in all() { stream.ring.release(slot: slot) }
        environment.changes.announce()
    }

    /// How many streams there are, including ended ones that are still on disk.
    package var count: Int { directory.namesInAnyOrder.count }

    // MARK: Those that are watched

    /// Streams with viewers here.
    var watched: some Collection<LiveStream> { watchedStreams.all }

    /// This worker's doorbell has rung: wakes viewers.
    package func deliver() { watchedStreams.deliver() }

    /// The worker is going: ends the responses of its viewers.
    package func endViewersOfThisWorker() {
        for stream in watched { stream.endViewersOfThisWorker() }
    }

    // MARK: Keeping order

    /// Repairs the rings that an earlier worker in this slot, or an earlier server, left behind. Call
    /// once, before the worker serves.
    /// - Parameter tryOut: does once what other parts of the worker do with a ring all the time.
    package func recover(tryOut: (LiveStream) -> Void = { _ in }) {
        StreamRecovery(streams: self, directory: directory, environment: environment)
            .run(tryOut: tryOut)
        removeUnusedRings()
    }

    /// Moves whatever occupies a stream's place and cannot be used out of the way (see DamagedRings).
    /// False: another process is doing it; look again.
    package func putAside(
        _ name: StreamName, reason: String, isStillThere: () -> Bool
    ) throws(SystemError) -> Bool {
        let isDone = try directory.putAside(
            name, reason: reason, isStillThere: isStillThere)
        if isDone { forget(name) }
        return isDone
    }

    /// The same for a stream that this worker has open: its viewers and its writer are told that it has
    /// ended.
    package func putAside(_ stream: LiveStream, reason: String) throws(SystemError) -> Bool {
        let isDone = try putAside(stream.name, reason: reason) { stream.ring.isCurrent }
        found = nil
        if isDone { stream.end(.server) }
        return isDone
    }

    /// From now on, ends and removes streams that are over, at intervals.
    package func startSweeping() {
        sweep = StreamSweep(self, environment: environment)
        sweep?.start()
    }

    /// Names with a stream on disk or in memory, in any order. `find` forgets those whose rings have lost
    /// their names.
    var namesToSweep: Set<StreamName> { Set(directory.namesInAnyOrder).union(cached.keys) }

    /// Those with viewers here whose names had another ring, or none, when they were last looked up.
    var watchedAndReplaced: [LiveStream] { watched.filter { cached[$0.name] !== $0 } }

    /// Takes rings that have lost their names away from those who read slowly.
    func letGoOfReplaced() {
        // To look for a stream may find that another ring leaves.
        let earlier = leaving
        leaving = LeavingRings()
        let rest = earlier.lettingGo(nowMs: environment.loop.nowMs) {
            isNeeded(in: $0, epoch: $1.epoch)
        }
        leaving.add(rest)
    }

    /// Removes rings that have lost their names and that nobody can ask for any more.
    func removeUnusedRings() {
        found = nil
        replaced.removeUnused(isNeeded: isNeeded)
    }

    private func isNeeded(_ name: Substring, _ epoch: UInt64) -> Bool {
        guard let name = try? StreamName(name) else { return false }
        return isNeeded(in: name, epoch: epoch)
    }

    private func isNeeded(in name: StreamName, epoch: UInt64) -> Bool {
        // One that cannot be opened just now may need it.
        find(name)?.needsPastRing(epoch: epoch) ?? (fault(of: name) != nil)
    }

    /// Removes the stream. Call only while holding the lease of its ring.
    func remove(_ stream: LiveStream) {
        stream.ring.remove()
        directory.removeFolder(of: stream.name)
        keep(nil, as: stream.name)
    }

    // MARK: Making one

    /// Whether one more ring may be replaced under a name.
    package func admitsReplacing(_ ring: Ring, of name: StreamName) -> Bool {
        replaced.admits(ring, name, isNeeded: isNeeded)
    }

    /// The second name of a ring that is about to be replaced.
    package func replacedPath(of ring: Ring, _ name: StreamName) -> String {
        replaced.path(of: ring, name)
    }

    /// What the successor of a ring says of it. One that has no segments, or whose media HLS and DASH cannot
    /// carry, is not asked for.
    package func pastRings(behindSuccessorOf old: Ring, hasSegments: Bool) -> [PastRing] {
        let initialization = try? Initialization(
            parsing: old.initialization, limits: environment.mediaLimits)
        let isCarried = initialization?.tracks.contains { (try? MP4Track($0)) != nil } ?? false
        let isKept =
            hasSegments && isCarried && replaced.hasRoom(toKeep: old, isNeeded: isNeeded)
        return PastRing.all(behindSuccessorOf: old, isKept: isKept)
    }

    /// Where the ring of a stream is or would be.
    package func ringPath(_ name: StreamName) -> String { directory.ringPath(name) }

    package func makeStreamDirectory(_ name: StreamName) throws(SystemError) {
        try directory.makeFolder(of: name)
        if cached[name]?.ring.isCurrent == false { forget(name) }
    }

    /// What the stream says of itself from the moment on at which its ring is there.
    package func prepare(_ about: About, of name: StreamName) throws(SystemError) {
        var file = AboutFile(folder: directory.folder(of: name))
        try file.write(about, slot: environment.slot)
        environment.diskCare.keep(file.path)
    }

    /// Removes the directory only if nothing but a still and words is in it.
    package func removeStreamDirectory(_ name: StreamName) { directory.removeFolder(of: name) }
}
