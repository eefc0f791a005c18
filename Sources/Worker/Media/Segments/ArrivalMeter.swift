// How much media arrives at a time: parts cannot be shorter, or a player would get several at once and then
// none for longer than was promised. Pure; times come from the caller.
//
// The first arrival is passed over: many sources begin with what they have gathered so far.

struct ArrivalMeter: Sendable, Equatable {
    /// When the present arrival began; nil before the first one.
    private(set) var beganAtMs: UInt64?
    /// Where media ended before the present arrival; nil in the first one.
    private var reachedMs: Int64?
    /// How much media each arrival has brought, but for the first and the present one.
    private(set) var advances = GreatestDistances()

    /// What comes closer together is one arrival.
    private static let oneArrivalMs: UInt64 = 50
    /// One arrival in so many may bring more than is usual.
    private static let oddOneIn: UInt32 = 6

    /// How much media an arrival brings at most, as a rule; nil as long as that is not known.
    var usualMs: Int64? { advances.usualMs(passingOverOneIn: Self.oddOneIn) }

    /// Something has arrived.
    /// - Parameter reachedMs: where the media before it ends.
    mutating func note(atMs ms: UInt64, reachedMs endMs: Int64) {
        guard let beganAtMs else {
            beganAtMs = ms
            return
        }
        guard ms > beganAtMs, ms - beganAtMs >= Self.oneArrivalMs else { return }
        if let reachedMs { advances.note(endMs - reachedMs) }
        reachedMs = endMs
        self.beganAtMs = ms
    }

    // MARK: As bytes

    func append(to output: inout OutputSpan<UInt8>) {
        output.append((beganAtMs == nil ? 0 : 1) | (reachedMs == nil ? 0 : 2))
        output.append(bigEndian: beganAtMs ?? 0, count: 8)
        output.append(time: reachedMs ?? 0)
        advances.append(to: &output)
    }

    init() {}

    init(from reader: inout SnapshotReader) throws(MediaError) {
        let flags = try reader.byte()
        guard flags <= 3 else { throw .malformed("unknown flags of arrivals") }
        let beganMs = try reader.unsigned(8)
        let endMs = try reader.time(0...Timeline.latestMs)
        beganAtMs = flags & 1 == 0 ? nil : beganMs
        reachedMs = flags & 2 == 0 ? nil : endMs
        advances = try GreatestDistances(from: &reader)
    }
}
