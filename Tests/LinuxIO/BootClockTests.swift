import Testing

@testable import LinuxIO

@Suite struct BootClockTests {
    @Test(
        "the boot clock is at least as far as the clock that stands still while the machine sleeps")
    func forward() {
        let monotonicMs = MonotonicClock.nowMs()
        let bootMs = BootClock.nowMs()
        #expect(bootMs >= monotonicMs)
        #expect(BootClock.nowMs() >= bootMs)
    }

    @Test(
        "a boot's identifier is made of both halves of what the system says; anything else is 0",
        arguments: [
            ("00000000-0000-0001-0000-000000000010\n", 0x11), ("", 0),
            ("12345678-9abc-def0-0000-000000000000\n", 0x1234_5678_9ABC_DEF0),
            ("00000000-0000-0000-1234-56789abcdef0", 0x1234_5678_9ABC_DEF0),
            ("12345678-9abc", 0), ("zzzzzzzz-9abc-def0-0000-000000000000", 0),
        ] as [(String, UInt64)])
    func identifier(text: String, expected: UInt64) {
        #expect(BootClock.bootID(of: Array(text.utf8)) == expected)
    }

    @Test("this boot has an identifier")
    func thisBoot() {
        #expect(BootClock.bootID != 0)
    }

    @Test("the time since a moment that is still to come is none")
    func since() {
        #expect((7 as UInt64).since(5) == 2)
        #expect((5 as UInt64).since(7) == 0)
    }
}
