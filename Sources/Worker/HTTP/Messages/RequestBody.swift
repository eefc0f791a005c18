// The body of a request while it comes: how much has come, how much of that the handler still has, and
// how long it may take. The same for both protocols.
//
// awaited -> arriving -> complete; or unwanted in between, when a response is given that does not depend
// on the rest. Pure: bytes and clock in. Milliseconds of the loop.

/// How long a request's body that we are willing to read may take.
package enum BodyPatience {
    /// It moves at the rate that is required of everything (Limits.progressBytes); a small body has
    /// thirty seconds in all.
    case steady
    /// Each byte comes within Limits.bodyIdleMs of the last: the body is live, and as fast as its
    /// content.
    case continuous
    /// Once it has begun, its handler watches its pace, and knows better.
    case ofHandler
}

struct RequestBody {
    enum Phase: Equatable {
        /// None of it has come yet.
        case awaited
        case arriving
        /// More of it may come, and is thrown away.
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
        /// The client has been sent that 200: the outcome can have no status any more.
        case accepted
    }

    private(set) var phase: Phase
    var expectation = Expectation.nothing
    var patience = BodyPatience.steady
    /// Bytes that have come.
    private(set) var receivedBytes = 0
    /// Bytes that the handler was given and has not credited yet.
    private(set) var uncreditedBytes = 0
    /// When the peer last sent bytes, or was given room for more.
    private var activityMs: UInt64
    private var watch: ProgressWatch

    init(isExpected: Bool, nowMs: UInt64) {
        phase = isExpected ? .awaited : .complete
        activityMs = nowMs
        watch = ProgressWatch(heldSinceMs: nowMs)
    }

    var isComplete: Bool { phase == .complete }

    /// Bytes that come are for the handler.
    var isWanted: Bool { phase == .awaited || phase == .arriving }

    /// This many bytes have come.
    mutating func received(_ bytes: Int, nowMs: UInt64) {
        if phase == .awaited { phase = .arriving }
        receivedBytes += bytes
        activityMs = nowMs
    }

    /// This many bytes were given to the handler.
    mutating func handedOn(_ bytes: Int) {
        uncreditedBytes += bytes
    }

    /// The handler has finished with this many bytes.
    mutating func credited(_ bytes: Int, nowMs: UInt64) {
        precondition(bytes <= uncreditedBytes, "more was credited than was received")
        uncreditedBytes -= bytes
        activityMs = nowMs
    }

    /// The handler will never finish with the bytes that it has; returns how many there are.
    mutating func takeUncredited() -> Int {
        defer { uncreditedBytes = 0 }
        return uncreditedBytes
    }

    /// The rest of the body is not needed.
    mutating func discard() {
        if phase != .complete { phase = .unwanted }
    }

    /// Nothing more comes. True when the handler has to be told.
    mutating func finish() -> Bool {
        defer { phase = .complete }
        return isWanted
    }

    /// Whether the body comes as fast as it should. `isAwaited`: something waits for it now.
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
