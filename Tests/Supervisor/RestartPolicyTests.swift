// When a dead worker is started again.

import Settings
import Testing

@testable import Supervisor

@Suite("The restart policy")
struct RestartPolicyTests {
    @Test("starts a worker again at once when it lived long enough, however often")
    func healthy() {
        var policy = RestartPolicy()
        for _ in 0..<10 {
            #expect(policy.delayMs(livedMs: Limits.restartBackoffResetMs) == 0)
        }
    }

    @Test("forgives the first quick death, then waits longer each time, up to a bound")
    func quickDeaths() {
        var policy = RestartPolicy()
        let delays = (0..<9).map { _ in policy.delayMs(livedMs: 5) }
        #expect(delays == [0, 100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000])
        for _ in 0..<1_000 {
            #expect(policy.delayMs(livedMs: 0) == Limits.restartBackoffLongestMs)
        }
    }

    @Test("a worker may use up its own time to end before it is killed")
    func exitTime() {
        #expect(Limits.workerExitMs > Limits.lingerMs)
        #expect(Limits.workerExitMs > Limits.orphanExitMs)
    }

    @Test("starts afresh after a long life")
    func reset() {
        var policy = RestartPolicy()
        for _ in 0..<5 { _ = policy.delayMs(livedMs: 0) }
        #expect(policy.delayMs(livedMs: Limits.restartBackoffResetMs + 1) == 0)
        #expect(policy.delayMs(livedMs: 0) == 0)
        #expect(policy.delayMs(livedMs: 0) == Limits.restartBackoffFirstMs)
    }
}
