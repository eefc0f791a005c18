// Bodies without numbers are written in the order in which their requests came, also when several workers
// have them. Each worker says on the ring since when its oldest one waits; one that came later gives way.
// It does so for a moment only, because the worker that has the older one may hang.
//
// Owner: the worker's loop thread.

import SegmentRing
import Settings
import StreamState

final class BodyOrder {
    private let slot: Int
    /// Where it was last said, and what.
    private var ring: Ring?
    private var oldestUs: UInt64?
    /// The body to which way was given, and since when the lease has been free for it.
    private var gaveWay: (us: UInt64, sinceMs: UInt64)?

    init(slot: Int) {
        self.slot = slot
    }

    /// Says since when the oldest body of this worker waits for that ring; nil: none does.
    func announce(_ us: UInt64?, on next: Ring?) {
        guard ring !== next || oldestUs != us else { return }
        if ring !== next { ring?.status.setOldestBody(us: nil, slot: slot) }
        next?.status.setOldestBody(us: us, slot: slot)
        ring = us == nil ? nil : next
        oldestUs = us
    }

    /// Somebody writes.
    func leaseIsHeld() { gaveWay = nil }

    /// The workers that have older bodies for that ring, one bit each. 0: it is this body's turn.
    func slotsBefore(_ us: UInt64, on ring: Ring, nowMs: UInt64) -> UInt64 {
        var mask: UInt64 = 0
        var oldest = UInt64.max
        for other in 0..<RingSlots.count where other != slot {
            guard let otherUs = ring.status.oldestBodyUs(slot: other),
                otherUs < us || (otherUs == us && other < slot)
            else { continue }
            mask |= 1 << UInt64(other)
            oldest = min(oldest, otherUs)
        }
        guard mask != 0 else { return 0 }
        // Each of those before it has its own time to take its turn.
        if gaveWay?.us != oldest { gaveWay = (oldest, nowMs) }
        let sinceMs = gaveWay?.sinceMs ?? nowMs
        return nowMs < sinceMs + Limits.giveWayMs ? mask : 0
    }
}
