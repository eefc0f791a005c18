// The clock of a ring: the boot clock, which goes on where it stood still when the machine was booted
// meanwhile, whatever its own uptime was then and is now.

import Glibc
import LinuxIO
import Testing

@testable import SegmentRing

@Suite struct ClockTests {
    private let scratch = ScratchDirectory()

    /// A ring with three entries, the newest at `bootMs`, as another boot has left it.
    private func ringOfAnotherBoot(newestBootMs: UInt64) throws -> Ring {
        let writer = try Ring.create(
            path: scratch.ring, geometry: smallGeometry, initialization: [1], state: [])
        for agoMs in [200, 100, 0] as [UInt64] {
            try writer.appendKnown(length: 10, bootMs: newestBootMs - agoMs)
        }
        writer.ring.ownerWords[0].store(newestBootMs + 5)
        writer.ring.ownerWords[OwnerWords.times - 1].store(newestBootMs - 50)
        writer.ring.ownerWords[OwnerWords.times].store(.max)
        writer.release()
        try reboot(createdBootMs: newestBootMs - 300)
        return try Ring.open(path: scratch.ring)
    }

    /// Makes the ring one of an earlier boot, in which it was made at `createdBootMs`.
    private func reboot(createdBootMs: UInt64) throws {
        let descriptor = open(scratch.ring, O_RDWR)
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: RingHeader.bytes)
        try #require(pread(descriptor, &bytes, bytes.count, 0) == bytes.count)
        var writer = ByteWriter()
        writer.append(createdBootMs)
        writer.append(BootClock.bootID ^ UInt64.random(in: 1...(.max)))
        bytes.replaceSubrange(80..<96, with: writer.bytes)
        var checksum = ByteWriter()
        checksum.append(Checksum.crc32c(Array(bytes.dropLast(4))))
        bytes.replaceSubrange(RingHeader.bytes - 4..<RingHeader.bytes, with: checksum.bytes)
        try #require(pwrite(descriptor, bytes, bytes.count, 0) == bytes.count)
    }

    @Test("the clock of a ring made in this boot is the boot clock")
    func sameBoot() throws {
        let beforeMs = BootClock.nowMs()
        let ring = try Ring.create(
            path: scratch.ring, geometry: smallGeometry, initialization: [], state: []
        ).ring
        #expect(!ring.hasStoppedClock)
        #expect((beforeMs...BootClock.nowMs()).contains(ring.createdBootMs))
        #expect((beforeMs...BootClock.nowMs()).contains(ring.bootNowMs))
    }

    /// How far the clock of the earlier boot was when the machine went down.
    private static let uptimesMs: [UInt64] = [
        1_000, BootClock.nowMs() + 1_000, BootClock.nowMs() + 400 * 86_400_000,
    ]

    @Test(
        "after a reboot the clock stands still until a writer comes, then goes on from there",
        arguments: uptimesMs)
    func reboots(uptimeMs: UInt64) throws {
        let ring = try ringOfAnotherBoot(newestBootMs: uptimeMs)
        #expect(ring.hasStoppedClock)
        #expect(ring.bootNowMs == uptimeMs)
        #expect(ring.ageMs == 300)

        let startedMs = BootClock.nowMs()
        let writer = try #require(try ring.acquireWriter(slot: 0))
        #expect(!ring.hasStoppedClock)
        let nowMs = ring.bootNowMs
        let passedMs = BootClock.nowMs() - startedMs
        #expect((uptimeMs...uptimeMs + passedMs).contains(nowMs))
        // What was a little ahead of the newest entry is not in the future now.
        #expect(ring.ownerWords[0].load().timeMs == uptimeMs)
        #expect(ring.ownerWords[OwnerWords.times - 1].load().timeMs == uptimeMs - 50)
        // What is no time stays what it is.
        #expect(ring.ownerWords[OwnerWords.times].load().bits == .max)

        try writer.appendKnown(length: 10, flags: .independent, bootMs: nowMs)
        #expect(ring.entry(3)?.bootMs == nowMs)
        #expect(ring.independent(atOrBefore: nowMs) == 3)
        // Another process, and another writer, see the same clock.
        writer.release()
        let other = try Ring.open(path: scratch.ring)
        #expect(!other.hasStoppedClock)
        #expect(other.bootNowMs >= nowMs)
        _ = try #require(try other.acquireWriter(slot: 0))
        #expect((nowMs...nowMs + BootClock.nowMs() - startedMs).contains(other.bootNowMs))
    }

    @Test("a ring that lives through two reboots has a clock that never went back")
    func twice() throws {
        var ring = try ringOfAnotherBoot(newestBootMs: 10_000_000_000)
        try #require(try ring.acquireWriter(slot: 0)).release()
        // As the next boot finds what this one has set.
        ring.setClockShift(77, boot: BootClock.bootID ^ 1)
        ring = try Ring.open(path: scratch.ring)
        #expect(ring.hasStoppedClock)
        #expect(ring.bootNowMs == 10_000_000_000)
        try #require(try ring.acquireWriter(slot: 0)).release()
        #expect(ring.bootNowMs >= 10_000_000_000)
        #expect(ring.bootNowMs < 10_000_000_000 + BootClock.nowMs())
    }

    @Test("where boots cannot be told apart, times ahead of the clock give a reboot away")
    func unnoticedReboot() throws {
        let writer = try Ring.create(
            path: scratch.ring, geometry: smallGeometry, initialization: [], state: [])
        let aheadMs = BootClock.nowMs() + 86_400_000
        try writer.appendKnown(length: 10, bootMs: aheadMs)
        writer.release()
        try #require(try writer.ring.acquireWriter(slot: 0)).release()
        #expect(writer.ring.bootNowMs >= aheadMs)
    }

    @Test("the time of day in a ring is that of its beginning and the time since, whatever is set")
    func wallClock() throws {
        let ring = try Ring.create(
            path: scratch.ring, geometry: smallGeometry, initialization: [], state: []
        ).ring
        let startMs = ring.createdWallClockMs
        #expect(ring.wallClockMs(ofBootMs: 0) == startMs)
        #expect(ring.wallClockMs(ofBootMs: ring.createdBootMs + 90_000) == startMs + 90_000)
        #expect(ring.wallClockMs(ofBootMs: UntrustedNumber.latestMs) == UntrustedNumber.latestMs)
    }
}
