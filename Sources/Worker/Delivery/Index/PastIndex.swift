// The index of a ring that a stream has had before (OpenPastRing). Nothing is written into such a ring any more, so
// it is read once, to its end.
//
// Owner: the worker's loop thread.

import Media
import SegmentRing
import Settings
import Streams

final class PastIndex {
    let opened: OpenPastRing
    let tracks: PackagedTracks
    private(set) var index: SegmentIndex

    init(_ opened: OpenPastRing) {
        self.opened = opened
        tracks = PackagedTracks(opened.tracks)
        index = SegmentIndex(tracks: opened.tracks, from: Self.first(of: opened.ring))
    }

    var epoch: UInt64 { opened.ring.epoch }

    /// Whether everything was read.
    var isRead: Bool { index.isFinished }

    /// Reads some of it, as `SegmentIndex.advance` does.
    func read(through scratch: inout [UInt8], leftBytes: inout Int) {
        let ring = opened.ring
        guard !isRead, index.advance(in: ring, through: &scratch, leftBytes: &leftBytes) else {
            return
        }
        index.finish(atMs: ring.timelineEndMs)
    }

    /// What of it lists may name and players may ask for: so much media, from its end back.
    private static func first(of ring: Ring) -> UInt64 {
        let endMs = ring.timelineEndMs
        let oldest = ring.oldestSequence
        var sequence = ring.entryHead
        while sequence > oldest, case .entry(let entry) = ring.lookup(sequence - 1),
            endMs - entry.mediaTimeMs <= Int64(Limits.pastRingKeptMs)
        {
            sequence -= 1
        }
        return sequence
    }
}
