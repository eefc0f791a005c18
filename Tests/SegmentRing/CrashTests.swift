// A writer in another process is killed: in the middle of whatever it does, and after every single
// instruction. What is left must always be whole.

import CStepper
import Glibc
import Testing

@testable import SegmentRing

/// The state that ring-torture keeps with this many entries.
private func knownState(_ entryHead: UInt64) -> [UInt8] {
    (0..<40).map { UInt8(truncatingIfNeeded: (entryHead &* 0x9E37_79B9) >> UInt64($0 % 32)) }
}

@Suite(.serialized) struct CrashTests {
    private let scratch = ScratchDirectory()

    private func create(_ geometry: RingGeometry) throws -> Ring {
        let writer = try Ring.create(
            path: scratch.ring, geometry: geometry, initialization: [1, 2, 3],
            state: knownState(0))
        return writer.ring
    }

    /// Reads one entry as a viewer would; true when it was whole. Garbage is a failure.
    private func readOne(_ ring: Ring, _ sequence: UInt64) -> Bool {
        guard case .entry(let entry) = ring.lookup(sequence) else { return false }
        var bytes = [UInt8](repeating: 0, count: entry.length)
        let copied = bytes.withUnsafeMutableBytes { ring.copy(entry, from: 0, into: $0) }
        if copied { #expect(Checksum.crc32c(bytes) == entry.checksum) }
        return copied
    }

    /// What every new holder of the lease may rely on.
    private func expectIntact(_ writer: RingWriter) {
        let head = writer.ring.entryHead
        #expect(writer.state == knownState(head))
        #expect(KnownMedia.isFragment(writer.carry, head))
        if head > 0 { #expect(readOne(writer.ring, head - 1)) }
    }

    @Test(
        "a writer killed at a random moment leaves a ring that the next one continues",
        arguments: SeededRandom.fresh())
    func killedWriter(seed: UInt64) throws {
        var random = SeededRandom(seed)
        let ring = try create(
            RingGeometry(
                dataBytes: 16_384, entries: 32, initializationBytes: 3, carryBytes: 2_000,
                stateBytes: 40))
        var wholeReads = 0
        for _ in 0..<30 {
            let head = ring.entryHead
            let child = try ChildProcess(
                "ring-torture", ["append", scratch.ring, String(random.next())])
            let target = head + UInt64.random(in: 1...60, using: &random)
            while ring.entryHead < target, child.isRunning {
                let newest = ring.entryHead
                let sequence = newest - min(newest, UInt64.random(in: 0...40, using: &random))
                if readOne(ring, sequence) { wholeReads += 1 }
            }
            child.kill()
            #expect(child.status == -SIGKILL)
            let writer = try #require(try ring.acquireWriter(slot: 0))
            #expect(writer.ring.entryHead >= target)
            expectIntact(writer)
            try writer.appendKnown(length: 100, state: knownState(ring.entryHead + 1))
        }
        #expect(wholeReads > 0)
    }

    @Test("the lease of a killed writer is free again, and only then")
    func lease() throws {
        let ring = try create(smallGeometry)
        let child = try ChildProcess("ring-torture", ["hold", scratch.ring])
        while ring.slots.waiting == 0, child.isRunning { sched_yield() }
        #expect(ring.slots.writer == 3)
        #expect(try ring.acquireWriter(slot: 0) == nil)
        child.kill()
        let writer = try #require(try ring.acquireWriter(slot: 0))
        #expect(!writer.recoveredFromCrash)
        ring.slots.release(3)
        #expect(ring.slots.waiting == 0)
        #expect(ring.slots.writer == 0)
    }

    @Test(
        "a kill after any single instruction leaves a ring that is whole for readers and writers",
        .enabled("this machine does not allow ptrace") { try CrashTests.mayTrace() })
    func everyInstruction() throws {
        let ring = try create(smallGeometry)
        let child = try ChildProcess("ring-torture", ["step", scratch.ring])
        let copy = try FileCopy(of: scratch.ring, to: "\(scratch.path)/copy")
        var steps = 0
        var states = 0
        var heads: Set<UInt64> = []
        while true {
            var raw: Int32 = 0
            try #require(waitpid(child.pid, &raw, 0) == child.pid)
            child.note(raw)
            if child.status != nil { break }
            if try copy.update() {
                states += 1
                heads.insert(try expectWholeCopy(of: ring))
            }
            steps += 1
            try #require(stepper_step(child.pid) == 0)
        }
        #expect(child.status == 0)
        #expect(heads == Set(1...7))
        #expect(states > 100)
        #expect(steps > states)
    }

    /// Whether one process may trace another here; hardened containers forbid it.
    private static func mayTrace() throws -> Bool {
        let scratch = ScratchDirectory()
        let writer = try Ring.create(
            path: scratch.ring, geometry: smallGeometry, initialization: [], state: knownState(0))
        writer.release()
        let child = try ChildProcess("ring-torture", ["step", scratch.ring])
        var raw: Int32 = 0
        try #require(waitpid(child.pid, &raw, 0) == child.pid)
        child.note(raw)
        return child.status != 77
    }

    /// Checks the live ring as a viewer, and its copy as the next writer; returns its entry head.
    private func expectWholeCopy(of ring: Ring) throws -> UInt64 {
        let head = ring.entryHead
        for sequence in head - min(head, 9)..<head { _ = readOne(ring, sequence) }
        if head > 0 { #expect(readOne(ring, head - 1)) }
        for sequence in ring.oldestSequence..<head { #expect(ring.entry(sequence) != nil) }

        let recovered = try Ring.open(path: "\(scratch.path)/copy")
        let writer = try #require(try recovered.acquireWriter(slot: 1))
        #expect(recovered.entryHead == head)
        expectIntact(writer)
        try writer.appendKnown(length: 500, flags: .independent, state: knownState(head + 1))
        for sequence in head - min(head, 9)...head { _ = readOne(recovered, sequence) }
        #expect(recovered.bytes(head).map { KnownMedia.isFragment($0, head) } == true)
        return head
    }
}

/// The bytes of a file as they are at one moment, in another file.
private final class FileCopy {
    private let source: UnsafeMutableRawPointer
    private let count: Int
    private let target: Int32
    private var last: [UInt8]

    init(of path: String, to copy: String) throws {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        target = open(copy, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        try #require(descriptor >= 0 && target >= 0)
        defer { close(descriptor) }
        var status = stat()
        fstat(descriptor, &status)
        count = Int(status.st_size)
        source = try #require(mmap(nil, count, PROT_READ, MAP_SHARED, descriptor, 0))
        try #require(source != MAP_FAILED)
        last = []
    }

    deinit {
        munmap(source, count)
        close(target)
    }

    /// Copies the file if it has changed since the last time.
    func update() throws -> Bool {
        if !last.isEmpty, memcmp(source, &last, count) == 0 { return false }
        last = Array(UnsafeRawBufferPointer(start: source, count: count))
        try #require(pwrite(target, &last, count, 0) == count)
        return true
    }
}
