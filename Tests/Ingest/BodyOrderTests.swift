// Bodies without numbers that wait in several workers have one order.

import SegmentRing
import Settings
import StreamBench
import StreamState
import Testing

@testable import Ingest

@Suite struct BodyOrderTests {
    private let bench: StreamBench
    private let ring: Ring

    init() throws {
        bench = try StreamBench()
        let writer = try Ring.create(
            path: bench.ringPath(),
            geometry: RingGeometry(
                dataBytes: 64 * 1_024, entries: 64, initializationBytes: 4_096, carryBytes: 64,
                stateBytes: 512),
            initialization: bench.initialization(), state: [])
        writer.release()
        ring = writer.ring
    }

    private let mine = BodyOrder(slot: 1)

    @Test(
        "who came later gives way, and of two that came at once, the one in the later worker",
        arguments: [
            // When bodies in workers 0, 2 and 5 came, and which of them go before one of 100.
            (nil, nil, nil, 0), (101, 101, 101, 0), (99, 101, 101, 1), (101, 99, 1, 0b10_0100),
            (100, nil, nil, 1), (nil, 100, 100, 0),
        ] as [(UInt64?, UInt64?, UInt64?, UInt64)])
    func order(_ zero: UInt64?, _ two: UInt64?, _ five: UInt64?, _ expected: UInt64) {
        ring.status.setOldestBody(us: zero, slot: 0)
        ring.status.setOldestBody(us: two, slot: 2)
        ring.status.setOldestBody(us: five, slot: 5)
        mine.announce(100, on: ring)
        #expect(mine.slotsBefore(100, on: ring, nowMs: 0) == expected)
    }

    @Test("each of those before it has its own time to take its turn, and no more")
    func patience() {
        for number in 1...3 as ClosedRange<UInt64> {
            ring.status.setOldestBody(us: number, slot: 0)
            let sinceMs = number * Limits.giveWayMs
            #expect(mine.slotsBefore(100, on: ring, nowMs: sinceMs) != 0)
            #expect(mine.slotsBefore(100, on: ring, nowMs: sinceMs + Limits.giveWayMs - 1) != 0)
        }
        #expect(mine.slotsBefore(100, on: ring, nowMs: 4 * Limits.giveWayMs) == 0)
        // Somebody has written meanwhile.
        mine.leaseIsHeld()
        #expect(mine.slotsBefore(100, on: ring, nowMs: 5 * Limits.giveWayMs) != 0)
    }

    @Test("what a worker has said of itself is taken back when none waits there")
    func announcement() {
        mine.announce(100, on: ring)
        #expect(ring.status.oldestBodyUs(slot: 1) == 100)
        // It is not in its own way.
        #expect(mine.slotsBefore(200, on: ring, nowMs: 0) == 0)
        mine.announce(nil, on: ring)
        #expect(ring.status.oldestBodyUs(slot: 1) == nil)
        mine.announce(100, on: ring)
        mine.announce(100, on: nil)
        #expect(ring.status.oldestBodyUs(slot: 1) == nil)
    }
}
