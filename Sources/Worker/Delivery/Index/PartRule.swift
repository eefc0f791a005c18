// Where the parts of a segment end. Pure; durations are in ticks of one track.
//
// No part is longer than was promised, and none but the last one of its segment is shorter than the norm
// allows. A part ends before the frame that would make it too long, if it has its least length by then. It
// ends as well once it has that, and another frame as long as its last one would be too much: so it need
// not wait until that frame's own length is known.
//
// A frame may last so long that neither is possible. Then parts end within its time.
// - If it can be repeated, it ends where the part has its least length, and a repeat goes on from there.
//   So it does not matter whether time brings that about, or the next frame.
// - If not, it goes into the part if that has not its least length yet, and into the next one otherwise. That
//   part is as long as parts may be, and has all of the frame's bytes. What is left of its time is counted
//   with the part of the next frame, or is in parts without media if it is too much for that.

struct PartRule: Sendable, Equatable {
    /// The longest part; nil when there are no parts, so that a segment is a single one.
    private let mostTicks: UInt64?
    private let leastTicks: UInt64
    /// The length of the part so far.
    private(set) var ticks: UInt64 = 0
    /// No frame is in the part.
    private(set) var isEmpty = true

    /// A part with less than this share of the target is only allowed in some places (rfc8216bis, section
    /// 4.4.4.9).
    private static let leastPercent: UInt64 = 85

    init(targetMs: UInt32?, timescale: UInt32) {
        let product = UInt64(targetMs ?? 0) * UInt64(timescale)
        let most = max(product / 1_000, 1)
        mostTicks = targetMs == nil ? nil : most
        leastTicks = min((product * Self.leastPercent + 99_999) / 100_000, most)
    }

    /// What happens next with so much time.
    enum Step: Equatable {
        /// The frame goes into the part, and its time, or what is left of it, as well.
        case add
        /// The frame goes into the part, which then has the longest length, and takes so much of its time.
        case addAndClose(UInt64)
        /// The part ends before the frame.
        case close
    }

    /// - Parameter frameTicks: what is left of the time of the frame that comes next.
    func step(_ frameTicks: UInt64) -> Step {
        guard let mostTicks, frameTicks > mostTicks - min(ticks, mostTicks) else { return .add }
        let hasEnough = !isEmpty && ticks >= leastTicks
        return hasEnough ? .close : .addAndClose(mostTicks - min(ticks, mostTicks))
    }

    /// How much of a frame's time goes into the part when the frame is to be repeated after it; 0: none,
    /// since the part has its least length. Nil without parts.
    var repeatedAfter: UInt64? {
        mostTicks == nil ? nil : leastTicks - min(ticks, leastTicks)
    }

    /// Whether the part is to be closed after a frame was added.
    func isClosed(after frameTicks: UInt64) -> Bool {
        guard let mostTicks else { return false }
        return ticks >= leastTicks && frameTicks > mostTicks - min(ticks, mostTicks)
    }

    /// How long a part without media is that begins now, when no frame comes for so long; nil when that
    /// time goes with the next frame.
    func emptyPart(for leftTicks: UInt64, isFirst: Bool) -> UInt64? {
        guard let mostTicks, leftTicks > 0, !isFirst || leftTicks >= leastTicks else { return nil }
        return min(leftTicks, mostTicks)
    }

    /// A frame is in the part, with so much of its time.
    mutating func add(_ frameTicks: UInt64) {
        ticks += frameTicks
        isEmpty = false
    }

    /// Time passes in which no frame begins.
    mutating func pass(_ leftTicks: UInt64) { ticks += leftTicks }

    mutating func close() {
        ticks = 0
        isEmpty = true
    }
}
