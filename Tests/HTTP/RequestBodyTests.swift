// How long the body of a request may take. Pure: bytes and clock in.

import Testing

@testable import HTTP

struct RequestBodyTests {
    private static var limits: HTTPLimits {
        var limits = HTTPLimits()
        limits.bodyFirstByteMs = 100
        limits.bodyIdleMs = 200
        limits.progressMs = 1_000
        limits.progressBytes = 1_000
        return limits
    }

    private func look(
        _ body: inout RequestBody, at nowMs: UInt64, isAwaited: Bool = true
    ) -> ProgressWatch.Verdict {
        body.look(isAwaited: isAwaited, nowMs: nowMs, Self.limits)
    }

    @Test("the first byte has its time", arguments: [BodyPatience.steady, .continuous, .ofHandler])
    func firstByte(_ patience: BodyPatience) {
        var body = RequestBody(isExpected: true, nowMs: 0)
        body.patience = patience
        #expect(look(&body, at: 40) == .held(lookAfterMs: 60))
        #expect(look(&body, at: 100) == .tooSlow)
    }

    @Test("a steady body moves at the rate that is asked of everything")
    func steady() {
        var body = RequestBody(isExpected: true, nowMs: 0)
        body.received(1, nowMs: 10)
        #expect(look(&body, at: 400) == .held(lookAfterMs: 600))
        body.received(999, nowMs: 900)
        #expect(look(&body, at: 1_000) == .held(lookAfterMs: 1_000))
        #expect(look(&body, at: 2_000) == .tooSlow)
    }

    @Test("a continuous body brings each next byte in time, however few")
    func continuous() {
        var body = RequestBody(isExpected: true, nowMs: 0)
        body.patience = .continuous
        body.received(1, nowMs: 10)
        #expect(look(&body, at: 110) == .held(lookAfterMs: 100))
        body.received(1, nowMs: 205)
        #expect(look(&body, at: 210) == .held(lookAfterMs: 195))
        #expect(look(&body, at: 405) == .tooSlow)
    }

    @Test("a body that its handler watches is left alone once it has begun")
    func ofHandler() {
        var body = RequestBody(isExpected: true, nowMs: 0)
        body.patience = .ofHandler
        body.received(1, nowMs: 10)
        #expect(look(&body, at: 1_000_000) == .free)
    }

    @Test("nobody is blamed for a body that nobody waits for")
    func free() {
        var answered = RequestBody(isExpected: true, nowMs: 0)
        #expect(look(&answered, at: 1_000_000, isAwaited: false) == .free)
        var held = RequestBody(isExpected: true, nowMs: 0)
        held.received(5, nowMs: 0)
        held.handedOn(5)
        #expect(look(&held, at: 1_000_000) == .free, "the handler still has some")
        held.patience = .continuous
        held.credited(5, nowMs: 1_000_000)
        #expect(look(&held, at: 1_000_100) == .held(lookAfterMs: 100), "room is news, too")
        var complete = RequestBody(isExpected: false, nowMs: 0)
        #expect(look(&complete, at: 1_000_000) == .free)
        var unwanted = RequestBody(isExpected: true, nowMs: 0)
        unwanted.discard()
        #expect(look(&unwanted, at: 1_000_000) == .free)
    }

    @Test("what comes behind a response that does not depend on it changes no phase but the last")
    func unwanted() {
        var body = RequestBody(isExpected: true, nowMs: 0)
        body.discard()
        body.received(3, nowMs: 1)
        #expect(body.phase == .unwanted && body.receivedBytes == 3)
        let isNews = body.finish()
        #expect(!isNews && body.isComplete)
        body.discard()
        #expect(body.isComplete)
    }

    @Test("more credit than bytes is our own fault")
    func credit() async {
        await #expect(processExitsWith: .failure) {
            var body = RequestBody(isExpected: true, nowMs: 0)
            body.received(1, nowMs: 0)
            body.handedOn(1)
            body.credited(2, nowMs: 0)
        }
    }
}
