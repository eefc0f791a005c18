// When keys of session tickets are replaced, also over upgrades.

import Settings
import Testing

@testable import Supervisor

@Suite("Keys of session tickets") struct TicketKeysTests {
    private static let startMs: UInt64 = 1_000_000_000
    private static let lifeMs = Limits.ticketKeyRotationMs

    @Test("are replaced when they are old enough, and the last ones stay valid once as long")
    func rotation() {
        var keys = TicketKeys(nowMs: Self.startMs)
        let first = keys.current
        #expect(keys.previous == nil)
        #expect(keys.nextRotationMs(nowMs: Self.startMs) == Self.lifeMs)
        #expect(keys.nextRotationMs(nowMs: Self.startMs + Self.lifeMs - 1) == 1)
        keys.rotate(nowMs: Self.startMs + Self.lifeMs)
        #expect(keys.previous == first && keys.current != first)
        #expect(keys.nextRotationMs(nowMs: Self.startMs + Self.lifeMs) == Self.lifeMs)
    }

    @Test(
        "are as old after an upgrade as they were before",
        arguments: [
            (0, lifeMs), (1, lifeMs - 1), (lifeMs - 1, 1), (lifeMs, 0), (lifeMs + 1, 0),
        ] as [(UInt64, UInt64)])
    func upgrade(ageMs: UInt64, nextMs: UInt64) {
        let keys = TicketKeys(current: [1], previous: [2], ageMs: ageMs, nowMs: Self.startMs)
        #expect(keys.nextRotationMs(nowMs: Self.startMs) == nextMs)
        // And so they are after the next one.
        let again = TicketKeys(
            current: [1], previous: [2], ageMs: keys.ageMs(nowMs: Self.startMs), nowMs: Self.startMs
        )
        #expect(again.nextRotationMs(nowMs: Self.startMs) == nextMs)
    }

    @Test("are not older than the machine has run")
    func early() {
        let keys = TicketKeys(current: [1], previous: nil, ageMs: 5_000, nowMs: 3_000)
        #expect(keys.ageMs(nowMs: 3_000) == 3_000)
    }
}
