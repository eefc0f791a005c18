// Who behind a proxy has reset too many streams, with a clock of our own.

import LinuxIO
import Settings
import Testing

@testable import HTTP

struct ClientResetsTests {
    private func client(_ number: Int) -> ClientNetwork {
        PeerAddress(bytes: [10, 0, UInt8(number / 256), UInt8(number % 256)]).network
    }

    private func count(
        _ tested: inout ClientResets, _ number: Int, atMs nowMs: UInt64, isTaken: Bool = true
    ) {
        let isCounted = tested.add(client(number), nowMs: nowMs)
        #expect(isCounted == isTaken)
    }

    @Test("a client has its own budget, which refills, and others have theirs")
    func budgets() {
        var tested = ClientResets(per10s: 10)
        for _ in 0..<10 {
            #expect(!tested.isSpent(client(1), nowMs: 0))
            count(&tested, 1, atMs: 0)
        }
        #expect(tested.isSpent(client(1), nowMs: 999) && !tested.isSpent(client(2), nowMs: 0))
        // What comes beyond the budget does not keep anybody out for longer.
        for _ in 0..<100 { count(&tested, 1, atMs: 0) }
        #expect(!tested.isSpent(client(1), nowMs: 1_000))
    }

    @Test("so many clients are remembered, and those who have been quiet make room")
    func bounded() {
        var tested = ClientResets(per10s: 10)
        for number in 0..<Limits.clientsWithResets {
            count(&tested, number, atMs: 0)
        }
        count(&tested, 9_999, atMs: 999, isTaken: false)
        count(&tested, 0, atMs: 999)
        count(&tested, 9_999, atMs: 2_000)
    }
}
