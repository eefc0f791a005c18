// Records ended broadcasts in the accounts of their makers, each exactly once, whatever dies in between:
// a worker, the server, the store.
//
//   ring ──(the worker that sees its end)─► DATA/broadcasts/ID ──(one worker at a time)─► store
//
// The id comes from the ring, so it does no harm to write the file twice or to tell the store twice. The
// file goes when the store has acknowledged the broadcast.
//
// Owner: the worker's loop thread.

import Accounts
import Credentials
import LinuxIO
import Logging
import SegmentRing
import Settings
import StreamState
import Telemetry

package final class BroadcastHistory {
    private let desk: AccountDesk
    private let loop: EventLoop
    private let logger: Logger
    private let slot: Int
    private let directory: String
    /// The lock, held while this worker tells the store.
    private var turn: Descriptor?

    private static let intervalMs: UInt64 = 1_000

    /// - Parameter slot: this worker's slot.
    package init(
        desk: AccountDesk, dataDirectory: String, slot: Int, loop: EventLoop, logger: Logger
    ) throws(SystemError) {
        self.desk = desk
        self.slot = slot
        self.loop = loop
        self.logger = logger
        directory = dataDirectory + "/broadcasts"
        try FileSystem.makeDirectory(directory)
    }

    // MARK: From the ring

    /// The ring's broadcast is over. Idempotent; call before the ring is given up. False: it could not
    /// be noted, try again.
    /// - Parameters:
    ///   - title: of the broadcast; empty when it had none.
    ///   - wasUnlisted: it was on no list.
    @discardableResult
    package func note(
        _ ring: Ring, of name: StreamName, title: String, wasUnlisted: Bool
    ) -> Bool {
        loop.assertOwner()
        if ring.status.isNoted { return true }
        if let broadcast = EndedBroadcast(ring, of: name, title: title, wasUnlisted: wasUnlisted) {
            guard keep(broadcast) else { return false }
        }
        ring.status.isNoted = true
        return true
    }

    private func keep(_ broadcast: EndedBroadcast) -> Bool {
        do {
            guard try FileSystem.names(in: directory).count < Limits.broadcastsWaiting else {
                logger.report(
                    .broadcastNotRecorded, "broadcast not recorded: too many wait for the store",
                    metadata: ["stream": "\(broadcast.name)"])
                return true
            }
            try FileSystem.write(
                broadcast.encoded, to: path(broadcast.record.id),
                through: "\(directory)/.new-\(slot)")
            return true
        } catch {
            logger.debug(
                "broadcast not noted",
                metadata: ["stream": "\(broadcast.name)", "error": "\(error)"])
            return false
        }
    }

    private func path(_ id: String) -> String { "\(directory)/\(id)" }

    // MARK: To the store

    /// Tells the store about all files, now and at intervals.
    package func start() {
        loop.schedule(afterMs: Self.intervalMs) { [weak self] in self?.tell() }
    }

    private func tell() {
        guard let ids = try? FileSystem.names(in: directory), !ids.isEmpty,
            let turn = try? FileSystem.lock(directory + "/.turn")
        else { return start() }
        self.turn = consume turn
        tell(ids[...])
    }

    private func tell(_ ids: ArraySlice<String>) {
        var ids = ids
        while let id = ids.popFirst() {
            guard let broadcast = read(id) else { continue }
            let rest = ids
            return desk.ask(for: nil) { service throws(AccountError) in
                try service.note(broadcast)
            } then: { [weak self] result in
                guard let self else { return }
                // The store does not answer: the rest waits for the next turn.
                guard case .success = result else { return self.finish() }
                try? FileSystem.removeFile(self.path(id))
                self.tell(rest)
            }
        }
        finish()
    }

    private func read(_ id: String) -> EndedBroadcast? {
        guard let bytes = try? contents(id) else { return nil }
        if let broadcast = EndedBroadcast(decoding: bytes), broadcast.record.id == id {
            return broadcast
        }
        logger.report(
            .broadcastNotRecorded, "broadcast not recorded: its file is not intact",
            metadata: ["file": "\(id)"])
        try? FileSystem.removeFile(path(id))
        return nil
    }

    private func contents(_ id: String) throws(SystemError) -> [UInt8] {
        try FileSystem.contents(of: path(id), limitBytes: EndedBroadcast.fileBytes)
    }

    private func finish() {
        turn = nil
        start()
    }
}

extension AccountService {
    /// The name may now belong to another account, whose broadcast it was not.
    fileprivate func note(_ broadcast: EndedBroadcast) throws(AccountError) {
        guard let account = try account(named: broadcast.name.text),
            account.createdAtMs <= broadcast.record.endedAtMs
        else { return }
        try self.record(broadcast.record, of: broadcast.name)
    }
}
