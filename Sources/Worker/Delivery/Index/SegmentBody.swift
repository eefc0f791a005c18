// The bytes of parts of one segment, as a response's body: for each part what comes before its samples,
// then the samples, copied out of the ring. It can begin and end anywhere, so it answers ranges.
//
// A copy is checked after it was made: if the writer has come past it, the response is reset, for nothing
// can replace what is lost. A body keeps what it needs of the index, so the index may go on, or forget
// the segment. It does not keep the ring: that is taken away from it when it has to go.
//
// Owner: the worker's loop thread. The only unsafe part is the caller's buffer, which is valid for the
// length of the call and never written past its count.

import HTTP
import SegmentRing
import Streams

package final class SegmentBody: BodySource {
    /// Of all parts together.
    package let byteCount: Int
    /// The index may have forgotten the segment, so the body counts as the only one that has it.
    override package var heldBytes: Int { memoryBytes }

    private let hold: RingHold
    private let fragments: SegmentFragments
    private let memoryBytes: Int
    /// All of a segment without samples: it counts as a part that is nothing but a header.
    private let nothing: [UInt8]?
    private let endPart: Int
    /// The part that comes next, and how far it has been sent.
    private var part: Int
    private var offset = 0
    /// What comes before the samples of that part; empty until it is needed.
    private var header: [UInt8] = []
    /// The sample that comes next in the part, and where it begins behind the header.
    private var sample = 0
    private var sampleStart = 0
    private var leftBytes: Int

    init(of parts: Range<Int>, in fragments: SegmentFragments, from hold: RingHold) {
        self.hold = hold
        self.fragments = fragments
        memoryBytes = fragments.heldBytes(with: parts)
        nothing = nil
        part = parts.lowerBound
        endPart = parts.upperBound
        byteCount = fragments.segment.parts[parts].reduce(0) { $0 + Int($1.byteCount) }
        leftBytes = byteCount
        super.init()
        beginPart()
    }

    /// Of a segment in which a track has nothing.
    init(ofNothingIn fragments: SegmentFragments, from hold: RingHold) {
        let nothing = fragments.ofNothing
        self.hold = hold
        self.fragments = fragments
        self.nothing = nothing
        memoryBytes = nothing.count
        part = 0
        endPart = 1
        byteCount = nothing.count
        leftBytes = byteCount
    }

    private var segment: RenditionSegment { fragments.segment }

    private var partBytes: Int { nothing?.count ?? Int(segment.parts[part].byteCount) }

    /// Only these bytes of it. Call before the first ones are produced.
    package func narrow(to range: Range<Int>) {
        let range = range.clamped(to: 0..<byteCount)
        var skipped = range.lowerBound
        while part < endPart, skipped >= partBytes {
            skipped -= partBytes
            part += 1
        }
        beginPart()
        offset = skipped
        leftBytes = range.count
    }

    private func beginPart() {
        offset = 0
        header = []
        sampleStart = 0
        let hasSamples = part < endPart && nothing == nil
        sample = hasSamples ? Int(segment.parts[part].samples.lowerBound) : 0
    }

    override package func produce(into buffer: UnsafeMutableRawBufferPointer) -> Production {
        guard let ring = hold.ring else { return .abort }
        var written = 0
        while written < buffer.count, leftBytes > 0, part < endPart {
            if offset == partBytes {
                part += 1
                beginPart()
                continue
            }
            let room = min(buffer.count - written, leftBytes)
            let rest = unsafe UnsafeMutableRawBufferPointer(
                rebasing: buffer[written..<written + room])
            guard let count = unsafe copy(from: ring, into: rest) else { return .abort }
            written += count
            offset += count
            leftBytes -= count
        }
        return leftBytes == 0 ? .last(written) : .bytes(written)
    }

    /// Copies the next piece; nil when it was overwritten.
    private func copy(from ring: Ring, into buffer: UnsafeMutableRawBufferPointer) -> Int? {
        let headerBytes = nothing?.count ?? Int(segment.parts[part].headerBytes)
        guard offset >= headerBytes else {
            if header.isEmpty { header = nothing ?? fragments.header(of: part) ?? [] }
            guard header.count == headerBytes else { return nil }
            let count = min(header.count - offset, buffer.count)
            unsafe buffer.copyBytes(from: header[offset..<offset + count])
            return count
        }
        let position = offset - headerBytes
        while position >= sampleStart + Int(segment.packed[sample].byteCount) {
            sampleStart += Int(segment.packed[sample].byteCount)
            sample += 1
        }
        let packed = segment.packed[sample]
        let within = position - sampleStart
        let count = min(Int(packed.byteCount) - within, buffer.count)
        let piece = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[..<count])
        guard let offset = packed.offset else {
            let from = packed.madePlace + within
            unsafe piece.copyBytes(from: segment.made[from..<from + count])
            return count
        }
        let start = segment.position + UInt64(offset) + UInt64(within)
        return unsafe ring.copy(position: start, into: piece) ? count : nil
    }
}
