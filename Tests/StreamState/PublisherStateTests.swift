// Silent, gone, and why a broadcast is over.

import Testing

@testable import StreamState

@Suite struct PublisherStateTests {
    @Test(
        "silent and gone are two things",
        arguments: [
            // State, whether it has broken off, is writing, has a session, and what it does.
            (.live, false, true, false, .sending),
            (.live, false, false, false, .sending),
            (.paused, false, true, false, .silent),
            (.paused, false, false, true, .silent),
            (.paused, false, false, false, .gone),
            (.paused, true, false, false, .gone),
            (.paused, true, false, true, .gone),
            // Another request has the ring and has brought nothing yet.
            (.paused, true, true, false, .gone),
            (.ended, false, true, true, .gone),
        ] as [(StreamState, Bool, Bool, Bool, PublisherState)])
    func state(
        _ state: StreamState, _ hasBrokenOff: Bool, _ isWriting: Bool, _ hasSession: Bool,
        _ expected: PublisherState
    ) {
        let publisher = PublisherState(
            state, hasBrokenOff: hasBrokenOff, isWriting: isWriting, hasSession: hasSession)
        #expect(publisher == expected)
    }

    @Test("every reason has a word and a number of its own, and 0 is none")
    func reasons() {
        #expect(Set(EndReason.allCases.map(\.word)).count == EndReason.allCases.count)
        #expect(EndReason(rawValue: 0) == nil)
        #expect(EndReason(afterGraceOf: .silent) == .silent)
        #expect(EndReason(afterGraceOf: .gone) == .gone)
    }
}
