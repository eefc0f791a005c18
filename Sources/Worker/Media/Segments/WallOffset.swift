// Which time of day belongs to the media: what to add to media time. Pure.
//
// What comes late says nothing, so the frame that came soonest after its time decides. It changes only
// where media is interrupted, because players count the time of day by what they have played: when the
// source has begun anew, or its clock has jumped. The first segment after that cannot wait for the frame
// that comes soonest. If it is far behind that one, because a source began with what it had gathered, the
// time of day is taken anew a little later, at the price of another interruption.

struct WallOffset: Sendable, Equatable {
    /// In force; nil until a segment has begun after media had arrived.
    var offsetMs: Int64?
    /// The least difference between arrival and media time since the source has begun; nil: none yet.
    var soonestMs: Int64?
    /// When a frame came that was sooner than all before it.
    var improvedAtMs: UInt64 = 0
    /// Nothing is looked for any more.
    var isClosed = false
    /// The source has begun anew, so the next interruption takes the time of day anew.
    var isDue = false

    /// Being wrong by less is not worth an interruption.
    private static let tolerableMs: Int64 = 1_000
    /// So long no frame must have come sooner: then a source gives what it makes, and nothing it has kept.
    private static let steadyMs: UInt64 = 1_000
    /// So long after an interruption, frames tell no more of when media was made.
    private static let openMs: Int64 = 10_000
    /// From the beginning of a ring's media to the year 9999, either way.
    static let range: ClosedRange<Int64> = -Timeline.latestMs...Int64(SegmentRecord.latestWallMs)

    /// - Parameter isKnown: there are segments that the present one is true of.
    mutating func beginAnew(isKnown: Bool) {
        if !isKnown { offsetMs = nil }
        soonestMs = nil
        isClosed = false
        isDue = isKnown
    }

    mutating func note(_ timeMs: Int64, arrivedMs: UInt64?) {
        guard !isClosed, let arrivedMs else { return }
        let differenceMs = Int64(min(arrivedMs, SegmentRecord.latestWallMs)) - timeMs
        guard differenceMs < soonestMs ?? .max else { return }
        soonestMs = differenceMs
        improvedAtMs = arrivedMs
    }

    /// Whether an interruption would mend more than it costs.
    /// - Parameters:
    ///   - sinceMs: for how long media has not been interrupted. What follows must not be of an earlier
    ///     time than the beginning of that stretch.
    ///   - arrivedMs: the time of day.
    func isWrong(sinceMs: Int64, arrivedMs: UInt64?) -> Bool {
        guard !isClosed, !isDue, let offsetMs, let soonestMs, let arrivedMs,
            arrivedMs > improvedAtMs, arrivedMs - improvedAtMs >= Self.steadyMs
        else { return false }
        let lateMs = offsetMs - soonestMs
        return lateMs >= Self.tolerableMs && sinceMs > lateMs
    }

    /// Media is interrupted here, or begins.
    mutating func settle() {
        guard !isClosed, let soonestMs else { return }
        // Of a source that begins anew, time does not go back.
        offsetMs =
            isDue ? max(offsetMs ?? soonestMs, soonestMs) : min(offsetMs ?? soonestMs, soonestMs)
        isDue = false
    }

    mutating func close(ifUnbrokenForMs sinceMs: Int64) {
        if sinceMs >= Self.openMs { isClosed = true }
    }

    /// In Unix milliseconds.
    func wallMs(ofMediaMs timeMs: Int64) -> UInt64 {
        min(UInt64(max(timeMs + (offsetMs ?? 0), 0)), SegmentRecord.latestWallMs)
    }
}
