// The traffic light of a stream: its colour, and its reasons in words.

import StreamState
import Testing

@testable import Operations

struct StreamLightTests {
    private typealias Facts = StreamLight.Facts

    private static let cases: [(Facts, StreamLight.Colour?, String)] = [
        (Facts(), .green, ""),
        (Facts(keyframeIntervalMs: 5_000, lagMs: 3_000), .green, ""),
        (Facts(state: .ended, publisher: .gone), nil, ""),
        (Facts(state: .paused, publisher: .gone), .red, "the publisher is gone"),
        (Facts(state: .paused, publisher: .silent), .amber, "sends nothing"),
        (Facts(isJoinable: false), .red, "nobody can join"),
        (Facts(isJoinable: false, ageMs: 1_000), .green, ""),
        (Facts(keyframeIntervalMs: 5_001), .amber, "key frames are 5 s apart"),
        (Facts(keyframeIntervalMs: 10_001), .red, "key frames are 10 s apart"),
        (Facts(lagMs: 3_001), .amber, "lagging: media comes 3 s later"),
        (Facts(lagMs: 12_000), .red, "lagging: media comes 12 s later"),
        (Facts(isHeldBack: true), .amber, "held back"),
    ]

    @Test("each trouble has its colour and its reason", arguments: 0..<cases.count)
    func colours(number: Int) {
        let (facts, colour, words) = Self.cases[number]
        let light = StreamLight(facts)
        #expect(light.colour == colour)
        #expect(light.reasons.count == (words.isEmpty ? 0 : 1))
        #expect(light.reasons.first?.contains(words) ?? words.isEmpty)
    }

    @Test("the worst of several reasons decides, and comes first")
    func several() {
        let light = StreamLight(
            Facts(keyframeIntervalMs: 6_000, lagMs: 11_000, isHeldBack: true))
        #expect(light.colour == .red)
        #expect(light.reasons.count == 3)
        #expect(light.reasons[0].hasPrefix("lagging"))
        #expect(light.reasons[1].hasPrefix("key frames"))
    }
}
