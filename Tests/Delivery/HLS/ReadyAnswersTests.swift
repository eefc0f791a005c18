// Answers that are given again: for how long, and to whom.

import HTTP
import Settings
import Testing

@testable import Delivery

@Suite struct ReadyAnswersTests {
    private let resource = Resource(
        Content(fields: [], contentFields: [], bytes: [1], tag: EntityTag("\"1\"")))
    private let state: IndexState
    private let other: IndexState

    init() {
        var index = SegmentIndex(tracks: [])
        state = IndexState(of: index)
        index.finish()
        other = IndexState(of: index)
    }

    private func isResource(_ answer: ReadyAnswers.Answer?) -> Bool {
        if case .resource(let found) = answer { found === resource } else { false }
    }

    @Test("an answer is given to the same target, in the same state, for a while")
    func again() {
        var ready = ReadyAnswers()
        let target = Array("/bob/hls/v1.m3u8?_HLS_msn=1&_HLS_part=2".utf8)
        #expect(ready.find(target.span, in: state, nowMs: 0) == nil)
        ready.keep(.resource(resource), at: target.span, in: state, nowMs: 5)
        #expect(isResource(ready.find(target.span, in: state, nowMs: 5)))
        #expect(ready.find(target.span, in: other, nowMs: 5) == nil)
        let lastMs = 5 + Limits.answersReadyMs - 1
        #expect(isResource(ready.find(target.span, in: state, nowMs: lastMs)))
        #expect(ready.find(target.span, in: state, nowMs: lastMs + 1) == nil)
        #expect(isResource(ready.findUnchanging(target.span, in: other)))
    }

    @Test(
        "no other target gets it",
        arguments: ["/bob/hls/v2.m3u8?x", "/bob/hls/v1.m3u8?y", "/bob/hls/v1.m3u8?xx", "", "x"])
    func notOthers(_ text: String) {
        var ready = ReadyAnswers()
        let target = Array("/bob/hls/v1.m3u8?x".utf8)
        ready.keep(.resource(resource), at: target.span, in: state, nowMs: 0)
        let other = Array(text.utf8)
        #expect(ready.find(other.span, in: state, nowMs: 0) == nil)
    }

    @Test("thousands of targets take no more room than a few, and the newest is there")
    func bounded() {
        var ready = ReadyAnswers()
        let targets = (0..<1_000).map { Array("/bob/hls/v1.m3u8?token=\($0)".utf8) }
        for target in targets {
            ready.keep(.resource(resource), at: target.span, in: state, nowMs: 0)
            #expect(isResource(ready.find(target.span, in: state, nowMs: 0)))
        }
        let there = targets.count { ready.find($0.span, in: state, nowMs: 0) != nil }
        #expect(there > 1 && there <= 64)
    }

    @Test("a target that is too long is not kept")
    func long() {
        var ready = ReadyAnswers()
        let target = [UInt8](repeating: UInt8(ascii: "a"), count: 257)
        ready.keep(.resource(resource), at: target.span, in: state, nowMs: 0)
        #expect(ready.find(target.span, in: state, nowMs: 0) == nil)
    }
}
