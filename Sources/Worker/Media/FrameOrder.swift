// The order of frames across tracks. A container promises order only within a track, and players want it
// across all of them: sound that is 70 ms ahead of the picture in the file would step back in time at
// every picture. So the track that is ahead is held until the others have caught up, and the output is
// in order.
//
// Nothing is held as long as frames come in order, because no frame in order shows whether an earlier
// one will follow. Only a late frame, behind another track by at most the window, starts the holding,
// which ends when none has been late for a while. So a source in order has no added delay, and one out
// of order has the delay of its own disorder.
//
// The window is media time, not a clock: a track that falls silent holds the others back by at most the
// window, and the output depends on the input alone.
//
// Not every track takes part. Codecs that store frames in another order than they show them have times
// that step back within the track. Such a track takes part only after enough of its frames have come in
// order, and never again after one out of order.
//
// Invariants: frames of one track leave in the order in which they came. `held` is sorted by `orderMs`,
// and by arrival where that is equal. Noting a frame twice has the same effect as noting it once. So if
// a parser died between releasing frames before a block and taking the block itself, another one can go
// on from before the block.

/// A waiting frame: its block as it will be written, except for its time within a cluster.
struct HeldFrame: Sendable, Equatable {
    var head: FrameHead
    /// Its time, or that of an earlier frame of its track if that was later.
    var orderMs: Int64
    /// Where the time within the cluster belongs in `bytes`.
    var relativeTimeOffset: Int
    var bytes: [UInt8]

    /// Where the frame itself lies in its block.
    var payload: Range<Int> {
        var blocks = StoredBlocks(continuingClusterAtMs: 0)
        return blocks.next(in: bytes.span)?.payload ?? 0..<0
    }
}

struct FrameOrder: Sendable, Equatable {
    private(set) var held: [HeldFrame] = []
    private(set) var heldBytes = 0
    /// The newest time when a frame last came late.
    var disorderMs: Int64?

    /// After this many frames in order, a track whose codec may reorder takes part.
    static let enoughFrames: UInt8 = 50
    /// A track that was seen to reorder.
    static let reorders = UInt8.max

    /// The time of the newest frame of a track that takes part.
    private static func newestMs(_ tracks: [TrackProgress]) -> Int64? {
        var newest: Int64?
        for index in tracks.indices where tracks[index].takesPartInOrder {
            if let ms = tracks[index].arrivedMs, ms > newest ?? Int64.min { newest = ms }
        }
        return newest
    }

    /// Notes that a frame of a track has come; returns its place in the order.
    mutating func note(
        _ timeMs: Int64, of index: Int, in tracks: inout [TrackProgress], limits: MediaLimits
    ) -> Int64 {
        if tracks[index].mayReorder, let last = tracks[index].lastTimeMs, timeMs < last {
            tracks[index].orderedFrames = Self.reorders
        }
        let orderMs = max(timeMs, tracks[index].arrivedMs ?? timeMs)
        tracks[index].arrivedMs = orderMs
        guard tracks[index].takesPartInOrder, let newestMs = Self.newestMs(tracks) else {
            return orderMs
        }
        if newestMs > orderMs, newestMs - orderMs <= limits.orderWindowMs {
            disorderMs = newestMs
        } else if let last = disorderMs, abs(newestMs - last) > limits.orderMemoryMs {
            disorderMs = nil
        }
        return orderMs
    }

    /// From now on the tracks are expected to be apart for a moment.
    mutating func expectDisorder(in tracks: [TrackProgress]) {
        if let newestMs = Self.newestMs(tracks) { disorderMs = newestMs }
    }

    /// Whether no earlier frame can follow any more, or is worth waiting for.
    func canLeave(
        _ orderMs: Int64, of index: Int, in tracks: [TrackProgress], limits: MediaLimits
    ) -> Bool {
        guard disorderMs != nil, tracks[index].takesPartInOrder else { return true }
        var isAwaited = false
        var newestMs = Int64.min
        for other in tracks.indices where tracks[other].takesPartInOrder {
            guard let arrivedMs = tracks[other].arrivedMs else { continue }
            newestMs = max(newestMs, arrivedMs)
            if other != index, arrivedMs < orderMs { isAwaited = true }
        }
        return !isAwaited || newestMs - orderMs >= limits.orderWindowMs
    }

    /// Whether the first waiting frame goes before a frame with this place.
    func firstPrecedes(_ orderMs: Int64, of index: Int) -> Bool {
        guard let first = held.first else { return false }
        return first.orderMs <= orderMs || first.head.track == index
    }

    func hasRoom(for bytes: Int, limits: MediaLimits) -> Bool {
        held.count < limits.heldFrames && heldBytes + bytes <= limits.heldBytes
    }

    mutating func hold(_ frame: HeldFrame) {
        var index = held.count
        while index > 0, held[index - 1].orderMs > frame.orderMs { index -= 1 }
        held.insert(frame, at: index)
        heldBytes += frame.bytes.count
    }

    mutating func removeFirst() {
        heldBytes -= held.removeFirst().bytes.count
    }
}

extension TrackProgress {
    var takesPartInOrder: Bool {
        orderedFrames >= FrameOrder.enoughFrames && orderedFrames != FrameOrder.reorders
    }
}
