// The bytes of parts of one segment, as a response's body: for each part what comes before its samples,
// then the samples, copied out of the ring. It can begin and end anywhere, so it answers ranges.
//
// A copy is checked after it was made: if the writer has come past it, the response is reset, for nothing
// can replace what is lost. A body keeps what it needs of the index, so the index may go on, or forget
// the segment.
//
// Owner: the worker's loop thread. The only unsafe part is the caller's buffer, which is valid for the
// length of the call and never written past its count.

import HTTP
import SegmentRing

package final class SegmentBody: BodySource {
    /// A part, and what comes before its samples.
    struct Chunk {
        let header: [UInt8]
        let part: IndexedPart

        var byteCount: Int { header.count + Int(part.payloadBytes) }
    }

    /// Of all chunks together.
    package let byteCount: Int

    private let ring: Ring
    private let segment: RenditionSegment
    private let chunks: [Chunk]
    /// The chunk that comes next, and how far it has been sent.
    private var chunk = 0
    private var offset = 0
    /// The sample that comes next in the present chunk, and where it begins behind the header.
    private var sample = 0
    private var sampleStart = 0
    private var leftBytes: Int

    init(of chunks: [Chunk], in segment: RenditionSegment, from ring: Ring) {
        self.chunks = chunks
        self.segment = segment
        self.ring = ring
        byteCount = chunks.reduce(0) { $0 + $1.byteCount }
        leftBytes = byteCount
        super.init()
        beginChunk()
    }

    /// Only these bytes of it. Call before the first ones are produced.
    package func narrow(to range: Range<Int>) {
        let range = range.clamped(to: 0..<byteCount)
        var skipped = range.lowerBound
        while chunk < chunks.count, skipped >= chunks[chunk].byteCount {
            skipped -= chunks[chunk].byteCount
            chunk += 1
        }
        beginChunk()
        offset = skipped
        leftBytes = range.count
    }

    private func beginChunk() {
        offset = 0
        sampleStart = 0
        sample = chunk < chunks.count ? Int(chunks[chunk].part.samples.lowerBound) : 0
    }

    override package func produce(into buffer: UnsafeMutableRawBufferPointer) -> Production {
        var written = 0
        while written < buffer.count, leftBytes > 0, chunk < chunks.count {
            if offset == chunks[chunk].byteCount {
                chunk += 1
                beginChunk()
                continue
            }
            let room = min(buffer.count - written, leftBytes)
            let rest = unsafe UnsafeMutableRawBufferPointer(
                rebasing: buffer[written..<written + room])
            guard let count = unsafe copy(into: rest) else { return .abort }
            written += count
            offset += count
            leftBytes -= count
        }
        return leftBytes == 0 ? .last(written) : .bytes(written)
    }

    /// Copies the next piece; nil when it was overwritten.
    private func copy(into buffer: UnsafeMutableRawBufferPointer) -> Int? {
        let header = chunks[chunk].header
        guard offset >= header.count else {
            let count = min(header.count - offset, buffer.count)
            unsafe buffer.copyBytes(from: header[offset..<offset + count])
            return count
        }
        let position = offset - header.count
        while position >= sampleStart + Int(segment.packed[sample].byteCount) {
            sampleStart += Int(segment.packed[sample].byteCount)
            sample += 1
        }
        let packed = segment.packed[sample]
        let within = position - sampleStart
        let count = min(Int(packed.byteCount) - within, buffer.count)
        let piece = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[..<count])
        let start = segment.position + UInt64(packed.offset) + UInt64(within)
        return unsafe ring.copy(position: start, into: piece) ? count : nil
    }
}
