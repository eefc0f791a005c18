// Tells a busy HTTP/2 peer from an abusive one, by budgets for frames that cost us work and cost the
// peer next to nothing. Each budget refills evenly over ten seconds. Pure: the clock is a parameter.
//
// It guards against rapid reset (CVE-2023-44487), resets provoked by invalid frames, floods of SETTINGS,
// PING and PRIORITY, floods of empty DATA frames, and window updates that open nothing.

import Settings

/// The budgets of one connection. Milliseconds come from one monotonic clock.
struct AbuseGuard {
    /// What a peer did.
    enum Event {
        /// It reset a stream, or made us reset one by breaking the protocol.
        case reset
        /// SETTINGS, PING, PRIORITY, or a frame of an unknown type.
        case control
        /// DATA without bytes that does not end the stream.
        case emptyData
        /// A window update of this many bytes.
        case windowUpdate(Int)
    }

    /// Window updates of at least this size are worth their frame.
    private static let usefulWindowBytes = 4_096
    /// How many updates a peer may send for each DATA frame of ours: for its stream and its connection.
    private static let updatesPerDataFrame = 2
    /// How many unused updates are kept: enough to answer a full window of small frames.
    private static let updatesKept = 1_000

    private var resets: TokenBucket
    private var controlFrames: TokenBucket
    private var emptyDataFrames: TokenBucket
    private var windowUpdatesEarned = 0

    init(limits: HTTPLimits) {
        resets = Self.budget(per10s: limits.resetsPer10s)
        controlFrames = Self.budget(per10s: limits.controlFramesPer10s)
        emptyDataFrames = Self.budget(per10s: limits.emptyDataFramesPer10s)
    }

    private static func budget(per10s count: Int) -> TokenBucket {
        TokenBucket(atOnce: UInt64(count), intervalUs: 10_000_000 / UInt64(count))
    }

    /// We sent a DATA frame: the peer has a reason to update its windows.
    @inline(__always)
    mutating func didSendData() {
        windowUpdatesEarned = min(windowUpdatesEarned + Self.updatesPerDataFrame, Self.updatesKept)
    }

    /// Counts an event; false when it exceeds a budget and the connection has to end.
    mutating func allows(_ event: Event, nowMs: UInt64) -> Bool {
        switch event {
        case .reset: return resets.take(nowMs: nowMs)
        case .control: return controlFrames.take(nowMs: nowMs)
        case .emptyData: return emptyDataFrames.take(nowMs: nowMs)
        case .windowUpdate(let bytes):
            if bytes >= Self.usefulWindowBytes { return true }
            if windowUpdatesEarned > 0 {
                windowUpdatesEarned -= 1
                return true
            }
            return controlFrames.take(nowMs: nowMs)
        }
    }
}
