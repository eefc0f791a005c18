// One chunk of fragmented MP4: what stands in front of the bytes of its samples. `styp` and `prft` where
// they are asked for, `moof`, and the head of `mdat` (ISO/IEC 14496-12 section 8.8, ISO/IEC 23000-19
// section 7.3.3). The bytes of the samples follow in their order.
//
// Each fragment stands alone: what is equal for all samples is said once, in it. Its length follows from
// its values, so it can be told before a byte is made.

package struct MP4Fragment: Sendable, Equatable {
    package let trackID: UInt32
    /// Grows from one fragment to the next.
    package let sequenceNumber: UInt32
    package let samples: [Sample]
    /// Whether it begins a segment, and says so.
    package let beginsSegment: Bool
    package let referenceTime: ProducerReferenceTime?
    /// Of all samples.
    package let payloadByteCount: Int
    /// What samples say one by one, because it is not equal for all of them.
    private let differing: Differing
    /// The first sample's flags are its own, all others' are equal.
    private let hasFirstFlags: Bool

    private struct Differing: Sendable, Equatable {
        var durations = false
        var byteCounts = false
        var flags = false
        var compositionOffsets = false

        /// Bytes that each sample says.
        var sampleBytes: Int {
            (durations ? 4 : 0) + (byteCounts ? 4 : 0) + (flags ? 4 : 0)
                + (compositionOffsets ? 4 : 0)
        }

        /// Bytes that are said once, for all of them.
        var defaultBytes: Int { (durations ? 0 : 4) + (byteCounts ? 0 : 4) + (flags ? 0 : 4) }
    }

    /// The most samples in one: a segment of some seconds has some hundreds.
    package static let mostSamples = 65_536

    /// Nil for no samples, for too many, and when they have more bytes than a size of four bytes can say.
    package init?(
        _ samples: [Sample], trackID: UInt32, sequenceNumber: UInt32, beginsSegment: Bool = false,
        referenceTime: ProducerReferenceTime? = nil
    ) {
        guard let first = samples.first, samples.count <= MP4Fragment.mostSamples else {
            return nil
        }
        var differing = Differing()
        var sum = 0
        var otherFlagsDiffer = false
        for sample in samples {
            sum += Int(sample.byteCount)
            if sample.duration != first.duration { differing.durations = true }
            if sample.byteCount != first.byteCount { differing.byteCounts = true }
            if sample.compositionOffset != 0 { differing.compositionOffsets = true }
            if sample.isSync != first.isSync { differing.flags = true }
        }
        if differing.flags {
            otherFlagsDiffer = samples.dropFirst().contains { $0.isSync == first.isSync }
        }
        guard sum <= Int(UInt32.max) - MP4Fragment.boxHeadBytes else { return nil }
        hasFirstFlags = differing.flags && !otherFlagsDiffer
        if hasFirstFlags { differing.flags = false }
        self.samples = samples
        self.trackID = trackID
        self.sequenceNumber = sequenceNumber
        self.beginsSegment = beginsSegment
        self.referenceTime = referenceTime
        self.differing = differing
        payloadByteCount = sum
    }

    // MARK: Lengths

    private static let boxHeadBytes = 8
    private static let fullBoxHeadBytes = 12
    private static let segmentTypeBytes = boxHeadBytes + 8 + 4 * MP4Fragment.segmentBrands.count
    private static let referenceTimeBytes = fullBoxHeadBytes + 4 + 8 + 8
    private static let sequenceBytes = fullBoxHeadBytes + 4
    private static let decodeTimeBytes = fullBoxHeadBytes + 8

    private var trackHeaderBytes: Int {
        MP4Fragment.fullBoxHeadBytes + 4 + differing.defaultBytes
    }

    private var runBytes: Int {
        MP4Fragment.fullBoxHeadBytes + 8 + (hasFirstFlags ? 4 : 0)
            + differing.sampleBytes * samples.count
    }

    /// `moof` with all that is in it.
    private var movieFragmentBytes: Int {
        2 * MP4Fragment.boxHeadBytes + MP4Fragment.sequenceBytes + trackHeaderBytes
            + MP4Fragment.decodeTimeBytes + runBytes
    }

    /// Bytes in front of those of the samples.
    package var headerByteCount: Int {
        (beginsSegment ? MP4Fragment.segmentTypeBytes : 0)
            + (referenceTime == nil ? 0 : MP4Fragment.referenceTimeBytes) + movieFragmentBytes
            + MP4Fragment.boxHeadBytes
    }

    /// Bytes of the whole fragment.
    package var byteCount: Int { headerByteCount + payloadByteCount }

    // MARK: Writing

    /// Everything in front of the bytes of the samples.
    package var header: [UInt8] {
        var bytes: [UInt8] = []
        appendHeader(to: &bytes)
        return bytes
    }

    static let segmentBrands = ["msdh", "cmfs"]

    package func appendHeader(to bytes: inout [UInt8]) {
        bytes.reserveCapacity(bytes.count + headerByteCount)
        let start = bytes.count
        if beginsSegment {
            bytes.appendBox("styp") { box in
                box.append(ascii: MP4Fragment.segmentBrands[0])
                box.append(uint32: 0)
                for brand in MP4Fragment.segmentBrands { box.append(ascii: brand) }
            }
        }
        if let referenceTime {
            bytes.appendBox("prft", version: 1) { box in
                box.append(uint32: trackID)
                box.append(uint64: referenceTime.ntpTime)
                box.append(uint64: referenceTime.mediaTime)
            }
        }
        bytes.appendBox("moof") { moof in
            moof.appendBox("mfhd", version: 0) { $0.append(uint32: sequenceNumber) }
            moof.appendBox("traf") { traf in
                appendTrackHeader(to: &traf)
                traf.appendBox("tfdt", version: 1) { $0.append(uint64: samples[0].decodeTime) }
                appendRun(to: &traf)
            }
        }
        bytes.append(uint32: UInt32(MP4Fragment.boxHeadBytes + payloadByteCount))
        bytes.append(ascii: "mdat")
        assert(bytes.count - start == headerByteCount)
    }

    /// A sample that needs no other one; one that does.
    private static let syncFlags: UInt32 = 0x0200_0000
    private static let otherFlags: UInt32 = 0x0101_0000

    private static func flags(_ sample: Sample) -> UInt32 {
        sample.isSync ? syncFlags : otherFlags
    }

    /// What is equal for all samples; addresses begin at `moof`.
    private func appendTrackHeader(to traf: inout [UInt8]) {
        var flags: UInt32 = 0x2_0000
        if !differing.durations { flags |= 0x08 }
        if !differing.byteCounts { flags |= 0x10 }
        if !differing.flags { flags |= 0x20 }
        traf.appendBox("tfhd", version: 0, flags: flags) { box in
            box.append(uint32: trackID)
            let first = samples[0]
            if !differing.durations { box.append(uint32: first.duration) }
            if !differing.byteCounts { box.append(uint32: first.byteCount) }
            if !differing.flags {
                box.append(
                    uint32: MP4Fragment.flags(hasFirstFlags ? samples[samples.count - 1] : first))
            }
        }
    }

    /// Where the samples' bytes are, and what each says by itself.
    private func appendRun(to traf: inout [UInt8]) {
        var flags: UInt32 = 0x01
        if hasFirstFlags { flags |= 0x04 }
        if differing.durations { flags |= 0x100 }
        if differing.byteCounts { flags |= 0x200 }
        if differing.flags { flags |= 0x400 }
        if differing.compositionOffsets { flags |= 0x800 }
        // Version 1: offsets have a sign.
        traf.appendBox("trun", version: 1, flags: flags) { box in
            box.append(uint32: UInt32(samples.count))
            box.append(uint32: UInt32(movieFragmentBytes + MP4Fragment.boxHeadBytes))
            if hasFirstFlags { box.append(uint32: MP4Fragment.flags(samples[0])) }
            for sample in samples {
                if differing.durations { box.append(uint32: sample.duration) }
                if differing.byteCounts { box.append(uint32: sample.byteCount) }
                if differing.flags { box.append(uint32: MP4Fragment.flags(sample)) }
                if differing.compositionOffsets {
                    box.append(uint32: UInt32(bitPattern: sample.compositionOffset))
                }
            }
        }
    }
}
