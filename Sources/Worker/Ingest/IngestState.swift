// What the next worker needs to go on where this one stopped: who publishes, which chunk comes next, how
// much of that chunk is already in the ring, the format, and the state of its parser. It is stored in
// the ring with every commit, so it always describes exactly what viewers have been given.
//
// The bytes come from a file that other processes write, so decoding never fails hard: it returns nil
// for anything odd, and keeps times and counts within the bounds of UntrustedNumber.

import SegmentRing

/// The writer state of one stream, as kept in its ring.
struct IngestState: Equatable, Sendable {
    /// A digest of who publishes.
    var identity: UInt64
    /// A digest of the `Weir-Chunk` session; 0 when chunks are not numbered.
    var session: UInt64 = 0
    /// The chunk that is wanted next; 0 when chunks are not numbered.
    var nextChunk: UInt64 = 0
    /// Bytes of that chunk that the ring already holds: a retry skips them.
    var consumedBytes: UInt64 = 0
    /// The last body broke off, so what comes next does not continue it.
    var isBroken = false
    /// How far the media was ahead of the clock (see IngestPace), and when that was, on the ring's clock.
    var aheadMs: UInt64 = 0
    var atBootMs: UInt64 = 0
    var format = BroadcastFormat.webM
    /// The state of that format's parser, opaque here.
    var media: [UInt8]

    private static let version: UInt8 = 2
    private static let headerBytes = 3 + 6 * 8

    func encoded() -> [UInt8] {
        var bytes: [UInt8] = [Self.version, isBroken ? 1 : 0, format.rawValue]
        bytes.reserveCapacity(Self.headerBytes + media.count)
        for word in [identity, session, nextChunk, consumedBytes, aheadMs, atBootMs] {
            for shift in stride(from: 0, to: 64, by: 8) {
                bytes.append(UInt8(truncatingIfNeeded: word >> UInt64(shift)))
            }
        }
        bytes += media
        return bytes
    }
}

extension IngestState {
    init?(decoding bytes: [UInt8]) {
        guard bytes.count >= Self.headerBytes, bytes[0] == Self.version,
            let format = BroadcastFormat(rawValue: bytes[2])
        else { return nil }
        func word(_ index: Int) -> UntrustedNumber {
            let start = 3 + index * 8
            return UntrustedNumber(
                bytes[start..<start + 8].reversed().reduce(0) { $0 << 8 | UInt64($1) })
        }
        self.init(
            identity: word(0).bits, session: word(1).bits, nextChunk: word(2).bits,
            consumedBytes: word(3).count, isBroken: bytes[1] & 1 != 0, aheadMs: word(4).count,
            atBootMs: word(5).timeMs, format: format, media: Array(bytes[Self.headerBytes...]))
    }
}
