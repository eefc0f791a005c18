// Thousands of ways in which publishers, workers and clocks can meet, through the machine of turns. A
// failure names its seed and ends with what had happened; WEIR_TURN_SEED=SEED runs that world alone.

import Glibc
import Testing

@testable import Ingest

@Suite struct TurnSimulationTests {
    private static let batches: UInt64 = 8
    private static let worldsPerBatch: UInt64 = 150
    private static let steps = 250

    private static let onlySeed: UInt64? =
        getenv("WEIR_TURN_SEED").flatMap { UInt64(String(cString: $0)) }

    private func run(_ seed: UInt64, isTraced: Bool = false) -> TurnWorld {
        let world = TurnWorld(seed: seed, isTraced: isTraced)
        world.run(steps: Self.steps)
        return world
    }

    @Test(
        "one writes at a time, in order, nothing accepted is lost, and everybody is answered",
        arguments: 0..<batches)
    func worlds(batch: UInt64) {
        let first = batch * Self.worldsPerBatch
        for seed in first..<first + Self.worldsPerBatch {
            let world = run(Self.onlySeed ?? seed)
            guard world.violations.isEmpty else {
                Issue.record(
                    "seed \(world.seed): \(world.violations)\n\(world.trace.joined(separator: "\n"))"
                )
                return
            }
            if Self.onlySeed != nil { return }
        }
    }

    @Test("a seed leads to the same world each time")
    func repeats() {
        let (one, other) = (run(7, isTraced: true), run(7, isTraced: true))
        #expect(one.trace == other.trace)
        #expect(!one.trace.isEmpty)
    }

    @Test("everything that can happen does")
    func isNotTame() {
        let happened = (0..<100 as Range<UInt64>).reduce(into: Set<String>()) {
            $0.formUnion(run($1, isTraced: true).happened)
        }
        let expected: Set<String> = [
            "begin", "resume", "repeatBody", "takePlace", "answer", "takeOver", "ring",
            "awaitLease", "announceOldest", "arm", "disarm", "retire", "lost race",
            "answer alreadyLive", "answer takenOver", "answer streamEnded", "answer chunkGap",
            "answer chunkEarly", "answer broadcastOver", "answer missingInitialization",
            "answer tooManyWait", "answer shuttingDown", "answer stalled", "answer ring",
        ]
        #expect(expected.subtracting(happened) == [])
    }
}
