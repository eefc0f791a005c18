// Broadcasts that are over, from their ring to the account of their maker.

import Accounts
import Credentials
import LinuxIO
import SegmentRing
import StreamBench
import StreamState
import Testing

@testable import History

@Suite(.timeLimit(.minutes(1))) struct BroadcastHistoryTests {
    private let bench: StreamBench
    private let service: AccountService
    private let history: BroadcastHistory

    init() throws {
        bench = try StreamBench()
        service = AccountService(
            store: try AccountStores.open(.sqlite(path: bench.directory + "/accounts.sqlite")),
            allowsSignUp: false)
        history = try BroadcastHistory(
            desk: AccountDesk(service: service, loop: bench.loop), dataDirectory: bench.directory,
            slot: 0, loop: bench.loop, logger: bench.logger)
    }

    /// The ring of a broadcast that has just brought its last bytes.
    private func makeRing(of publisher: UInt64, bytes: Int = 100) throws -> Ring {
        let writer = try Ring.create(
            path: bench.ringPath(),
            geometry: RingGeometry(
                dataBytes: 65_536, entries: 64, initializationBytes: 4_096, carryBytes: 0,
                stateBytes: 0),
            initialization: bench.initialization(), state: [])
        writer.ring.status.publisherKey = PublisherKey(
            identity: publisher, session: 0)
        writer.ring.status.addBytesIngested(bytes)
        writer.ring.status.lastIngestBootMs = writer.ring.bootNowMs
        writer.release()
        return writer.ring
    }

    private func note(_ ring: Ring) -> Bool {
        history.note(ring, of: bench.name, title: "Rehearsal 🍞", wasUnlisted: true)
    }

    private var folder: String { bench.directory + "/broadcasts" }

    private var files: [String] {
        ((try? FileSystem.names(in: folder)) ?? []).filter { !$0.hasPrefix(".") }
    }

    /// Tells the store what is there.
    private func tellAll() {
        history.start()
        stopWhenEmpty()
        bench.loop.run()
    }

    private func stopWhenEmpty() {
        if files.isEmpty { return bench.loop.stop() }
        bench.loop.schedule(afterMs: 5) { self.stopWhenEmpty() }
    }

    @Test("what an account has broadcast is noted once")
    func once() throws {
        let ring = try makeRing(of: PublisherIdentity.account([1]))
        #expect(note(ring))
        #expect(files.count == 1)
        try FileSystem.removeFile("\(folder)/\(files[0])")
        #expect(note(ring))
        #expect(files == [], "the ring says that it is noted")
    }

    @Test("what nobody's account has broadcast, or nothing, is not")
    func nobodys() throws {
        #expect(note(try makeRing(of: PublisherIdentity.network(1))))
        #expect(files == [])
    }

    @Test("what was noted comes to its account, and then its file goes")
    func told() throws {
        let account = try service.add(name: bench.name.text, password: "a long password")
        #expect(note(try makeRing(of: PublisherIdentity.account([1]))))
        let id = try #require(files.first)
        tellAll()
        let broadcasts = try service.overview(of: account).broadcasts
        #expect(broadcasts.map(\.id) == [id])
        #expect(broadcasts.map(\.bytes) == [100])
        // The account itself has said nothing of its next broadcast.
        #expect(broadcasts.map(\.title) == ["Rehearsal 🍞"])
        #expect(broadcasts.map(\.wasUnlisted) == [true])
    }

    @Test("a name that is somebody else's by now gets nothing, and the file goes all the same")
    func anotherOwner() throws {
        let broadcast = EndedBroadcast(
            name: bench.name,
            record: BroadcastRecord(
                id: "1-2", startedAtMs: 1_000, endedAtMs: 2_000, bytes: 3, peakViewers: 4))
        let account = try service.add(name: bench.name.text, password: "a long password")
        try FileSystem.write(broadcast.encoded, to: "\(folder)/1-2", through: "\(folder)/.new")
        tellAll()
        #expect(try service.overview(of: account).broadcasts == [])
    }

    @Test("a file that is not intact, or has another's name, is given up")
    func damaged() throws {
        let broadcast = EndedBroadcast(
            name: bench.name,
            record: BroadcastRecord(
                id: "1-2", startedAtMs: 1_000, endedAtMs: 2_000, bytes: 3, peakViewers: 4))
        let account = try service.add(name: bench.name.text, password: "a long password")
        try FileSystem.write([1, 2, 3], to: "\(folder)/1-1", through: "\(folder)/.new")
        try FileSystem.write(broadcast.encoded, to: "\(folder)/1-3", through: "\(folder)/.new")
        tellAll()
        #expect(try service.overview(of: account).broadcasts == [])
    }
}
