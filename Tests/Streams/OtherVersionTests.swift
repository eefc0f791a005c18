// Rings of another version of the format in the same data directory: an upgraded server, or one that was set
// back, leaves them alone, and its own streams have the same names.

import Glibc
import LinuxIO
import Logging
import SegmentRing
import Settings
import StreamBench
import StreamState
import Synchronization
import Testing

@testable import Streams

@Suite struct OtherVersionTests {
    private let bench: StreamBench
    private let oldPath: String

    init() throws {
        bench = try StreamBench()
        oldPath = bench.streamDirectory + "/ring"
    }

    /// A ring of this version.
    @discardableResult
    private func makeRing() throws -> LiveStream {
        let writer = try Ring.create(
            path: bench.ringPath(), geometry: bench.ringGeometry,
            initialization: bench.initialization(), state: [])
        writer.ring.status.lastIngestBootMs = writer.ring.bootNowMs
        writer.release()
        return try #require(bench.streams.find(bench.name))
    }

    /// A file that says it is a ring of version 2; what else is in it, this version does not know.
    @discardableResult
    private func makeOld(at path: String, version: UInt64 = 2) throws -> [UInt8] {
        try bench.streams.makeStreamDirectory(bench.name)
        var bytes = [UInt8](repeating: 0x5A, count: 20_000)
        bytes.store(0x474E_4952_5249_4557, at: 0)
        bytes.store(4_096 << 32 | version, at: 8)
        try FileSystem.write(bytes, to: path, through: bench.directory + "/other")
        return bytes
    }

    private func contents(_ path: String) -> [UInt8]? {
        try? FileSystem.contents(of: path, limitBytes: 1 << 24)
    }

    @Test("a stream that only another version has is none, and its ring stays")
    func alone() throws {
        let old = try makeOld(at: oldPath)
        let inode = FileSystem.inode(of: oldPath)
        bench.streams.recover(tryOut: { _ in })
        #expect(bench.streams.find(bench.name) == nil)
        #expect(bench.streams.fault(of: bench.name) == nil)
        #expect(contents(oldPath) == old)
        #expect(FileSystem.inode(of: oldPath) == inode)
        #expect(!FileSystem.exists(bench.directory + "/damaged"))
    }

    @Test("a new broadcast is written beside it, and goes without it")
    func beside() throws {
        let old = try makeOld(at: oldPath)
        let stream = try makeRing()
        #expect(stream.state == .live)
        bench.streams.recover(tryOut: { _ in })
        #expect(bench.streams.find(bench.name) != nil)
        stream.ring.remove()
        bench.streams.removeStreamDirectory(bench.name)
        #expect(bench.streams.find(bench.name) == nil)
        #expect(contents(oldPath) == old)
    }

    @Test("a server of another version writes a stream while it has the lease of its ring")
    func written() throws {
        #expect(!bench.streams.isWrittenInOtherVersion(bench.name))
        try makeOld(at: oldPath)
        try makeOld(at: bench.streamDirectory + "/ring.v99", version: 99)
        #expect(!bench.streams.isWrittenInOtherVersion(bench.name))
        let writer = Descriptor(
            owning: open(bench.streamDirectory + "/ring.v99", O_RDWR | O_CLOEXEC))
        #expect(try FileLock.tryLock(writer))
        #expect(bench.streams.isWrittenInOtherVersion(bench.name))
        FileLock.unlock(writer)
        // Others only have it mapped.
        try FileLock.use(writer)
        #expect(!bench.streams.isWrittenInOtherVersion(bench.name))
        // This version's own ring is another matter.
        let own = try Ring.create(
            path: bench.ringPath(), geometry: bench.ringGeometry,
            initialization: bench.initialization(), state: [])
        #expect(!bench.streams.isWrittenInOtherVersion(bench.name))
        own.release()
    }

    @Test("when a ring is put aside, one of another version in its folder stays")
    func damagedBeside() throws {
        let old = try makeOld(at: oldPath)
        try makeRing()
        try bench.replace([1, 2, 3])
        #expect(bench.streams.find(bench.name) == nil)
        #expect(contents(oldPath) == old)
        let folders = try FileSystem.names(in: bench.directory + "/damaged")
        #expect(folders.count == 1)
        let kept = bench.directory + "/damaged/" + (folders.first ?? "")
        #expect(try FileSystem.names(in: kept) == [Ring.fileName])
        #expect(try makeRing().state == .live)
    }

    @Test(
        "one that somebody has put in the place of ours gets the name that belongs to it",
        arguments: [(2, "ring"), (4, "ring.v4")] as [(UInt64, String)])
    func misplaced(version: UInt64, name: String) throws {
        let old = try makeOld(at: bench.ringPath(), version: version)
        #expect(bench.streams.find(bench.name) == nil)
        #expect(contents("\(bench.streamDirectory)/\(name)") == old)
        #expect(bench.streams.fault(of: bench.name) == nil)
        #expect(try makeRing().state == .live)
    }

    @Test("each is logged once, and their folder is not read again and again")
    func looked() throws {
        let log = MessageCount()
        let others = OtherVersions(
            directory: bench.directory + "/live",
            logger: Logger(label: "test", factory: { _ in CountingLogHandler(count: log) }))
        let look = { (nowMs: UInt64) in
            others.look(for: bench.name, nowMs: nowMs)
            return log.value
        }
        try makeOld(at: oldPath)
        #expect(look(0) == 1)
        try makeOld(at: bench.streamDirectory + "/ring.v4", version: 4)
        #expect(look(Limits.otherVersionsKnownMs - 1) == 1, "nobody has looked")
        #expect(look(Limits.otherVersionsKnownMs) == 2)
        #expect(look(2 * Limits.otherVersionsKnownMs) == 2)
    }

    @Test("of very many names at once, it is not remembered which were looked at")
    func many() throws {
        let log = MessageCount()
        let others = OtherVersions(
            directory: bench.directory + "/live",
            logger: Logger(label: "test", factory: { _ in CountingLogHandler(count: log) }))
        for number in 0..<3 * Limits.streams {
            others.look(for: try StreamName("name-\(number)"), nowMs: 0)
            #expect(others.remembered <= Limits.streams)
        }
        try makeOld(at: oldPath)
        others.look(for: bench.name, nowMs: 0)
        #expect(log.value == 1)
    }

    @Test("where that name is taken, both stay, and the stream cannot be opened")
    func misplacedTwice() throws {
        let first = try makeOld(at: oldPath)
        let second = try makeOld(at: bench.ringPath())
        bench.streams.recover(tryOut: { _ in })
        #expect(bench.streams.find(bench.name) == nil)
        #expect(bench.streams.fault(of: bench.name) == .otherVersion(2))
        #expect(contents(oldPath) == first)
        #expect(contents(try bench.ringPath()) == second)
    }
}

private final class MessageCount: Sendable {
    private let count = Atomic<Int>(0)
    var value: Int { count.load(ordering: .relaxed) }
    func add() { count.add(1, ordering: .relaxed) }
}

/// Counts what is logged.
private struct CountingLogHandler: LogHandler {
    let count: MessageCount
    var metadata = Logger.Metadata()
    var logLevel = Logger.Level.trace

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) { count.add() }
}
