// What one track has of one segment: its samples, where their bytes lie in the ring, and how they make
// parts. Values; times are in ticks of the track. An index holds many of these, so samples are packed.
//
// Parts add up to their segment, and a segment to the distance to the next one: lists lose no time. What is
// said of a part and what its samples last is the same but for frames that are longer than a part.

import Media

/// A sample in sixteen bytes. Its own bytes are in the ring; or it was made here, to repeat the one before it.
struct PackedSample: Sendable, Equatable {
    /// From the position at which the segment begins; or in what was made for the segment.
    private let place: UInt32
    /// The number of bytes; the highest bit says that decoding can start here, the next one that it was
    /// made here.
    private let bytesAndFlags: UInt32
    let duration: UInt32
    let compositionOffset: Int32

    private static let sync: UInt32 = 1 << 31
    private static let made: UInt32 = 1 << 30

    /// Nil when one of the numbers is too great for a segment of ours.
    init?(
        offset: UInt64, byteCount: Int, isSync: Bool, duration: UInt32, compositionOffset: Int32
    ) {
        guard let offset = UInt32(exactly: offset), byteCount < Int(Self.made) else { return nil }
        place = offset
        bytesAndFlags = UInt32(byteCount) | (isSync ? Self.sync : 0)
        self.duration = duration
        self.compositionOffset = compositionOffset
    }

    /// A repeat of the one before it.
    init(madeAt place: Int, byteCount: Int, duration: UInt32) {
        self.place = UInt32(clamping: place)
        bytesAndFlags = UInt32(byteCount) | Self.made
        self.duration = duration
        compositionOffset = 0
    }

    var byteCount: UInt32 { bytesAndFlags & ~(Self.sync | Self.made) }
    var isSync: Bool { bytesAndFlags & Self.sync != 0 }

    /// Nil when its bytes were made here.
    var offset: UInt32? { bytesAndFlags & Self.made == 0 ? place : nil }

    /// Where its bytes are in what was made for the segment, if they are there.
    var madePlace: Int { Int(place) }
}

/// Some samples in a row, which leave together: a fragment of MP4. Or none, when no sample begins for as
/// long as a part: then there is nothing to fetch.
package struct IndexedPart: Sendable, Equatable {
    /// Which samples of the segment.
    package let samples: Range<UInt32>
    /// When the first one is decoded, from the beginning of the segment.
    let sampleStart: UInt64
    /// How long the part is said to last. Its samples may last longer or shorter, when one of them is
    /// longer than a part may be; all parts together last as long as all samples.
    package let ticks: UInt64
    /// Of the samples.
    package let payloadBytes: UInt64
    /// Of what comes before them in the fragment.
    package fileprivate(set) var headerBytes: UInt32
    /// Decoding can start at one of its samples. Always true for sound.
    package let isIndependent: Bool

    /// Of the whole fragment.
    package var byteCount: UInt64 { payloadBytes + UInt64(headerBytes) }

    /// It has no media.
    package var isGap: Bool { samples.isEmpty }
}

package struct RenditionSegment: Sendable, Equatable {
    /// The position in the ring from which the samples' offsets are counted.
    let position: UInt64
    /// Where it begins: with its first sample, or before that if nothing came for a while.
    package private(set) var decodeTime: UInt64
    /// How much later than it begins its first sample is shown; 0 if that came late.
    package private(set) var shownOffset: Int32 = 0
    /// How long it lasts.
    package private(set) var ticks: UInt64 = 0
    /// Of its complete parts, as fragments.
    package private(set) var byteCount: UInt64 = 0
    /// No sample and no part is added any more.
    package private(set) var isComplete = false
    /// Those that are complete. Together they have all samples of a complete segment.
    package private(set) var parts: [IndexedPart] = []
    private(set) var packed: [PackedSample] = []
    /// The bytes of samples that were made here; equal ones in a row are kept once.
    private(set) var made: [UInt8] = []
    /// When the first sample is decoded that is in no part yet, from the beginning.
    private var openStart: UInt64 = 0

    init(position: UInt64, decodeTime: UInt64) {
        self.position = position
        self.decodeTime = decodeTime
    }

    package var isEmpty: Bool { packed.isEmpty }

    /// What it takes of the memory of an index, in samples.
    var storedCount: Int {
        packed.count + parts.count + made.count / MemoryLayout<PackedSample>.stride
    }

    /// The samples of one of its parts, as MP4 counts them.
    package func samples(of part: IndexedPart) -> [Sample] {
        var time = decodeTime &+ part.sampleStart
        return packed[Int(part.samples.lowerBound)..<Int(part.samples.upperBound)].map { sample in
            defer { time &+= UInt64(sample.duration) }
            return Sample(
                decodeTime: time, duration: sample.duration,
                compositionOffset: sample.compositionOffset, isSync: sample.isSync,
                byteCount: sample.byteCount)
        }
    }

    /// A part as a fragment; nil when it has no media. The first one begins the segment, and says which
    /// time of day it was.
    func fragment(
        of part: IndexedPart, trackID: UInt32, number: UInt32, reference: ProducerReferenceTime
    ) -> MP4Fragment? {
        let isFirst = part.samples.lowerBound == 0
        return MP4Fragment(
            samples(of: part), trackID: trackID, sequenceNumber: number, beginsSegment: isFirst,
            referenceTime: isFirst ? reference : nil)
    }

    // MARK: While it is being made

    /// It begins with its first sample, which has this time.
    mutating func begin(at tick: TrackClock.Tick) {
        decodeTime = tick.decodeTime
        shownOffset = tick.compositionOffset
    }

    /// It has begun, and its first sample comes so much later. Pictures are decoded at the beginning all
    /// the same.
    mutating func begin(late ticks: UInt64) {
        openStart = ticks
        self.ticks = ticks
    }

    /// A sample of bytes that are not in the ring.
    mutating func makeSample(_ bytes: [UInt8], duration: UInt32) -> PackedSample {
        if !made.suffix(bytes.count).elementsEqual(bytes) { made += bytes }
        return PackedSample(
            madeAt: made.count - bytes.count, byteCount: bytes.count, duration: duration)
    }

    mutating func append(_ sample: PackedSample) {
        packed.append(sample)
        ticks &+= UInt64(sample.duration)
    }

    /// Makes a part of the samples that are in none yet.
    ///
    /// - Parameter partTicks: how long it is said to last.
    mutating func closePart(lasting partTicks: UInt64) {
        let first = parts.last?.samples.upperBound ?? 0
        let places = first..<UInt32(packed.count)
        guard !places.isEmpty || partTicks > 0 else { return }
        let samples = packed[Int(first)...]
        var part = IndexedPart(
            samples: places, sampleStart: openStart, ticks: partTicks,
            payloadBytes: samples.reduce(0) { $0 + UInt64($1.byteCount) }, headerBytes: 0,
            isIndependent: samples.contains { $0.isSync })
        // The length of a fragment depends on its samples alone.
        let fragment = fragment(
            of: part, trackID: 0, number: 0,
            reference: ProducerReferenceTime(wallMs: 0, mediaTime: 0))
        part.headerBytes = UInt32(clamping: fragment?.headerByteCount ?? 0)
        parts.append(part)
        byteCount += part.byteCount
        openStart = samples.reduce(openStart) { $0 &+ UInt64($1.duration) }
    }

    /// Its last sample was added. From now on it takes no more memory than it needs.
    ///
    /// - Parameter partTicks: how long its last part is said to last.
    mutating func complete(lasting partTicks: UInt64) {
        closePart(lasting: partTicks)
        isComplete = true
        packed = packed.withoutReserve
        parts = parts.withoutReserve
    }

    /// It has no samples.
    ///
    /// - Parameter end: where the next one begins; nil when none comes. A list must not have holes, so
    ///   in front of another one it lasts a tick at least.
    mutating func complete(withoutSamplesAt end: UInt64?) {
        ticks = end.map { max($0 > decodeTime ? $0 - decodeTime : 0, 1) } ?? 0
        isComplete = true
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
