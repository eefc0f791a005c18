// Does once with a ring what is done with it for viewers of HLS and DASH: a worker finds out before it serves
// whether it dies of a ring, which is then put aside.
//
// It reads the newest part of the ring, so that the worker is ready soon however many rings there are and
// however large they are.
//
// Owner: the worker's loop thread. The only unsafe part is a buffer of ours that is handed to a body for the
// length of a call.

import Media
import SegmentRing
import Settings
import Streams

package enum PackagedTrial {
    /// How many bytes came of it.
    @discardableResult
    package static func run(_ stream: LiveStream) -> Int {
        let ring = stream.ring
        let tracks = PackagedTracks(stream.tracks)
        var index = SegmentIndex(tracks: stream.tracks, from: first(of: ring))
        var scratch: [UInt8] = []
        _ = index.advance(
            in: ring, through: &scratch, mostBytes: Limits.indexedBytesPerTurn)
        var count = texts(of: index, tracks, ring)
        for track in tracks.all {
            guard let ordinal = index.newestComplete(of: track.place),
                let body = index.body(of: ordinal, rendition: track.place, from: stream.hold)
            else { continue }
            var bytes = [UInt8](repeating: 0, count: Limits.stageBytes)
            let production = unsafe bytes.withUnsafeMutableBytes { unsafe body.produce(into: $0) }
            if case .bytes(let written) = production { count += written }
            if case .last(let written) = production { count += written }
        }
        index.finish()
        return count + texts(of: index, tracks, ring)
    }

    private static func texts(
        of index: SegmentIndex, _ tracks: PackagedTracks, _ ring: Ring
    ) -> Int {
        guard let view = IndexView(index, epoch: ring.epoch, tracks: tracks) else { return 0 }
        let overviews =
            view.multivariant(isSoundOnly: false).text.count
            + view.manifest(createdWallMs: ring.createdWallClockMs).text.count
            + view.lowLatencyManifest(createdWallMs: ring.createdWallClockMs).text.count
        return tracks.all.reduce(overviews) { count, track in
            count + view.playlist(of: track).text(.whole).count
                + view.playlist(of: track, .keyFrames).text(.whole).count
        }
    }

    /// Where the newest part begins.
    private static func first(of ring: Ring) -> UInt64 {
        var sequence = ring.entryHead
        var bytes = 0
        while sequence > ring.oldestSequence, bytes < Limits.indexedBytesPerTurn / 2,
            case .entry(let entry) = ring.lookup(sequence - 1)
        {
            sequence -= 1
            bytes += entry.length
        }
        return sequence
    }
}
