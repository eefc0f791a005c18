// What one track has of one segment: its samples, where their bytes lie in the ring, and how they make
// parts. Values; times are in ticks of the track. An index holds many of these, so samples are packed.

import Media

/// A sample in sixteen bytes.
struct PackedSample: Sendable, Equatable {
    /// From the position at which the segment begins.
    let offset: UInt32
    /// The number of bytes; the highest bit says that decoding can start here.
    private let bytesAndSync: UInt32
    let duration: UInt32
    let compositionOffset: Int32

    private static let sync: UInt32 = 1 << 31

    /// Nil when one of the numbers is too great for a segment of ours.
    init?(
        offset: UInt64, byteCount: Int, isSync: Bool, duration: UInt32, compositionOffset: Int32
    ) {
        guard let offset = UInt32(exactly: offset), byteCount < Int(Self.sync) else { return nil }
        self.offset = offset
        bytesAndSync = UInt32(byteCount) | (isSync ? Self.sync : 0)
        self.duration = duration
        self.compositionOffset = compositionOffset
    }

    var byteCount: UInt32 { bytesAndSync & ~Self.sync }
    var isSync: Bool { bytesAndSync & Self.sync != 0 }
}

/// Some samples in a row, which leave together: a fragment of MP4.
package struct IndexedPart: Sendable, Equatable {
    /// Which samples of the segment.
    package let samples: Range<UInt32>
    package let ticks: UInt64
    /// Of the samples.
    package let payloadBytes: UInt64
    /// Of what comes before them in the fragment.
    package let headerBytes: UInt32
    /// Decoding can start at one of its samples. Always true for sound.
    package let isIndependent: Bool

    /// Of the whole fragment.
    package var byteCount: UInt64 { payloadBytes + UInt64(headerBytes) }
}

package struct RenditionSegment: Sendable, Equatable {
    /// The position in the ring from which the samples' offsets are counted.
    let position: UInt64
    /// The decode time of its first sample; without samples, where that would be.
    package private(set) var decodeTime: UInt64
    /// How long its samples last.
    package private(set) var ticks: UInt64 = 0
    /// Of its complete parts, as fragments.
    package private(set) var byteCount: UInt64 = 0
    /// No sample and no part is added any more.
    package private(set) var isComplete = false
    /// Those that are complete. Together they have all samples of a complete segment.
    package private(set) var parts: [IndexedPart] = []
    private(set) var packed: [PackedSample] = []

    init(position: UInt64, decodeTime: UInt64) {
        self.position = position
        self.decodeTime = decodeTime
    }

    package var isEmpty: Bool { packed.isEmpty }

    /// Some of its samples, as MP4 counts them.
    package func samples(_ range: Range<UInt32>) -> [Sample] {
        let first = Int(range.lowerBound)
        var time = decodeTime + packed[..<first].reduce(0) { $0 + UInt64($1.duration) }
        return packed[first..<Int(range.upperBound)].map { sample in
            defer { time += UInt64(sample.duration) }
            return Sample(
                decodeTime: time, duration: sample.duration,
                compositionOffset: sample.compositionOffset, isSync: sample.isSync,
                byteCount: sample.byteCount)
        }
    }

    /// A part as a fragment. The first one begins the segment, and says which time of day it was.
    func fragment(
        of samples: Range<UInt32>, trackID: UInt32, number: UInt32, reference: ProducerReferenceTime
    ) -> MP4Fragment? {
        let isFirst = samples.lowerBound == 0
        return MP4Fragment(
            self.samples(samples), trackID: trackID, sequenceNumber: number, beginsSegment: isFirst,
            referenceTime: isFirst ? reference : nil)
    }

    // MARK: While it is being made

    /// The first sample has this time.
    mutating func begin(at decodeTime: UInt64) { self.decodeTime = decodeTime }

    mutating func append(_ sample: PackedSample) {
        packed.append(sample)
        ticks += UInt64(sample.duration)
    }

    /// Makes a part of the samples that are in none yet.
    mutating func closePart() {
        let first = parts.last?.samples.upperBound ?? 0
        let end = UInt32(packed.count)
        guard first < end else { return }
        let samples = packed[Int(first)...]
        // The length of a fragment depends on its samples alone.
        let fragment = fragment(
            of: first..<end, trackID: 0, number: 0,
            reference: ProducerReferenceTime(wallMs: 0, mediaTime: 0))
        let part = IndexedPart(
            samples: first..<end, ticks: samples.reduce(0) { $0 + UInt64($1.duration) },
            payloadBytes: samples.reduce(0) { $0 + UInt64($1.byteCount) },
            headerBytes: UInt32(clamping: fragment?.headerByteCount ?? 0),
            isIndependent: samples.contains { $0.isSync })
        parts.append(part)
        byteCount += part.byteCount
    }

    /// Its last sample was added. From now on it takes no more memory than it needs.
    mutating func complete() {
        closePart()
        isComplete = true
        packed = packed.withoutReserve
        parts = parts.withoutReserve
    }
}

extension Array {
    /// A copy with room for nothing more.
    fileprivate var withoutReserve: [Element] {
        var copy: [Element] = []
        copy.reserveCapacity(count)
        copy.append(contentsOf: self)
        return copy
    }
}
