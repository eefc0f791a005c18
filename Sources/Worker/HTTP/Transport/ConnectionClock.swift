// When the states of a connection began, and how long they may last. Pure: the clock is a parameter.
// Milliseconds of the loop.

struct ConnectionClock {
    private var phaseSinceMs: UInt64
    private var idleSinceMs: UInt64

    init(nowMs: UInt64) {
        phaseSinceMs = nowMs
        idleSinceMs = nowMs
    }

    mutating func phaseDidChange(nowMs: UInt64) {
        phaseSinceMs = nowMs
    }

    /// The last open request is over, or there has been none yet.
    mutating func didBecomeIdle(nowMs: UInt64) {
        idleSinceMs = nowMs
    }

    /// When the connection as a whole has to end, as things stand; nil when there is no deadline.
    /// - Parameters:
    ///   - headSinceMs: when the incomplete header section began.
    ///   - isIdle: no request is open.
    func deadlineMs(
        in stage: ConnectionPhase.Stage, headSinceMs: UInt64?, isIdle: Bool, _ limits: HTTPLimits
    ) -> UInt64? {
        switch stage {
        case .introducing: return phaseSinceMs + limits.proxyHeaderMs
        case .handshaking: return phaseSinceMs + limits.handshakeMs
        case .ending, .lingering: return phaseSinceMs + limits.lingerMs
        case .closed: return nil
        case .open: break
        }
        let headDeadlineMs = headSinceMs.map { $0 + limits.headerSectionMs }
        guard isIdle else { return headDeadlineMs }
        let idleDeadlineMs = idleSinceMs + limits.idleConnectionMs
        return min(headDeadlineMs ?? .max, idleDeadlineMs)
    }
}
