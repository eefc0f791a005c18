// Figures about a stream, taken from the newest entries of its ring. Looking at thousands of entries
// costs tenths of a millisecond, so those who show the figures keep them for a moment.

import SegmentRing

package struct RecentFigures: Equatable {
    /// Bits per second of the last seconds of media; 0 when there is too little to tell.
    package let bitrateBps: UInt64
    /// Media time between the newest two places where decoding can start. Nil when there is only one, or
    /// when one of them has no picture: then the time says nothing about key frames.
    package let keyframeIntervalMs: UInt64?
    /// How far back a viewer can start.
    let rewindMs: UInt64
    /// The least time of the last seconds from where media ends to when it was committed, on the ring's
    /// clock and the stream's time line, which have different beginnings: only differences of it mean
    /// something. Nil when there is no media.
    let leastDelayMs: Int64?

    /// How far back the bitrate looks.
    private static let windowMs: UInt64 = 5_000
    /// How far back the delay looks: over some chunks of a publisher, but not over the whole broadcast,
    /// because clocks of machines drift apart.
    private static let delayWindowMs: UInt64 = 15_000
    /// A shorter window says nothing: a broadcast that begins sends what it has at once.
    private static let leastWindowMs: UInt64 = 1_000
    /// The most entries that one look reads, however many the ring holds.
    private static let entries: UInt64 = 8_192

    /// The figures of a stream before the first look.
    static let none = RecentFigures(
        bitrateBps: 0, keyframeIntervalMs: nil, rewindMs: 0, leastDelayMs: nil)

    private init(
        bitrateBps: UInt64, keyframeIntervalMs: UInt64?, rewindMs: UInt64, leastDelayMs: Int64?
    ) {
        self.bitrateBps = bitrateBps
        self.keyframeIntervalMs = keyframeIntervalMs
        self.rewindMs = rewindMs
        self.leastDelayMs = leastDelayMs
    }

    init(of ring: Ring) {
        bitrateBps = Self.bitrateBps(of: ring)
        keyframeIntervalMs = Self.keyframeIntervalMs(of: ring)
        rewindMs = ring.rewindMs
        leastDelayMs = Self.leastDelayMs(of: ring)
    }

    private static func leastDelayMs(of ring: Ring) -> Int64? {
        var leastMs: Int64?
        var newestMs: UInt64?
        for entry in RecentEntries(ring: ring, most: entries) where entry.kind == .media {
            let newest = newestMs ?? entry.bootMs
            newestMs = newest
            guard newest < entry.bootMs + delayWindowMs else { break }
            let delayMs = Int64(clamping: entry.bootMs) - entry.mediaEndMs
            leastMs = min(leastMs ?? delayMs, delayMs)
            // Before it, time is another one.
            if entry.flags.contains(.discontinuity) { break }
        }
        return leastMs
    }

    private static func bitrateBps(of ring: Ring) -> UInt64 {
        var bytes: UInt64 = 0
        var newestMs: UInt64?
        var oldestMs: UInt64 = 0
        for entry in RecentEntries(ring: ring, most: entries) {
            let newest = newestMs ?? entry.bootMs
            newestMs = newest
            guard newest < entry.bootMs + windowMs else { break }
            oldestMs = entry.bootMs
            if entry.kind == .media { bytes += UInt64(entry.length) }
        }
        guard let newestMs, newestMs >= oldestMs + leastWindowMs else { return 0 }
        return bytes * 8 * 1_000 / (newestMs - oldestMs)
    }

    private static func keyframeIntervalMs(of ring: Ring) -> UInt64? {
        var newest: Int64?
        for entry in RecentEntries(ring: ring, most: entries)
        where entry.isIndependent {
            if entry.flags.contains(.withoutPicture) { return nil }
            guard let newer = newest else {
                newest = entry.mediaTimeMs
                continue
            }
            return newer > entry.mediaTimeMs ? UInt64(newer - entry.mediaTimeMs) : nil
        }
        return nil
    }
}

/// The entries of a ring from the newest backwards, as long as they have not been overwritten.
private struct RecentEntries: Sequence, IteratorProtocol {
    private let ring: Ring
    private var position: UInt64
    private let end: UInt64

    init(ring: Ring, most: UInt64) {
        self.ring = ring
        position = ring.entryHead
        end = Swift.max(ring.oldestSequence, position - Swift.min(position, most))
    }

    mutating func next() -> RingEntry? {
        guard position > end, case .entry(let entry) = ring.lookup(position - 1) else { return nil }
        position -= 1
        return entry
    }
}
