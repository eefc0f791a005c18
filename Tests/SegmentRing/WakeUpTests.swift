// Sleeping without missing a commit: whatever the two sides do at the same moment, the reader sees the
// commit or the writer sees the reader's interest.

import Glibc
import Synchronization
import Testing

@testable import SegmentRing

/// Two threads that meet again and again.
private final class Meeting: Sendable {
    private let arrivals = Atomic<Int>(0)

    /// Returns when both have come for the `round`th time, counted from 1.
    func meet(_ round: Int) {
        arrivals.add(1, ordering: .acquiringAndReleasing)
        // Short spins keep the two close together; the yield lets them meet on one processor too.
        var spins = 0
        while arrivals.load(ordering: .acquiring) < 2 * round {
            spins += 1
            if spins % 1_000 == 0 { sched_yield() }
        }
    }
}

/// The reader's side, on a thread of its own.
private final class Reader: Sendable {
    static let rounds = 5_000
    let path: String
    let meeting = Meeting()
    /// Whether the commit of a round was seen after the interest bit had been set.
    let sawCommit = Mutex<[Bool]>([])

    init(path: String) { self.path = path }

    func run() {
        guard let ring = try? Ring.open(path: path) else { fatalError("the ring is there") }
        var seen: [Bool] = []
        for round in 1...Self.rounds {
            ring.slots.setInterested(false, slot: 1)
            meeting.meet(2 * round - 1)
            ring.slots.setInterested(true, slot: 1)
            seen.append(ring.entryHead == UInt64(round))
            meeting.meet(2 * round)
        }
        sawCommit.withLock { $0 = seen }
    }
}

@Suite struct WakeUpTests {
    private let scratch = ScratchDirectory()

    @Test("a commit is seen by the reader, or the reader's interest by the writer")
    func noLostWakeUp() throws {
        let writer = try Ring.create(
            path: scratch.ring, geometry: smallGeometry, initialization: [], state: [])
        let reader = Reader(path: scratch.ring)
        var thread = pthread_t()
        let argument = Unmanaged.passRetained(reader).toOpaque()
        let result = pthread_create(
            &thread, nil,
            { argument in
                Unmanaged<Reader>.fromOpaque(argument!).takeRetainedValue().run()
                return nil
            }, argument)
        try #require(result == 0)
        var sawInterest: [Bool] = []
        for round in 1...Reader.rounds {
            reader.meeting.meet(2 * round - 1)
            try writer.appendKnown(length: 1)
            sawInterest.append(writer.ring.slots.interested & 2 != 0)
            reader.meeting.meet(2 * round)
        }
        pthread_join(thread, nil)
        let sawCommit = reader.sawCommit.withLock { $0 }
        try #require(sawCommit.count == Reader.rounds)
        #expect(zip(sawCommit, sawInterest).allSatisfy { $0 || $1 })
    }
}
