// What a stream's ring says of those that it has replaced: players go on with the lists of HLS and DASH, and ask
// for media of theirs. The words are set before the ring has its name, and never again.

import SegmentRing
import Settings

/// A ring that another one of its name has replaced.
package struct PastRing: Equatable, Sendable {
    package let epoch: UInt64
    /// How much media was written into the rings between it and the one that says so, in time.
    package let laterMs: UInt64
    /// The broadcast was not over, so its lists go on.
    package let goesOn: Bool

    package init(epoch: UInt64, laterMs: UInt64, goesOn: Bool) {
        self.epoch = epoch
        self.laterMs = UntrustedNumber(laterMs).count
        self.goesOn = goesOn
    }
}

extension StreamStatus {
    /// The newest first.
    package var pasts: [PastRing] {
        (0..<Limits.pastRingsPerName).map { index in
            let facts = words[Self.pasts + 2 * index + 1].load().bits
            return PastRing(
                epoch: words[Self.pasts + 2 * index].load().bits, laterMs: facts >> 1,
                goesOn: facts & 1 != 0)
        }.filter { $0.epoch != 0 }
    }

    /// When the first ring was made whose lists this one goes on with, in Unix milliseconds; nil when it is
    /// this one.
    package var listsBegunWallMs: UInt64? {
        let stored = words[Self.listsBegun].load()
        return stored.bits == 0 ? nil : stored.timeMs
    }

    /// Call only before the ring has its name.
    package static func set(
        _ pasts: [PastRing], listsBegunWallMs: UInt64?, in words: OwnerWords
    ) {
        words[listsBegun].store(listsBegunWallMs ?? 0)
        for (index, past) in pasts.prefix(Limits.pastRingsPerName).enumerated() {
            words[Self.pasts + 2 * index].store(past.epoch)
            words[Self.pasts + 2 * index + 1].store(past.laterMs << 1 | (past.goesOn ? 1 : 0))
        }
    }
}
