// Whether all is well with a stream, as operators see it: a traffic light, and the reasons in words. Pure.

import StreamState

struct StreamLight: Equatable {
    enum Colour: String, Comparable {
        case green
        /// Somebody should know.
        case amber
        /// People see less than they should.
        case red

        static func < (one: Colour, other: Colour) -> Bool { one.rank < other.rank }

        private var rank: Int {
            switch self {
            case .green: 0
            case .amber: 1
            case .red: 2
            }
        }
    }

    /// What it is judged by.
    struct Facts: Equatable {
        var state = StreamState.live
        var publisher = PublisherState.sending
        /// Whether a viewer who comes now gets media at once.
        var isJoinable = true
        var ageMs: UInt64 = 3_600_000
        /// Nil when it is not known.
        var keyframeIntervalMs: UInt64?
        var lagMs: UInt64 = 0
        /// Whether the publisher was held back just now.
        var isHeldBack = false
    }

    /// Nil for a stream that has ended.
    let colour: Colour?
    /// The worst first; empty when all is well.
    let reasons: [String]

    /// Where amber and red begin. A viewer who comes waits for a key frame at worst, and what he is
    /// shown is that much older.
    private static let keyframeMs: (amber: UInt64, red: UInt64) = (5_000, 10_000)
    /// The upload of chunks of two seconds is always up to two seconds late.
    private static let lagMs: (amber: UInt64, red: UInt64) = (3_000, 10_000)
    /// By then, a broadcast has brought its first key frame.
    private static let beginningMs: UInt64 = 5_000

    init(_ facts: Facts) {
        guard facts.state != .ended else {
            colour = nil
            reasons = []
            return
        }
        let found = Self.findings(facts).enumerated().sorted {
            ($1.element.colour, $0.offset) < ($0.element.colour, $1.offset)
        }
        colour = found.first?.element.colour ?? .green
        reasons = found.map(\.element.reason)
    }

    private typealias Finding = (colour: Colour, reason: String)

    private static func findings(_ facts: Facts) -> [Finding] {
        if facts.state == .paused {
            return facts.publisher == .gone
                ? [(.red, "paused: the publisher is gone")]
                : [(.amber, "paused: the publisher is connected, but sends nothing")]
        }
        var findings: [Finding] = []
        if !facts.isJoinable, facts.ageMs > beginningMs {
            findings.append((.red, "nobody can join: there is no key frame within reach"))
        }
        if let intervalMs = facts.keyframeIntervalMs, intervalMs > keyframeMs.amber {
            findings.append(
                (
                    intervalMs > keyframeMs.red ? .red : .amber,
                    "key frames are \(seconds(intervalMs)) apart; one every 2 s is good"
                ))
        }
        if facts.lagMs > lagMs.amber {
            findings.append(
                (
                    facts.lagMs > lagMs.red ? .red : .amber,
                    "lagging: media comes \(seconds(facts.lagMs)) later than it could; "
                        + "the publisher's network or encoder is too slow"
                ))
        }
        if facts.isHeldBack {
            findings.append((.amber, "held back: it is sent faster than it plays"))
        }
        return findings
    }

    private static func seconds(_ ms: UInt64) -> String { "\((ms + 500) / 1_000) s" }
}
