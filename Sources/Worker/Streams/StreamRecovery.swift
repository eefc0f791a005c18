// What a worker does with every ring before it serves: it repairs what an earlier worker in its slot, or
// an earlier server, left behind.
//
// Each ring is treated on its own. A ring that is not intact is put aside, and so is one that workers
// die of. To find that out here, and not while viewers are served, recovery also does once what a worker
// does with a ring all the time: it describes the ring and reads from it.
//
// Owner: the worker's loop thread.

import LinuxIO
import Logging
import SegmentRing
import Settings
import StreamState
import Telemetry

struct StreamRecovery {
    private let streams: LiveStreams
    private let directory: StreamDirectory
    private let environment: StreamsEnvironment

    init(streams: LiveStreams, directory: StreamDirectory, environment: StreamsEnvironment) {
        self.streams = streams
        self.directory = directory
        self.environment = environment
    }

    func run(tryOut: (LiveStream) -> Void) {
        let mark = RecoveryMark(path: "\(directory.path)/.recovering-\(environment.slot)")
        // The ring that the last worker died of comes first: a worker that dies of it again leaves the
        // same mark.
        let names = directory.names()
        for name in names.filter({ $0 == mark.suspect }) + names.filter({ $0 != mark.suspect }) {
            let path = directory.ringPath(name)
            let inode = FileSystem.inode(of: path)
            if mark.deaths(of: name, inode: inode ?? 0) >= Limits.recoveryDeaths {
                putAside(name, reason: "workers die of it") { FileSystem.inode(of: path) == inode }
            } else {
                mark.begin(name, inode: inode ?? 0)
                recover(name, tryOut: tryOut)
            }
        }
        mark.remove()
    }

    private func recover(_ name: StreamName, tryOut: (LiveStream) -> Void) {
        let folder = directory.folder(of: name)
        guard FileSystem.isDirectory(folder) else {
            return putAside(name, reason: "it is not a directory") {
                FileSystem.exists(folder) && !FileSystem.isDirectory(folder)
            }
        }
        directory.lookForOtherVersions(of: name)
        do {
            let ring = try Ring.open(path: directory.ringPath(name))
            // A server that was killed may have had more workers than this one has.
            let slots = isServerStart ? Array(0..<RingSlots.count) : [environment.slot]
            for slot in slots { ring.release(slot: slot) }
            guard let stream = streams.adopt(ring, name: name) else {
                return putAside(name, reason: "its init is not valid") { ring.isCurrent }
            }
            try recover(stream)
            stream.refreshFigures()
            _ = stream.json
            tryOut(stream)
        } catch .missing {
            directory.removeFolder(of: name)
        } catch .otherVersion {
            // It makes way.
            _ = streams.find(name)
        } catch .invalid(let reason) {
            putAside(name, reason: reason) { directory.hasDamagedRing(name) }
        } catch {
            environment.logger.report(
                .ringNotRecovered, "ring not recovered",
                metadata: ["stream": "\(name)", "error": "\(error)"])
        }
    }

    /// The publisher was connected to processes that are gone. A stream whose time is over but that was
    /// never ended had no one to end it: its grace begins now.
    private func recover(_ stream: LiveStream) throws(RingError) {
        let status = stream.ring.status
        let writer: RingWriter
        do {
            guard let free = try stream.ring.acquireWriter(slot: environment.slot) else { return }
            writer = free
        } catch .invalid(let reason) {
            return putAside(stream.name, reason: reason) { stream.ring.isCurrent }
        }
        defer { writer.release() }
        stream.mendTimes()
        let isOverdue = stream.state == .ended
        if status.endedAtBootMs == 0, isServerStart || writer.recoveredFromCrash || isOverdue {
            status.pausedSinceBootMs = stream.ring.bootNowMs
            environment.changes.announce()
            environment.logger.report(
                .streamRecovered, "stream recovered",
                metadata: ["stream": "\(stream.name)", "state": "paused"])
        }
    }

    private func putAside(_ name: StreamName, reason: String, isStillThere: () -> Bool) {
        do {
            _ = try streams.putAside(name, reason: reason, isStillThere: isStillThere)
        } catch {
            environment.logger.report(
                .ringStuck, "a damaged ring can be neither put aside nor removed",
                metadata: ["stream": "\(name)", "reason": "\(reason)", "error": "\(error)"])
        }
    }

    private var isServerStart: Bool { environment.isServerStart }
}

extension Ring {
    /// Takes the worker of a slot out of the ring: it is gone, or about to start.
    func release(slot: Int) {
        slots.release(slot)
        status.releaseSlot(slot)
    }
}
