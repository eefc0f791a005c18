// What turns need to know of a publish request: what it says of itself, when it came, and what is known
// of its body. A value; the request itself, with its connection and its bytes, belongs to the driver.

import Settings

/// Names a request among all that a stream has had in this worker.
struct TurnID: Hashable, Sendable {
    let number: UInt64
}

struct TurnRequest: Equatable, Sendable {
    let id: TurnID
    /// The connection that it came over.
    let connectionID: UInt64
    /// When it asked for its turn; milliseconds of the loop.
    let arrivedMs: UInt64
    /// When the request came, before it was known whether it may publish; microseconds of the monotonic
    /// clock, which all workers share.
    let arrivedUs: UInt64
    private(set) var facts: PublishFacts
    private var glimpse: BodyGlimpse
    /// Since when it could go on if it were its turn, or has begun without saying as what.
    private var readySinceMs: UInt64?

    init(
        id: TurnID, facts: PublishFacts, connectionID: UInt64, arrivedMs: UInt64,
        arrivedUs: UInt64, glimpse: BodyGlimpse
    ) {
        self.id = id
        self.facts = facts
        self.connectionID = connectionID
        self.arrivedMs = arrivedMs
        self.arrivedUs = arrivedUs
        self.glimpse = glimpse
        if facts.chunk != nil { readySinceMs = arrivedMs }
        _ = learn(glimpse, nowMs: arrivedMs)
    }

    var chunk: ChunkNumber? { facts.chunk }
    var identity: UInt64 { facts.identity }

    /// It has no number, and it is known how its body begins: such bodies keep the order in which they
    /// came.
    var keepsOrder: Bool { facts.chunk == nil && facts.start != .unknown }

    /// Takes in what is known of the body now. True: that may decide something. A numbered chunk has its
    /// place whatever its bytes are.
    mutating func learn(_ next: BodyGlimpse, nowMs: UInt64) -> Bool {
        let isNews = next.start != glimpse.start || next.isEnough != glimpse.isEnough
        glimpse = next
        facts.start = next.start
        if next.hasBegun, readySinceMs == nil { readySinceMs = nowMs }
        return isNews && facts.chunk == nil
    }

    /// It has asked the silent writer of that broadcast to stop, so it may interrupt that broadcast.
    mutating func replaces(_ writer: WriterFacts) {
        if facts.startsBroadcast { facts.replacedSession = writer.session }
    }

    // MARK: At a moment

    func ageMs(_ nowMs: UInt64) -> UInt64 { nowMs - min(arrivedMs, nowMs) }

    /// What it says of itself, with what depends on the moment and on the writer in this worker.
    func facts(nowMs: UInt64, writerConnectionID: UInt64?) -> PublishFacts {
        var facts = facts
        facts.waitedMs = ageMs(nowMs)
        facts.sharesConnectionWithWriter = writerConnectionID == connectionID
        return facts
    }

    /// It has waited for its turn as long as requests may.
    func isOverdue(_ nowMs: UInt64) -> Bool {
        readySinceMs.map { nowMs >= $0 + Limits.chunkTurnMs } ?? false
    }

    /// Why a body that continues nothing is refused; nil as long as that may still change.
    func refusalOfContinuation(_ past: BroadcastPast?, nowMs: UInt64) -> PublishError? {
        guard glimpse.isEnough || ageMs(nowMs) >= Limits.sniffMs else { return nil }
        guard glimpse.looksLikeContinuation else { return .media(.notWebM) }
        // The body that this one continues may still be on its way to another worker.
        guard ageMs(nowMs) >= Limits.unknownSessionMs else { return nil }
        let over = PublishError.broadcastOver(facts, past)
        return over == .broadcastOver(nil) ? .missingInitialization : over
    }
}

extension WriterFacts {
    /// The facts of a request that writes in this worker.
    init(_ request: TurnRequest, silentMs: UInt64) {
        self.init(
            identity: request.identity, session: request.chunk?.session ?? 0,
            chunk: request.chunk?.number, silentMs: silentMs, hasLength: request.facts.hasLength)
    }
}
