// What stands between the bytes of a broadcast and its ring: a parser turns them into fragments that
// viewers can be sent unchanged, in any format a publisher may send. WebM is the first.
//
// The state of a parser goes with every fragment into the ring, and another worker goes on from it.

import Media

protocol BroadcastParser {
    /// What viewers get first; nil until the broadcast's header is complete.
    var initialization: Initialization? { get }
    /// Where the next media goes on the ring's time line, in milliseconds.
    var nextMediaTimeMs: Int64 { get }
    /// Input that has been taken and is not in a fragment yet.
    var carry: [UInt8] { get }
    /// The same for a body that does not continue this one: without what is unread.
    var carryOfAnotherBody: [UInt8] { get }

    /// Takes bytes of the body, and appends what they complete. If it throws, what was complete before
    /// the error is still in the batch.
    mutating func push(
        _ bytes: Span<UInt8>, into batch: inout FragmentBatch
    ) throws(MediaError) -> PushResult
    /// Completes a header that waits for frames: no more frames follow.
    mutating func settleHeader()
    /// No media follows in this body: appends the frames that are still held back.
    mutating func flush(into batch: inout FragmentBatch)
    /// What comes next does not continue what came last.
    mutating func resynchronize()
    /// What comes next belongs behind that time of the ring.
    mutating func continueTimeline(atMs timeMs: Int64)
    /// When the bytes of the next push have arrived: Unix milliseconds that steps of the wall clock do not
    /// move; nil when there is no ring yet.
    var arrivedMs: UInt64? { get set }
    /// The ordinal of the segment that begins next, and how many segments so far did not continue the one
    /// before.
    var segmentOrdinals: (next: UInt64, discontinuities: UInt64) { get }
    /// What is promised of the segments; nil as long as that is not decided.
    var segmentPlan: SegmentPlan? { get }
    /// What follows is in a ring whose segments begin with these numbers, and keep that plan, if any.
    mutating func beginSegments(ordinal: UInt64, discontinuities: UInt64, plan: SegmentPlan?)
    /// What follows is in the same ring as that of a parser of this format whose state this is.
    mutating func continueSegments(of state: [UInt8]) throws(MediaError)
    /// What another parser needs, besides `carry`, to go on from here.
    func state() -> [UInt8]
}

extension WebMIngest: BroadcastParser {}

/// What publishers may send. The number is kept in the ring with the parser's state.
enum BroadcastFormat: UInt8, Equatable, Sendable, CaseIterable {
    case webM = 1

    /// The first bytes of a body that has a complete header.
    private var signature: [UInt8] {
        switch self {
        case .webM: [0x1A, 0x45, 0xDF, 0xA3]
        }
    }

    /// The format of a body with these first bytes; nil when they do not begin a header that we know.
    static func sniff(_ bytes: some Collection<UInt8>) -> BroadcastFormat? {
        allCases.first { format in
            zip(bytes, format.signature).allSatisfy { $0 == $1 }
        }
    }

    /// A parser for a broadcast that begins.
    func parser(limits: MediaLimits) -> any BroadcastParser {
        switch self {
        case .webM: WebMIngest(limits: limits)
        }
    }

    /// A parser that goes on where another one stopped.
    func parser(
        resuming state: [UInt8], carry: [UInt8], initialization: Initialization,
        limits: MediaLimits
    ) throws(MediaError) -> any BroadcastParser {
        switch self {
        case .webM:
            try WebMIngest(
                resuming: state, carry: carry, initialization: initialization, limits: limits)
        }
    }
}
