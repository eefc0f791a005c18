// Ring files come, are replaced and go; one writer at a time; what a writer keeps for the next.

import Glibc
import LinuxIO
import Testing

@testable import SegmentRing

@Suite struct LifeCycleTests {
    private let scratch = ScratchDirectory()

    private func create(
        _ geometry: RingGeometry = smallGeometry, state: [UInt8] = [9], slot: Int? = nil
    ) throws -> RingWriter {
        try Ring.create(
            path: scratch.ring, geometry: geometry, initialization: [1], state: state, slot: slot)
    }

    // MARK: Files

    @Test("a path without a file is missing, and so is a path without a directory")
    func missing() {
        #expect(throws: RingError.missing) { try Ring.open(path: scratch.ring) }
        #expect(throws: RingError.missing) {
            try Ring.create(
                path: scratch.path + "/none/ring", geometry: smallGeometry, initialization: [],
                state: [])
        }
    }

    @Test("a replaced ring is no longer current, and can still be read")
    func replaced() throws {
        let first = try create()
        try first.appendKnown(length: 100)
        #expect(first.ring.isCurrent)
        let second = try create()
        #expect(second.ring.isCurrent)
        #expect(!first.ring.isCurrent)
        #expect(first.ring.epoch != second.ring.epoch)
        #expect(first.ring.bytes(0) == KnownMedia.fragment(0, length: 100))
        #expect(throws: RingError.missing) { try first.ring.acquireWriter(slot: 0) }

        first.ring.remove()
        #expect(second.ring.isCurrent)
        second.ring.remove()
        #expect(!second.ring.isCurrent)
        #expect(throws: RingError.missing) { try Ring.open(path: scratch.ring) }
    }

    @Test("what a killed creator left behind is used again")
    func staleTemporary() throws {
        let stale = open(scratch.ring + ".new", O_RDWR | O_CREAT, 0o600)
        #expect(ftruncate(stale, 12_345) == 0)
        close(stale)
        let writer = try create()
        try writer.appendKnown(length: 1)
        #expect(access(scratch.ring + ".new", F_OK) != 0)
    }

    @Test("two cannot create the same ring at once")
    func busy() throws {
        let other = Descriptor(owning: open(scratch.ring + ".new", O_RDWR | O_CREAT, 0o600))
        #expect(try FileLock.tryLock(other))
        #expect(throws: RingError.busy) { try create() }
        FileLock.unlock(other)
        #expect(try create().ring.isCurrent)
    }

    @Test(
        "a full file system is told, and nothing is left behind",
        .enabled("mounting a small tmpfs needs root") { LifeCycleTests.mayMount() })
    func noSpace() throws {
        let mount = ScratchDirectory()
        try #require(Self.mountSmall(mount.path))
        defer { umount(mount.path) }
        let large = RingGeometry(
            dataBytes: 65_536, entries: 8, initializationBytes: 0, carryBytes: 0, stateBytes: 0)
        #expect(throws: RingError.noSpace) {
            try Ring.create(path: mount.ring, geometry: large, initialization: [], state: [])
        }
        #expect(access(mount.ring + ".new", F_OK) != 0)
        let small = try Ring.create(
            path: mount.ring, geometry: smallGeometry, initialization: [], state: [])
        try small.appendKnown(length: 1_000)
        #expect(throws: RingError.noSpace) {
            try Ring.create(path: mount.ring, geometry: large, initialization: [], state: [])
        }
        #expect(small.ring.isCurrent)
    }

    private static func mountSmall(_ path: String) -> Bool {
        Glibc.mount("tmpfs", path, "tmpfs", 0, "size=64k") == 0
    }

    private static func mayMount() -> Bool {
        let scratch = ScratchDirectory()
        defer { umount(scratch.path) }
        return mountSmall(scratch.path)
    }

    @Test("a symbolic link, a directory and a FIFO are no rings")
    func otherFiles() throws {
        let writer = try create()
        let link = scratch.path + "/other"
        #expect(symlink(scratch.ring, link) == 0)
        #expect(throws: RingError.invalid("it is a symbolic link")) {
            try Ring.open(path: link)
        }
        unlink(link)
        #expect(mkfifo(link, 0o600) == 0)
        #expect(throws: RingError.invalid("it is not a regular file")) {
            try Ring.open(path: link)
        }
        #expect(throws: RingError.invalid("it is a directory")) {
            try Ring.open(path: scratch.path)
        }
        #expect(writer.ring.isCurrent)
    }

    // MARK: The lease

    @Test("only one writer at a time, even within one process")
    func oneWriter() throws {
        let creator = try create(slot: 5)
        let ring = try Ring.open(path: scratch.ring)
        #expect(ring.slots.writer == 5)
        #expect(try ring.acquireWriter(slot: 1) == nil)
        creator.release()
        creator.release()
        #expect(ring.slots.writer == nil)
        var second = try ring.acquireWriter(slot: 1)
        #expect(second != nil)
        #expect(ring.slots.writer == 1)
        #expect(try creator.ring.acquireWriter(slot: 2) == nil)
        second = nil
        #expect(try creator.ring.acquireWriter(slot: 2) != nil)
    }

    @Test("writing after the lease was given back is a bug that stops the process")
    func writingAfterRelease() async {
        await #expect(processExitsWith: .failure) {
            let scratch = ScratchDirectory()
            let writer = try Ring.create(
                path: scratch.ring, geometry: smallGeometry, initialization: [], state: [])
            writer.release()
            writer.ring.remove()
            rmdir(scratch.path)
            try writer.appendKnown(length: 1)
        }
    }

    // MARK: What is kept between leases

    @Test("a suspended writer's state and carry are there for the next")
    func suspend() throws {
        let first = try create(state: [1, 2])
        #expect(!first.recoveredFromCrash)
        #expect(first.state == [1, 2])
        try first.appendKnown(length: 10, state: [3])
        #expect(first.state == [3])
        let carry = [UInt8](repeating: 4, count: 300)
        try first.suspend(state: [5, 6], carry: carry)
        #expect(first.carry == carry)
        first.release()

        let second = try #require(try first.ring.acquireWriter(slot: 0))
        #expect(!second.recoveredFromCrash)
        #expect(second.state == [5, 6])
        #expect(second.carry == carry)
        try second.appendKnown(length: 10, state: [7])
        #expect(second.carry == [])
        second.release()

        let third = try #require(try first.ring.acquireWriter(slot: 0))
        #expect(third.recoveredFromCrash)
        #expect(third.state == [7])
        #expect(third.carry == [])
        #expect(third.ring.entryHead == 2)
    }

    @Test("many suspends in a row keep the newest")
    func manySuspends() throws {
        var writer = try create()
        for round in UInt8(1)...9 {
            try writer.suspend(state: [round], carry: [round, round])
            if round % 3 == 0 {
                writer.release()
                writer = try #require(try writer.ring.acquireWriter(slot: 0))
            }
            #expect(writer.state == [round])
            #expect(writer.carry == [round, round])
        }
    }

    @Test("damaged data of a recent entry makes a ring unfit for writing")
    func damagedData() throws {
        let writer = try create()
        for _ in 0..<3 { try writer.appendKnown(length: 100) }
        writer.release()
        let descriptor = open(scratch.ring, O_RDWR)
        defer { close(descriptor) }
        let data = off_t(RingLayout(smallGeometry).data)
        #expect(pwrite(descriptor, [255, 254, 253], 3, data + 150) == 3)
        #expect(throws: RingError.invalid("the data of entry 1 is damaged")) {
            try writer.ring.acquireWriter(slot: 0)
        }
        #expect(writer.ring.verify(try #require(writer.ring.entry(0))))
        #expect(!writer.ring.verify(try #require(writer.ring.entry(1))))
    }

    @Test("a clock that goes backwards does not, in a ring")
    func clock() throws {
        var writer = try create()
        for time in [50, 40, 60] as [UInt64] {
            try writer.appendKnown(length: 1, bootMs: time)
        }
        writer.release()
        writer = try #require(try writer.ring.acquireWriter(slot: 0))
        try writer.appendKnown(length: 1, bootMs: 55)
        let times = (0..<4).map { writer.ring.entry($0)?.bootMs }
        #expect(times == [50, 50, 60, 60])
    }
}
