// What a worker does about rings that cannot be used, and about those that were replaced.

import Glibc
import LinuxIO
import SegmentRing
import StreamBench
import StreamState
import Testing

@testable import Streams

@Suite struct DamagedRingTests {
    private let bench: StreamBench

    init() throws {
        bench = try StreamBench()
    }

    private func makeRing(name: StreamName? = nil) throws -> LiveStream {
        let name = name ?? bench.name
        try bench.streams.makeStreamDirectory(name)
        let writer = try Ring.create(
            path: bench.streams.ringPath(name), geometry: bench.ringGeometry,
            initialization: bench.initialization(), state: [])
        writer.ring.status.lastIngestBootMs = writer.ring.bootNowMs
        writer.release()
        return try #require(bench.streams.find(name))
    }

    private var putAside: [String] {
        (try? FileSystem.names(in: bench.directory + "/damaged")) ?? []
    }

    enum Damage: CaseIterable {
        case empty, truncated, header, link, danglingLink, fifo, directory, folderIsFile,
            folderIsLink
        case initialization
    }

    private func damage(_ damage: Damage) throws {
        let ring = bench.streams.ringPath(bench.name)
        let folder = bench.streamDirectory
        switch damage {
        // Other files: one that is cut short while it is mapped ends its worker, once.
        case .empty: try bench.replace([])
        case .truncated: try bench.replace(Array(bench.contents().prefix(20_000)))
        case .header: try bench.replace(bench.contents(), word: 1, at: 0)
        case .link:
            rename(ring, bench.directory + "/elsewhere")
            symlink(bench.directory + "/elsewhere", ring)
        case .danglingLink:
            unlink(ring)
            symlink(bench.directory + "/nowhere", ring)
        case .fifo:
            unlink(ring)
            mkfifo(ring, 0o600)
        case .directory:
            unlink(ring)
            mkdir(ring, 0o700)
        case .folderIsFile:
            try FileSystem.removeTree(folder)
            try FileSystem.write([1], to: folder, through: bench.directory + "/other")
        case .folderIsLink:
            rename(folder, bench.directory + "/elsewhere")
            symlink(bench.directory + "/elsewhere", folder)
        case .initialization:
            unlink(ring)
            _ = try Ring.create(
                path: ring, geometry: bench.ringGeometry, initialization: [1, 2],
                state: [])
        }
    }

    @Test(
        "whatever has a ring's place, the name is free when recovery is done",
        arguments: Damage.allCases)
    func recovery(_ kind: Damage) throws {
        _ = try makeRing()
        try damage(kind)
        bench.streams.recover()
        #expect(bench.streams.find(bench.name) == nil)
        #expect(!FileSystem.exists(bench.streamDirectory))
        #expect(putAside.count == 1)
        _ = try makeRing()
        #expect(!FileSystem.exists(bench.directory + "/live/.recovering-0"))
    }

    @Test("whatever has a ring's place, a new ring can be made there", arguments: Damage.allCases)
    func inUse(_ kind: Damage) throws {
        let old = try makeRing()
        try damage(kind)
        _ = bench.streams.find(bench.name)
        let new = try makeRing()
        #expect(new !== old)
        #expect(new.state == .live)
    }

    @Test("a ring that loses its name to nobody has ended")
    func removed() throws {
        let stream = try makeRing()
        try FileSystem.removeTree(bench.directory + "/live")
        #expect(bench.streams.find(bench.name) == nil)
        #expect(stream.state == .ended)
        _ = try makeRing()
    }

    @Test("links that lie in what is removed are not followed")
    func links() throws {
        let folder = bench.directory + "/folder"
        try FileSystem.makeDirectory(folder)
        try FileSystem.makeDirectory(folder + "/inner")
        try FileSystem.makeDirectory(bench.directory + "/precious")
        try FileSystem.write([1], to: bench.directory + "/precious/file", through: folder + "/new")
        symlink(bench.directory + "/precious", folder + "/inner/link")
        try FileSystem.removeTree(folder)
        #expect(!FileSystem.exists(folder))
        #expect(FileSystem.exists(bench.directory + "/precious/file"))
    }

    @Test("a ring that one worker has died of is tried again, after a second death it is put aside")
    func deaths() throws {
        let other = try StreamName("aaa")
        _ = try makeRing(name: other)
        _ = try makeRing()
        let path = bench.directory + "/live/.recovering-0"
        let inode = try #require(FileSystem.inode(of: bench.streams.ringPath(bench.name)))
        RecoveryMark(path: path).begin(bench.name, inode: inode)
        #expect(RecoveryMark(path: path).suspect == bench.name)
        RecoveryMark(path: path).begin(bench.name, inode: inode)
        #expect(RecoveryMark(path: path).deaths(of: bench.name, inode: inode) == 2)
        #expect(RecoveryMark(path: path).deaths(of: bench.name, inode: inode + 1) == 0)
        bench.streams.recover()
        #expect(bench.streams.all().map(\.name) == [other])
        #expect(putAside.count == 1)

        // The name has another ring by now: nobody has died of that one.
        _ = try makeRing()
        for _ in 0..<2 { RecoveryMark(path: path).begin(bench.name, inode: inode) }
        bench.streams.recover()
        #expect(bench.streams.all().map(\.name) == [other, bench.name])
        #expect(!FileSystem.exists(path))
    }

    @Test(
        "a mark that says nothing is none",
        arguments: [
            "", "x", "somebody", "somebody 1", "somebody 0 7", "somebody -1 7", "some/body 1 7",
            "a b c", "somebody 1 x", "\u{0}",
        ])
    func marks(text: String) {
        #expect(RecoveryMark.decode(text) == nil)
    }

    @Test("only the newest damaged rings are kept")
    func bound() throws {
        for _ in 0..<7 {
            _ = try makeRing()
            try damage(.truncated)
            bench.streams.recover()
        }
        #expect(putAside.count == 4)
    }

    // MARK: Replaced rings

    /// Replaces the ring as a broadcast does that comes back with other tracks.
    private func replace(_ stream: LiveStream) throws {
        let lease = try #require(try stream.ring.acquireWriter(slot: 0))
        let writer = try Ring.create(
            path: bench.streams.ringPath(bench.name), geometry: bench.ringGeometry,
            initialization: bench.initialization(), state: [],
            keepingReplacedAs: bench.streams.replaced.path(of: stream.ring, bench.name))
        lease.release()
        writer.release()
    }

    @Test("a replaced ring counts as long as somebody has it, and not longer")
    func replacedRings() throws {
        var old: LiveStream? = try makeRing()
        try replace(try #require(old))
        let kept = bench.streams.replaced.removeUnused { _, _ in false }
        #expect(kept.map(\.name) == [Substring(bench.name.text)])
        #expect(try #require(kept.first).bytes >= 1 << 20)
        #expect(bench.streams.find(bench.name) !== old)
        old = nil
        #expect(bench.streams.replaced.removeUnused { _, _ in false } == [])
        #expect(try FileSystem.names(in: bench.directory + "/replaced") == [])
    }

    @Test("a replaced ring stays for as long as the one that has the name needs it")
    func neededRings() throws {
        var old: LiveStream? = try makeRing()
        try replace(try #require(old))
        let epoch = try #require(old?.ring.epoch)
        old = nil
        #expect(bench.streams.find(bench.name) != nil)
        var asked: [UInt64] = []
        let kept = bench.streams.replaced.removeUnused {
            asked.append($1)
            return $0 == Substring(bench.name.text)
        }
        #expect(asked == [epoch] && kept.map(\.isNeeded) == [true])
        bench.streams.removeUnusedRings()
        #expect(try FileSystem.names(in: bench.directory + "/replaced") == [])
    }

    @Test("what a ring of another version needs stays for as long as that one has its place")
    func neededByAnotherVersion() throws {
        let folder = bench.directory + "/replaced"
        try FileSystem.makeDirectory(folder)
        try bench.streams.makeStreamDirectory(bench.name)
        let other = bench.streamDirectory + "/ring.v99"
        try FileSystem.write([1], to: other, through: bench.directory + "/new")
        let names = [
            "\(bench.name)-1f.v99", "\(bench.name)-1f.v98", "another-1f.v99", "another-1f",
        ]
        for name in names {
            try FileSystem.write(
                [1, 2], to: "\(folder)/\(name)", through: bench.directory + "/new")
        }
        let kept = bench.streams.replaced.removeUnused { name, _ in
            // The one without a version is of this one's format.
            if name == bench.name.text { Issue.record("this version knows nothing of them") }
            return false
        }
        #expect(kept.map(\.name) == [Substring(bench.name.text)])
        #expect(kept.map(\.isNeeded) == [true])
        #expect(try FileSystem.names(in: folder) == [names[0]])
        try FileSystem.removeFile(other)
        #expect(bench.streams.replaced.removeUnused { _, _ in true } == [])
        #expect(try FileSystem.names(in: folder) == [])
    }

    @Test(
        "what is not ours in the folder of replaced rings stays, and so does what a link leads to")
    func strangeReplaced() throws {
        let folder = bench.directory + "/replaced"
        let elsewhere = bench.directory + "/elsewhere"
        for directory in [folder, elsewhere] {
            try FileSystem.makeDirectory(directory)
            try FileSystem.makeDirectory(directory + "/somebody-1.v3")
            try FileSystem.write([1], to: directory + "/notes.txt", through: directory + "/new")
        }
        #expect(bench.streams.replaced.removeUnused { _, _ in false } == [])
        #expect(Set(try FileSystem.names(in: folder)) == ["somebody-1.v3", "notes.txt"])
        try FileSystem.write([1], to: elsewhere + "/somebody-2.v3", through: elsewhere + "/new")
        try FileSystem.removeTree(folder)
        symlink(elsewhere, folder)
        #expect(bench.streams.replaced.removeUnused { _, _ in false } == [])
        #expect(try FileSystem.names(in: elsewhere).count == 3)
    }

    @Test("a few rings may be replaced at a time, and together no more than is free")
    func admission() throws {
        let mine = Array(repeating: ReplacedRings.Kept(name: "somebody", bytes: 10), count: 3)
        let others = Array(repeating: ReplacedRings.Kept(name: "other", bytes: 10), count: 5)
        func admits(_ kept: [ReplacedRings.Kept], free: UInt64) -> Bool {
            ReplacedRings.admits(bench.name, ringBytes: 10, beside: kept, freeBytes: free)
        }
        #expect(admits([], free: 0))
        #expect(admits(mine.dropLast(), free: 30))
        #expect(!admits(mine.dropLast(), free: 29))
        #expect(!admits(mine, free: .max))
        // Others' rings keep nobody from replacing one, only from doing so again at once.
        #expect(admits(others, free: 0))
        #expect(admits(Array(mine.prefix(1)) + others, free: 70))
        #expect(!admits(Array(mine.prefix(1)) + others, free: 69))
    }

    @Test(
        "rings leave room on every disk",
        arguments: [
            (16 << 20, 1 << 20), (1_100 << 20, 64 << 20), (10 << 30, (10 << 30) / 50),
            (1 << 40, 1 << 30), (UInt64.max, 1 << 30),
        ] as [(UInt64, UInt64)])
    func reserve(total: UInt64, kept: UInt64) {
        #expect(DiskReserve.bytes(of: DiskSpace(totalBytes: total, freeBytes: 0)) == kept)
    }

    @Test("no ring is made of the disk's last room")
    func noRoom() throws {
        try bench.streams.makeStreamDirectory(bench.name)
        #expect(throws: RingError.noSpace) {
            try Ring.create(
                path: bench.streams.ringPath(bench.name),
                geometry: bench.ringGeometry, initialization: [], state: [],
                reserve: { $0.freeBytes })
        }
        #expect(try FileSystem.names(in: bench.streamDirectory) == [])
    }
}
