// How long a peer may be dead before that is known, beside how long others may be silent.

import Settings
import Testing

@Suite struct DeadPeerLimitTests {
    @Test("the time after which a peer is dead is that of all questions together")
    func relations() {
        // Linux ends the connection at the user timeout, whatever the number of probes.
        let questionsSeconds =
            Limits.deadPeerIdleSeconds + Limits.deadPeerIntervalSeconds * Limits.deadPeerProbes
        #expect(Limits.deadPeerMs == questionsSeconds * 1_000)
        // A stream is paused, and seen to be, before its publisher counts as dead.
        #expect(Limits.deadPeerIdleSeconds * 1_000 > Limits.publisherSilenceMs)
        // A peer that is there and takes too little is found by its rate, not by this.
        #expect(Limits.deadPeerMs >= Limits.progressMs)
    }
}
