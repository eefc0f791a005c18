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

/// Some samples in a row, which leave together.
package struct IndexedPart: Sendable, Equatable {
    /// Which samples of the segment.
    package fileprivate(set) var samples: Range<UInt32>
    package fileprivate(set) var ticks: UInt64
    /// Of the samples.
    package fileprivate(set) var byteCount: UInt64
    /// Decoding can start at one of its samples. Always true for sound.
    package fileprivate(set) var isIndependent: Bool
}

package struct RenditionSegment: Sendable, Equatable {
    /// The position in the ring from which the samples' offsets are counted.
    let position: UInt64
    /// The decode time of its first sample; without samples, where that would be.
    package private(set) var decodeTime: UInt64
    /// How long its samples last.
    package private(set) var ticks: UInt64 = 0
    /// Of the samples.
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

    /// The samples of a part, as MP4 counts them.
    package func samples(of part: IndexedPart) -> [Sample] {
        let first = Int(part.samples.lowerBound)
        var time = decodeTime + packed[..<first].reduce(0) { $0 + UInt64($1.duration) }
        return packed[first..<Int(part.samples.upperBound)].map { sample in
            defer { time += UInt64(sample.duration) }
            return Sample(
                decodeTime: time, duration: sample.duration,
                compositionOffset: sample.compositionOffset, isSync: sample.isSync,
                byteCount: sample.byteCount)
        }
    }

    // MARK: While it is being made

    /// The first sample has this time.
    mutating func begin(at decodeTime: UInt64) { self.decodeTime = decodeTime }

    mutating func append(_ sample: PackedSample) {
        packed.append(sample)
        ticks += UInt64(sample.duration)
        byteCount += UInt64(sample.byteCount)
    }

    /// Makes a part of the samples that are in none yet.
    mutating func closePart() {
        let first = parts.last?.samples.upperBound ?? 0
        let end = UInt32(packed.count)
        guard first < end else { return }
        var part = IndexedPart(samples: first..<end, ticks: 0, byteCount: 0, isIndependent: false)
        for sample in packed[Int(first)...] {
            part.ticks += UInt64(sample.duration)
            part.byteCount += UInt64(sample.byteCount)
            part.isIndependent = part.isIndependent || sample.isSync
        }
        parts.append(part)
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
