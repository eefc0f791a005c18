// What readers of a ring hold that are no viewers: responses that copy a segment out of it, as slowly as their
// clients take it. A ring takes its room on the disk for as long as a process has it open, so a ring that
// has lost its name is taken away from them after a few seconds, or when nobody can ask for its media any more
// (OpenPastRing), whatever they have left to send.
//
// It costs nothing for each reader: all readers of a ring in a worker share one hold.
//
// Owner: the worker's loop thread.

import SegmentRing
import Settings
import StreamState

package final class RingHold {
    /// Nil when it was taken away: nothing more can be read.
    package private(set) var ring: Ring?

    package init(_ ring: Ring) { self.ring = ring }

    package func letGo() { ring = nil }
}

/// The rings of a worker that have lost their names, for as long as somebody holds them. Nothing here keeps
/// one of them open.
struct LeavingRings {
    private struct Leaving {
        weak var hold: RingHold?
        let name: StreamName
        let sinceMs: UInt64
    }

    private var rings: [Leaving] = []

    mutating func add(_ hold: RingHold, of name: StreamName, nowMs: UInt64) {
        rings.append(Leaving(hold: hold, name: name, sinceMs: nowMs))
    }

    mutating func add(_ others: LeavingRings) { rings += others.rings }

    /// Takes rings away whose readers have had their time; returns the others. Call about once a second.
    ///
    /// - Parameter isNeeded: by the ring that has the name now.
    func lettingGo(
        nowMs: UInt64, isNeeded: (StreamName, Ring) -> Bool
    ) -> LeavingRings {
        for leaving in rings where nowMs >= leaving.sinceMs + Limits.replacedRingMs {
            guard let ring = leaving.hold?.ring, !isNeeded(leaving.name, ring) else { continue }
            leaving.hold?.letGo()
        }
        var rest = LeavingRings()
        rest.rings = rings.filter { $0.hold?.ring != nil }
        return rest
    }
}
