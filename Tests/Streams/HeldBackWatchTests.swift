// Whether a publisher was held back just now, from how long it was held back in all.

import Testing

@testable import Streams

struct HeldBackWatchTests {
    @Test("growth counts, for some seconds, and what was there before does not")
    func growth() {
        var watch = HeldBackWatch()
        #expect(!watch.isHeldBack(nowMs: 0))
        watch.look(heldBackMs: 5_000, nowMs: 1_000)
        #expect(!watch.isHeldBack(nowMs: 1_000))
        watch.look(heldBackMs: 5_001, nowMs: 2_000)
        #expect(watch.isHeldBack(nowMs: 2_000))
        watch.look(heldBackMs: 5_001, nowMs: 11_000)
        #expect(watch.isHeldBack(nowMs: 11_000))
        #expect(!watch.isHeldBack(nowMs: 12_000))
    }

    @Test("another ring begins at nothing")
    func smaller() {
        var watch = HeldBackWatch()
        watch.look(heldBackMs: 5_000, nowMs: 1_000)
        watch.look(heldBackMs: 0, nowMs: 2_000)
        #expect(!watch.isHeldBack(nowMs: 2_000))
    }
}
