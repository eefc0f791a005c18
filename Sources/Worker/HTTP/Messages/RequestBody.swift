// The body of a request while it comes: how far it has got, what of it the handler still has, and how
// long it may take. The same for both protocols.
//
// awaited -> arriving -> complete; or unwanted in between, when a response is given that does not
// depend on what more comes. Pure: bytes and clock in. Milliseconds of the loop.

/// How long the body of a request may take that we are willing to read.
package enum BodyPatience {
    /// It moves at the rate that is asked of everything (Limits.progressBytes), which gives a small one
    /// thirty seconds in all.
    case steady
    /// Each next byte comes within Limits.bodyIdleMs: it is live, and as fast as what it carries.
    case continuous
    /// Once it has begun, its handler sees to that, and knows better.
    case ofHandler
}

struct RequestBody {
    enum Phase: Equatable {
        /// Nothing of it has come yet.
        case awaited
        case arriving
        /// It may still come, and is thrown away.
        case unwanted
        /// Nothing more comes from the peer.
        case complete
    }

    /// What the client waits for before it sends the body.
    enum Expectation: Equatable {
        case nothing
        /// 100 (Continue).
        case continuation
        /// 200: source clients of Icecast.
        case acceptance
        /// It has been sent that 200: the outcome has no status any more.
        case accepted
    }

    private(set) var phase: Phase
    var expectation = Expectation.nothing
    var patience = BodyPatience.steady
    /// Bytes that have come.
    private(set) var receivedBytes = 0
    /// Bytes that the handler was given and has not credited.
    private(set) var uncreditedBytes = 0
    /// When the peer last sent some, or was given room for some.
    private var activityMs: UInt64
    private var watch: ProgressWatch

    init(isExpected: Bool, nowMs: UInt64) {
        phase = isExpected ? .awaited : .complete
        activityMs = nowMs
        watch = ProgressWatch(heldSinceMs: nowMs)
    }

    var isComplete: Bool { phase == .complete }

    /// What comes is for the handler.
    var isWanted: Bool { phase == .awaited || phase == .arriving }

    /// So many bytes have come.
    mutating func received(_ bytes: Int, nowMs: UInt64) {
        if phase == .awaited { phase = .arriving }
        receivedBytes += bytes
        activityMs = nowMs
    }

    /// The handler has so many bytes.
    mutating func handedOn(_ bytes: Int) {
        uncreditedBytes += bytes
    }

    /// The handler is done with so many bytes.
    mutating func credited(_ bytes: Int, nowMs: UInt64) {
        precondition(bytes <= uncreditedBytes, "more was credited than was received")
        uncreditedBytes -= bytes
        activityMs = nowMs
    }

    /// The handler will never be done with what it has.
    mutating func takeUncredited() -> Int {
        defer { uncreditedBytes = 0 }
        return uncreditedBytes
    }

    /// Nobody needs what more comes.
    mutating func discard() {
        if phase != .complete { phase = .unwanted }
    }

    /// Nothing more comes. True when that is news for somebody who wants it.
    mutating func finish() -> Bool {
        defer { phase = .complete }
        return isWanted
    }

    /// Whether it comes as fast as it should. `isAwaited`: somebody waits for it now.
    mutating func look(
        isAwaited: Bool, nowMs: UInt64, _ limits: HTTPLimits
    ) -> ProgressWatch.Verdict {
        let isHeld = isAwaited && isWanted && uncreditedBytes == 0
        let rate = watch.look(
            isHeld: isHeld, movedBytes: receivedBytes, nowMs: nowMs, limits.progress)
        guard isHeld else { return .free }
        let patienceMs: UInt64
        switch (phase, patience) {
        case (.arriving, .steady): return rate
        case (.arriving, .ofHandler): return .free
        case (.arriving, .continuous): patienceMs = limits.bodyIdleMs
        default: patienceMs = limits.bodyFirstByteMs
        }
        let deadlineMs = activityMs + patienceMs
        return nowMs < deadlineMs ? .held(lookAfterMs: deadlineMs - nowMs) : .tooSlow
    }
}
