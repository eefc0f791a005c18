// Readers on threads of their own, while the writer overwrites what they are just reading.

import Glibc
import Synchronization
import Testing

@testable import SegmentRing

/// One reader: takes entries until the writer is done and nothing is left, and counts those that are wrong.
/// Sendable because it uses of the ring only what any number of readers may use, and its own counters are
/// read after its thread has ended.
private final class Reader: @unchecked Sendable {
    private let ring: Ring
    private let isWritten: Atomic<Bool>
    private var bytes: [UInt8]
    private(set) var taken = 0
    private(set) var wrong = 0

    init(_ ring: Ring) {
        self.ring = ring
        isWritten = Atomic(false)
        bytes = [UInt8](repeating: 0, count: ring.geometry.fragmentBytes)
    }

    /// Nothing is written from now on.
    func finish() { isWritten.store(true, ordering: .releasing) }

    func run() {
        var cursor = RingCursor(.newest, policy: .toNewestIndependent(lagAllowedMs: 100))
        while true {
            let isLast = isWritten.load(ordering: .acquiring)
            guard case .entry(let entry) = cursor.next(in: ring) else {
                if isLast { return }
                sched_yield()
                continue
            }
            let count = bytes.withUnsafeMutableBytes { cursor.copy(from: ring, into: $0) }
            guard let count else { continue }
            taken += 1
            if !KnownMedia.isFragment(Array(bytes[..<count]), entry.sequence) { wrong += 1 }
        }
    }
}

@Suite struct ConcurrentReadingTests {
    private let scratch = ScratchDirectory()

    @Test("readers get whole entries or none, however fast the writer overwrites them")
    func whole() throws {
        let seed = SeededRandom.fresh()[0]
        var random = SeededRandom(seed)
        let writer = try Ring.create(
            path: scratch.ring, geometry: smallGeometry, initialization: [], state: [])
        let readers = (0..<3).map { _ in Reader(writer.ring) }
        let threads = try readers.map { reader in
            var thread = pthread_t()
            let started = pthread_create(
                &thread, nil,
                { argument in
                    Unmanaged<Reader>.fromOpaque(argument!).takeRetainedValue().run()
                    return nil
                }, Unmanaged.passRetained(reader).toOpaque())
            try #require(started == 0)
            return thread
        }
        for _ in 0..<20_000 {
            try writer.appendKnown(
                length: Int.random(in: 0...1_000, using: &random),
                flags: random.once(in: 3) ? .independent : [])
            // Lets readers in on a machine with one processor, at moments of all kinds.
            if random.once(in: 4) { sched_yield() }
        }
        try writer.appendKnown(length: 100, flags: .independent)
        for reader in readers { reader.finish() }
        for thread in threads { pthread_join(thread, nil) }
        for reader in readers {
            #expect(reader.wrong == 0, "seed \(seed)")
            #expect(reader.taken > 0, "seed \(seed)")
        }
    }
}
