// Rings that a stream has had before, when it had other tracks. Its lists of HLS and DASH go on with the numbers
// of the last one, and name its newest segments for a while; media that was listed can be fetched for as long
// again. So such a ring keeps its second name (ReplacedRings) until enough has come after it.
//
// Which rings these are stands in the ring that has replaced them, since before it had its name
// (StreamStatus+Past). And for how long follows from how much media that one has: so every worker says the same,
// also one that looks only later, or after a restart, and nothing goes while a broadcast is paused. When the
// stream goes, they go.
//
// Owner: the worker's loop thread.

import Media
import SegmentRing
import Settings
import StreamState

/// One of them, opened by this worker.
package final class OpenPastRing {
    package let past: PastRing
    package let ring: Ring
    package let hold: RingHold
    package let tracks: [MediaTrack]

    init(_ past: PastRing, _ ring: Ring, tracks: [MediaTrack]) {
        self.past = past
        self.ring = ring
        hold = RingHold(ring)
        self.tracks = tracks
    }
}

extension LiveStream {
    /// Whether media of the ring with that epoch can still be asked for.
    package func needsPastRing(epoch: UInt64) -> Bool {
        // Nearly all streams have none.
        guard let past = ring.status.pasts.first(where: { $0.epoch == epoch }),
            let writtenMs = ring.writtenMs
        else { return false }
        return past.laterMs + writtenMs < Limits.pastRingKeptMs
    }

    /// When the lists began that this ring goes on with, in Unix milliseconds.
    package var listsBegunWallMs: UInt64 {
        ring.status.listsBegunWallMs ?? ring.createdWallClockMs
    }

    /// Those that are still needed and there, the newest first.
    package func openPastRings() -> [OpenPastRing] {
        ring.status.pasts.compactMap { past in
            guard needsPastRing(epoch: past.epoch), let ring = openPastRing(past.epoch),
                ring.epoch == past.epoch,
                let initialization = parse(initializationOf: ring)
            else { return nil }
            let opened = OpenPastRing(past, ring, tracks: initialization.tracks)
            onPastOpened?(opened.hold)
            return opened
        }
    }
}

extension PastRing {
    /// What a ring says that takes the place of another one: of that one, and of those before it.
    ///
    /// - Parameter isKept: there is room for the old one.
    package static func all(behindSuccessorOf old: Ring, isKept: Bool) -> [PastRing] {
        let isOver = old.status.endedAtBootMs != 0
        guard let writtenMs = old.writtenMs else {
            // It has gone round, so those before it are needed no longer.
            return isKept ? [PastRing(epoch: old.epoch, laterMs: 0, goesOn: !isOver)] : []
        }
        let before = old.status.pasts.map {
            PastRing(
                epoch: $0.epoch, laterMs: $0.laterMs + writtenMs, goesOn: $0.goesOn && !isOver)
        }.filter { $0.laterMs < Limits.pastRingKeptMs }
        let newest = isKept ? [PastRing(epoch: old.epoch, laterMs: 0, goesOn: !isOver)] : []
        return Array((newest + before).prefix(Limits.pastRingsPerName))
    }
}
